"""What `pocketk recalibrate-site` runs: a released calibration put right at one site, from few labelled pairs."""

import hashlib
import json
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

from pocketk.calibrate_command import refuse_nan_labels, write_calibration
from pocketk.evaluation.predictions import read_predictions
from pocketk.evaluation.report_figure import BLUE, GREY, VERMILION, ReportFigure, drawn
from pocketk.evaluation_page import document_html
from pocketk.probability.bundle_calibration import SCHEMA, BundleCalibration, read_bundle_calibration
from pocketk.probability.calibration_data import CalibrationData, calibration_data
from pocketk.probability.calibration_error import CalibrationError
from pocketk.probability.training_check import TrainingCheck, check_training
from pocketk_agent.bundle.calibration_record import calibration_json
from pocketk_agent.probability.logit import logit_of, sigmoid
from pocketk_calibration.probability.site_effect import Interval, SiteEffect, moved_probability, site_effect
from pocketk_calibration.probability.site_recalibration import SiteFit, recalibrate_site
from pocketk_models.atomic_file import write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STATEMENT = "Simulation; not clinically validated."
_UNKNOWN = "unknown"


@dataclass(frozen=True)
class _Recalibrated:
    """One site's recalibration and all that a page says of it."""

    name: str
    fit: SiteFit
    effect: SiteEffect
    bundle: BundleCalibration
    data: CalibrationData
    check: TrainingCheck


def recalibrate_site_command(  # noqa: PLR0913 - one keyword for each option of the command
    scored: Path,
    *,
    calibration: Path,
    site: str,
    out: Path,
    run: Path | None = None,
    draws: int = 200,
    seed: int = 0,
) -> None:
    """Put a released calibration right at one site, from 50 recordings with a laboratory value or more.

    A probability that was fitted elsewhere is often too high or too low at a new site. This fits a slope and an
    intercept on its logit, shrunk towards leaving it alone, because few pairs show little; it says how little. The
    ranking of recordings and every tier stay as they were: what changes is the probability that a tier stands for.

        pocketk cohort build csv pairs.csv --recordings ecg --out site
        pocketk evaluate site --bundle pocketk-s --split development --out scored
        pocketk recalibrate-site scored --calibration calibration.json --site east --out east.json
        pocketk export run/model.safetensors --calibration east.json --out bundles/pocketk-s-east

    Only the development split is looked at, so that `pocketk evaluate --operating-points east.json --split
    internal_test` can judge the result on the site's other patients. Beside the file, a page of the same name with
    .html shows before and after. Refused are fewer than 50 pairs or 5 of them above 5.5 mmol/L, one class, laboratory
    values that are not numbers, and patients whom the network was trained on.

    Args:
        scored: Folder of pocketk evaluate, or its predictions.parquet.
        calibration: The released calibration, as `pocketk calibrate` wrote it.
        site: Name of the site, as in the manifest's column `site`; other sites' recordings are left out. Where the
            manifest names no site, all recordings are taken to be of it.
        out: The JSON file to write, in the form that `pocketk export --calibration` and `pocketk evaluate
            --operating-points` read.
        run: Folder of the training run whose patients must not be among these; looked for beside SCORED where not
            given.
        draws: Resampled sets of patients for the uncertainty.
        seed: Of the resampling.

    Raises:
        CalibrationError: the pairs cannot recalibrate a site, or a file cannot be read or written.
    """
    if draws < 2:
        raise CalibrationError(f"--draws is {draws}; give 2 or more, 200 is usual.")
    if out.suffix.casefold() == ".html":
        raise CalibrationError(f"--out is {out.name}; name the JSON file, its page is written beside it.")
    released = read_bundle_calibration(calibration)
    data = _pairs(read_predictions(scored), site)
    check = check_training(data.patient, scored, run)
    done = _recalibrated(site, released, data, check, (draws, seed))
    write_calibration(out, _body(done, calibration, (draws, seed)))
    page = out.with_suffix(".html")
    try:
        write_atomically({page: _page(done).encode()})
    except OSError as error:
        raise CalibrationError(f"{page} cannot be written: {error.strerror or error}.") from error
    _report(done, (out, page))


def _pairs(frame: pl.DataFrame, site: str) -> CalibrationData:
    """Labelled and scored recordings of the site, of the development split."""
    named = frame.filter(pl.col("site").fill_null(_UNKNOWN) != _UNKNOWN)
    own = frame.filter(pl.col("site") == site) if len(named) else frame
    if own.is_empty():
        sites = ", ".join(sorted(named["site"].unique()))
        raise CalibrationError(
            f"No recording is of the site {site!r}; there are {sites}. Give one of them with --site."
        )
    try:
        data = calibration_data(own, whole_development=True)
    except CalibrationError as error:
        labelled = own["k_lab_mmol_l"].is_not_null().sum()
        splits = ", ".join(sorted(own["split"].unique()))
        raise CalibrationError(
            f"{site}: none of {len(own)} recordings can be used ({labelled} have a laboratory value; split {splits}). "
            "Pairs must be scored, labelled, not haemolysed, and of the development split."
        ) from error
    refuse_nan_labels(data)
    return data


def _recalibrated(
    name: str, released: BundleCalibration, data: CalibrationData, check: TrainingCheck, resampling: tuple[int, int]
) -> _Recalibrated:
    score, (draws, seed) = sigmoid(data.logit), resampling
    points = released.thresholds
    places = {"t_low": points.t_low, "t_high": points.t_high}
    if released.abstention is not None:
        places |= {"no statement from": released.abstention.low, "no statement to": released.abstention.high}
    try:
        rng = np.random.default_rng(seed)
        fit = recalibrate_site(released.calibration, score, data.positive, data.patient, draws, rng)
        probability = released.calibration.probabilities(score)
        effect = site_effect(fit.site, probability, data.positive, data.patient, places, seed)
    except ValueError as error:
        raise CalibrationError(f"{name}: {error}") from error
    return _Recalibrated(name, fit, effect, released.at_site(fit.site), data, check)


def _body(done: _Recalibrated, calibration: Path, resampling: tuple[int, int]) -> dict[str, object]:
    """As `pocketk calibrate` writes it; what a bundle does not take lies in `provenance`."""
    content = calibration.read_bytes()
    rules = {str(one["name"]): str(one["rule"]) for one in json.loads(content)["operating_points"]}
    bundle, fit = done.bundle, done.fit
    return {
        "schema": SCHEMA,
        "thresholds": vars(bundle.thresholds),
        "operating_points": [
            {
                "name": name,
                "threshold": at,
                "rule": f"{rules.get(name, 'as released')}; moved to {done.name} with its tier",
            }
            for name, at in vars(bundle.thresholds).items()
        ],
        "calibration": calibration_json(bundle.calibration),
        "calibration_k_ge_6_0": None,
        "abstention": None if bundle.abstention is None else vars(bundle.abstention),
        "sentence": bundle.sentence,
        "provenance": {
            "site": done.name,
            "released_sha256": hashlib.sha256(content).hexdigest(),
            "pairs": {"n": fit.site.n_pairs, "n_positive": fit.site.n_positive, "left_out": done.data.left_out},
            "uncertainty": _uncertainty(fit),
            "effect": asdict(done.effect),
            "resampling": {"draws": resampling[0], "seed": resampling[1]},
            "patients_of_the_training": asdict(done.check),
            "why_no_second": "the site's pairs are too few for potassium >= 6.0 mmol/L",
        },
    }


def _uncertainty(fit: SiteFit) -> dict[str, Any]:
    return {name: value for name, value in asdict(fit).items() if name != "site"}


def _in_words(one: Interval, form: str = "{:.3f}") -> str:
    return f"{form.format(one.value)} ({form.format(one.low)} to {form.format(one.high)})"


def _tables(effect: SiteEffect) -> tuple[tuple[str, tuple[str, ...], list[tuple[str, ...]]], ...]:
    """Title, headings and rows of what is printed and shown."""
    line = [("slope", "1", _in_words(effect.slope)), ("intercept", "0", _in_words(effect.intercept))]
    moved = [(one.name, f"{one.released:.4f}", _in_words(one.recalibrated, "{:.4f}")) for one in effect.moved]
    fits = [(one.name, f"{one.mean:.4f}", f"{one.brier:.5f}", f"{one.log_loss:.5f}") for one in effect.fits]
    groups = [
        (f"{g.n}", f"{g.n_positive}", _in_words(g.observed), f"{g.released:.4f}", f"{g.recalibrated:.4f}")
        for g in effect.groups
    ]
    return (
        ("The line on the logit", ("", "released", "site (95 % interval)"), line),
        ("Thresholds as probabilities", ("place", "released", "site (95 % interval)"), moved),
        ("Before and after", ("probability", f"mean (observed {effect.share:.4f})", "Brier", "log loss"), fits),
        ("By released probability", ("pairs", "positive", "observed (95 % interval)", "released", "site"), groups),
    )


def _page(done: _Recalibrated) -> str:
    figure = ReportFigure(
        "site",
        "Curve and band: the site's probability and its 95 % interval over the released one. Points: shares of "
        "positives among pairs of about the same released probability, with 95 % intervals; an arrow where none was "
        "positive. Dashed: no change.",
        "Probability at the site against the released probability, on logarithmic axes, with thresholds.",
        drawn(lambda on: _draw(on, done), (6.5, 4.2)),
    )
    parts = [f"<p><strong>{STATEMENT}</strong> {escape(done.fit.sentence())}</p>\n<p>{escape(done.bundle.sentence)} "]
    parts.append(f"Patients of the training: {escape(done.check.words)}.</p>\n{figure.html()}")
    for title, headings, rows in _tables(done.effect):
        head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
        cells = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>\n" for row in rows)
        parts.append(
            f"<h2>{escape(title)}</h2>\n<table><thead><tr>{head}</tr></thead>\n<tbody>{cells}</tbody></table>\n"
        )
    return document_html(f"Recalibrated at {done.name}", "".join(parts))


def _draw(figure: "Figure", done: _Recalibrated) -> None:
    axes, effect = figure.add_subplot(), done.effect
    seen = sigmoid(
        np.concatenate([logit_of([g.released for g in effect.groups]), logit_of([m.released for m in effect.moved])])
    )
    at = np.geomspace(0.5 * seen.min(), min(2.0 * seen.max(), 0.99), 80)
    ours = [moved_probability("curve", float(p), done.fit.site).recalibrated for p in at]
    axes.fill_between(at, [one.low for one in ours], [one.high for one in ours], color=BLUE, alpha=0.2, lw=0)
    axes.plot(at, [one.value for one in ours], color=BLUE)
    axes.plot(at, at, color=GREY, ls="--")
    for group in effect.groups:
        # No share of nothing on a logarithmic axis: an arrow down from its upper end instead.
        some = group.n_positive > 0
        low = group.observed.low if some else 0.5 * at[0]
        axes.plot([group.released] * 2, [low, group.observed.high], color=VERMILION, lw=1)
        axes.plot(group.released, group.observed.value if some else low, "o" if some else "v", color=VERMILION, ms=4)
    for place in effect.moved[:2]:
        axes.axvline(place.released, color=GREY, lw=0.8)
        axes.text(
            place.released, 0.98, place.name, rotation=90, va="top", ha="right", transform=axes.get_xaxis_transform()
        )
    axes.set(xscale="log", yscale="log", xlabel="released probability", ylabel=f"probability at {done.name}")


def _report(done: _Recalibrated, written: tuple[Path, ...]) -> None:
    console = Console(highlight=False, markup=False)
    for title, headings, rows in _tables(done.effect):
        table = Table(*headings, title=title, title_justify="left")
        for row in rows:
            table.add_row(*row)
        console.print(table)
    reasons = [f"left out: {count} {reason}" for reason, count in done.data.left_out.items() if count]
    notes = [done.fit.sentence(), f"trained on: {done.check.words}", *reasons]
    for note in [*notes, *(f"written: {path}" for path in written), STATEMENT]:
        console.print(note, soft_wrap=True)
