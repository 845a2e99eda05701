"""The parts of a validation that look for shortcuts to the label."""

from pocketk.simulator.validation.rendered_audit import rendered_audit
from pocketk.simulator.validation.report import Finding, Section
from pocketk.simulator.validation.shortcut_audit import LARGEST_CHANGE, parameter_audit
from pocketk_agent.patient.preset import Preset

_DRIVEN = "potassium drives it: shown, not judged"


def parameter_section(n_train: int, n_test: int, seed: int, preset: Preset) -> Section:
    """Every drawn parameter, less one component at a time."""
    audit = parameter_audit(n_train, n_test, seed, preset=preset)
    n = audit.losses[0].n_test
    rows = [Finding("AUROC with everything", "", audit.auroc, None, None, "", n)]
    for loss in audit.losses:
        low, high = (None, None) if loss.driven else (-LARGEST_CHANGE, LARGEST_CHANGE)
        detail = f"standard error {loss.standard_error:.4f}" + f"; {_DRIVEN}" * loss.driven
        rows.append(Finding("AUROC lost without", loss.component, loss.loss, low, high, "", n, detail))
    words = (
        "Gradient boosting on every drawn parameter, noise and front end included; each component is taken away in "
        "turn and the learner fitted anew, on three populations with 30 % positives. Potassium drives T, QRS, PR, P, "
        "QT, ST and the rate; U only below 3.5 mmol/L, so U is judged."
    )
    return Section("Shortcuts: drawn parameters", words, tuple(rows))


def rendered_section(n_train: int, n_test: int, seed: int, preset: Preset) -> Section:
    """Averaged beats of rendered strips, one component taken out of the test strips at a time."""
    audit = rendered_audit(n_train, n_test, seed, preset)
    rows = [Finding("AUROC on whole strips", "", audit.auroc, None, None, "", n_test)]
    for loss in audit.losses:
        high = None if loss.driven else LARGEST_CHANGE
        detail = f"loss {loss.loss:+.4f}, up to {loss.high:+.4f}" + f"; {_DRIVEN}" * loss.driven
        name = "AUROC lost without, lower end of its 95 % interval"
        rows.append(Finding(name, loss.component, loss.low, None, high, "", n_test, detail))
    words = (
        f"Gradient boosting on the averaged beat of {n_train:,} strips with noise and front end. A component fails "
        "where its loss is above 0.01 beyond doubt; without noise the learner gains, which is no shortcut."
    )
    return Section("Shortcuts: rendered strips", words, tuple(rows))
