"""The paper strip of a finished measurement."""

from pocketk_agent.front_end_grade import graded_notice
from pocketk_agent.measurement.advice import advice_for
from pocketk_agent.measurement.information import information_lines
from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.reports.printed_strip import LONGEST_STRIP_S, PrintedStrip
from pocketk_agent.signal.variant import find_variant
from pocketk_agent.version import VERSION

_DEFAULT_CLIP_S = 10.0
_NO_MODEL_NOTICE = "Research demonstration, not for clinical use."


def page_of(result: MeasurementResult) -> PrintedStrip | None:
    """The page to print: the recording proper, or what came in before it began; None where nothing came in.

    Longer than a page holds, it is the newest part: that is where the trouble was.
    """
    shown = result.window_recording
    if shown is None or not shown.counts.size:
        shown = result.recording
    if shown is None or not shown.counts.size:
        return None
    front_end = shown.front_end
    stop = shown.first_index + shown.counts.size
    shown = shown.between(max(shown.first_index, stop - int(LONGEST_STRIP_S * front_end.fs_hz)), stop)
    model = result.model
    return PrintedStrip(
        ecg_mv=shown.ecg_mv,
        fs_hz=front_end.fs_hz,
        lead_off=shown.lead_off,
        saturated=shown.saturated,
        clip_starts_s=() if result.scored is None else result.scored.clip_start_s,
        clip_s=_DEFAULT_CLIP_S if model is None else find_variant(model.variant).clip_s,
        measurement_id=result.measurement_id,
        recorded_at=result.started_at,
        time=result.time,
        device_serial=front_end.serial,
        calibration="" if result.calibration is None else result.calibration.sentence,
        calibration_in_date=result.calibration is None or result.calibration.in_date,
        lead=front_end.lead,
        outcome=result.outcome,
        advice=advice_for(result.outcome),
        model="no model" if model is None else f"{model.model_id} {model.model_version}",
        model_statement="" if model is None else model.training_data,
        notice=graded_notice(_NO_MODEL_NOTICE if model is None else model.notice, front_end),
        versions=f"agent {VERSION}, firmware {front_end.firmware}, {model.variant if model else 'no preprocessing'}",
        beats=result.beats,
        information=information_lines(result),
    )
