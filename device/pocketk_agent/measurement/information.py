"""What is said below an outcome, for information: the beats, and the patient's earlier measurements."""

from pocketk_agent.beats.beat_words import beat_lines, not_measured_line
from pocketk_agent.measurement.repeats import Agreement, Baseline, Repeats
from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.outcome import OutcomeKind

# Where there is no recording to speak of, the outcome says all there is to say.
_SILENT = frozenset({OutcomeKind.DEVICE_ERROR, OutcomeKind.POOR_RECORDING})
# Below the last digit that is shown.
_SMALLEST_CHANGE = 0.05


def information_lines(result: MeasurementResult) -> tuple[str, ...]:
    """The lines to show; none where there is nothing to inform of."""
    lead = "I" if result.front_end is None else result.front_end.lead
    lines: tuple[str, ...] = ()
    if result.beats is not None:
        lines = beat_lines(result.beats, lead)
    elif result.scored is not None and result.outcome.kind not in _SILENT:
        lines = (not_measured_line(result.beats_not_measured, lead),)
    return lines if result.repeats is None else (*lines, repeats_line(result.repeats))


def repeats_line(repeats: Repeats) -> str:
    """One line: k of m and the change from the patient's own baseline, where there is one."""
    rule, n = repeats.rule, len(repeats.newest)
    tiers = " or ".join(sorted(rule.counted))
    minutes = round(rule.within.total_seconds() / 60.0)
    said = f"Patient {repeats.patient_id}, for information: {repeats.counted} of {n} "
    said += f"{'result' if n == 1 else 'results'} within {minutes} min {tiers}"
    wanted = f"rule: {rule.k} of {rule.m}"
    ends = {
        Agreement.MET: f" ({wanted}; met)",
        Agreement.NOT_MET: f" ({wanted}; not met)",
        Agreement.TOO_FEW: f" ({wanted}; too few results to tell)",
    }
    return said + ends[repeats.agreement] + _baseline(repeats.baseline) + "."


def _baseline(baseline: Baseline | None) -> str:
    if baseline is None:
        return ""
    change = baseline.change_logit
    way = "level with" if abs(change) < _SMALLEST_CHANGE else "above" if change > 0.0 else "below"
    figure = "" if way == "level with" else f"{abs(change):.1f} logits "
    return f"; {figure}{way} the own baseline of {baseline.n} earlier results (spread {baseline.sd_logit:.1f})"
