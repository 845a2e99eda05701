"""What `pocketk simulate` runs: a strip, a plot over potassium, a cohort, or the simulator's validation."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.markup import escape

from pocketk.simulator.cohort_plan import CohortPlan
from pocketk.simulator.simulate_options import (
    CohortOptions,
    CommonOptions,
    StripOptions,
    ValidationOptions,
    check_together,
)
from pocketk.simulator.simulation_error import SimulationError

STATEMENT = "Simulation; not clinically validated."
EXIT_OUTSIDE = 1
_FLAT = Parameter(name="*")


def simulate_command(
    *,
    common: Annotated[CommonOptions, _FLAT] = CommonOptions(),  # noqa: B008 - frozen
    strip: Annotated[StripOptions, _FLAT] = StripOptions(),  # noqa: B008
    cohort: Annotated[CohortOptions, _FLAT] = CohortOptions(),  # noqa: B008
    validation: Annotated[ValidationOptions, _FLAT] = ValidationOptions(),  # noqa: B008
) -> int:
    """Simulate Lead I at a potassium: one strip, a plot, a cohort; or validate the simulator.

        pocketk simulate --potassium 6.5 --profile sensitive --seconds 30 --mains 50 --out x.edf
        pocketk simulate --profile sensitive --plot over-k.png
        pocketk simulate --patients 50000 --out cohort --processes 2 --seed 1 --positives 0.3
        pocketk simulate --validate --out validation

    A WFDB record is two files: --out x.wfdb and --out x.hea both write x.hea and x.dat. What is simulated is not
    clinically validated. With --validate the exit status is 1 where a figure lies outside its band.
    """
    kind = check_together(common, strip, cohort, validation)
    console = Console(soft_wrap=True)
    if kind == "cohort":
        status = _cohort(common, cohort, console)
    elif kind == "validation":
        status = _validation(common, validation, console)
    else:
        status = _strip_and_plot(common, strip, console)
    console.print(STATEMENT)
    return status


def _strip_and_plot(common: CommonOptions, strip: StripOptions, console: Console) -> int:
    from pocketk.simulator.potassium_plot import potassium_plot_png
    from pocketk.simulator.profile_strip import ProfileStrip
    from pocketk.simulator.synthetic_chunk import front_end_named
    from pocketk_agent.recording_file.recording_writer import check_writable, write_recording
    from pocketk_agent.recording_file.whole_files import write_whole_files

    if strip.plot is not None:
        _check_png(strip.plot, common.overwrite)
    written: list[Path] = []
    if common.out is not None and strip.potassium is not None:
        check_writable(common.out, overwrite=common.overwrite)
        wanted = ProfileStrip(
            potassium_mmol_l=strip.potassium,
            profile=strip.profile or "typical",
            seconds=common.seconds if common.seconds is not None else 30.0,
            fs_hz=common.rate if common.rate is not None else 500.0,
            mains_hz=common.mains if common.mains is not None else 50.0,
            noise=common.noise != "none",
            front_end=front_end_named(common.front_end or "24-bit"),
            heart_rate_bpm=strip.heart_rate,
            seed=common.seed or 0,
        )
        recorded = wanted.simulated().to_recorded_strip(f"simulated, K {strip.potassium:g} mmol/L, {wanted.profile}")
        written += write_recording(common.out, recorded, overwrite=common.overwrite)
    if strip.plot is not None:
        png = potassium_plot_png(strip.profile or "typical", strip.heart_rate)
        write_whole_files({strip.plot: png}, overwrite=common.overwrite)
        written.append(strip.plot)
    console.print(f"Written: {escape(', '.join(map(str, written)))}")
    return 0


def _check_png(path: Path, overwrite: bool) -> None:
    """Refuse a picture that could not be written, before the strip beside it is."""
    if path.suffix.casefold() != ".png":
        raise SimulationError(f"--plot is {path.name}; give a name that ends in .png.")
    if not path.parent.is_dir():
        raise SimulationError(f"{path.parent}: no such folder; make it first.")
    if path.exists() and not overwrite:
        raise SimulationError(f"{path} is there already; pick another name, or add --overwrite.")


def _cohort(common: CommonOptions, cohort: CohortOptions, console: Console) -> int:
    from pocketk.simulator.cohort_run import engine_named, run_cohort

    if cohort.processes is not None and cohort.processes < 1:
        raise SimulationError(f"--processes is {cohort.processes}; give 1 or more.")
    if cohort.address is not None and cohort.engine != "ray":
        raise SimulationError("--address is of a Ray cluster; add --engine ray.")
    plan, out = _plan(common, cohort), common.out
    assert out is not None  # noqa: S101 - check_together has seen to it
    with engine_named(cohort.engine or "local", cohort.processes, cohort.address) as engine:
        card, cost = run_cohort(plan, out, engine, overwrite=common.overwrite)
    counts = ", ".join(f"{name} {number:,}" for name, number in card.counts.items())
    console.print(f"Written: {escape(str(out))} ({escape(counts)})")
    console.print(f"{cost.seconds:.1f} s on {cost.processes} process(es), peak memory {cost.peak_rss_mib:.0f} MiB.")
    return 0


def _plan(common: CommonOptions, cohort: CohortOptions) -> CohortPlan:
    share = cohort.morph_share if cohort.morph_share is not None else 0.5 * (cohort.backgrounds is not None)
    given = {
        "seed": common.seed,
        "visits": cohort.visits,
        "seconds": common.seconds,
        "fs_hz": common.rate,
        "mains_hz": common.mains,
        "noise": common.noise,
        "front_end": common.front_end,
        "preset": common.preset,
    }
    return CohortPlan(
        patients=cohort.patients or 0,
        positives=cohort.positives,
        morph_share=share,
        internal_share=0.2 if cohort.internal_share is None else cohort.internal_share,
        backgrounds=cohort.backgrounds,
        **{name: value for name, value in given.items() if value is not None},
    )


def _validation(common: CommonOptions, validation: ValidationOptions, console: Console) -> int:
    from pocketk.simulator.validation.report import Verdict, write_report
    from pocketk.simulator.validation.report_page import band_text
    from pocketk.simulator.validation.validate import ValidationPlan, validate

    assert common.out is not None  # noqa: S101 - check_together has seen to it
    plan = ValidationPlan(
        preset=common.preset or "default",
        seed=common.seed or 0,
        scale=0.1 if validation.quick else 1.0,
        data=validation.data,
    )
    report = validate(plan, lambda title: console.print(f"{escape(title)} ...", highlight=False))
    page, document = write_report(report, common.out)
    outside = [each for section in report.sections for each in section.findings if each.verdict is Verdict.OUTSIDE]
    for finding in outside:
        where = f" at {finding.where}" if finding.where else ""
        console.print(
            f"outside its band of {band_text(finding)}: {escape(finding.name + where)}: {finding.measured:.4g}"
        )
    console.print(f"Written: {escape(str(page))} and {escape(str(document))}")
    return 0 if report.passed else EXIT_OUTSIDE
