"""What a person with two thumbs on a handheld is told while the measurement runs."""

from pocketk_agent.measurement.flow import MeasurementFlow
from pocketk_agent.measurement.monitor import LiveQuality
from pocketk_agent.measurement.state import FlowState
from pocketk_agent.quality.reason import IN_WORDS, QualityReason
from pocketk_agent.wording import GUIDANCE, instruction_for


def guidance_for(flow: MeasurementFlow, quality: LiveQuality, missing: tuple[QualityReason, ...]) -> str:
    """One or two plain sentences for the present moment.

    Args:
        flow: where the measurement stands.
        quality: the last seconds.
        missing: why the recording was not long enough at the last look, most disabling first.
    """
    resumed = flow.window_start is not None
    if flow.state is FlowState.WAIT_CONTACT and resumed:
        return f"Contact was lost; what was recorded is kept. {GUIDANCE[flow.state]}"
    if flow.state is FlowState.STABILISING and resumed:
        return f"The recording goes on in a moment. {GUIDANCE[flow.state]}"
    if flow.state not in (FlowState.STABILISING, FlowState.RECORDING):
        return GUIDANCE[flow.state]
    words = [_goes_on(flow, missing)] if flow.extended else []
    words.append(instruction_for(quality.reason.value) if quality.reason is not None else GUIDANCE[flow.state])
    return " ".join(words)


def _goes_on(flow: MeasurementFlow, missing: tuple[QualityReason, ...]) -> str:
    why = f" ({IN_WORDS[missing[0]]})" if missing else ""
    return f"The recording goes on, up to {flow.times.longest_s:g} s: a good stretch is still missing{why}."
