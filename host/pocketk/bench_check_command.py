"""What `pocketk bench-check` runs: a self-check of the digital path with test signals."""

from pathlib import Path

from rich.console import Console

from pocketk.bench_check.bench_report import CHECKS, run_bench
from pocketk.bench_check.chain import FRONT_ENDS, shipped_chain
from pocketk.bench_check.document import json_text
from pocketk.bench_check.not_checked import unverified
from pocketk.bench_check.page import page_html
from pocketk.bench_check.table import bench_table
from pocketk_agent.patient.adc import ADS1292R

PAGE, DOCUMENT = "bench-check.html", "bench-check.json"
EXIT_AS_EXPECTED, EXIT_NOT_AS_EXPECTED, EXIT_UNUSABLE = 0, 1, 2


def bench_check_command(
    *, out: Path | None = None, front_end: str = ADS1292R.front_end.profile, json_output: bool = False
) -> int:
    """Check amplitude, bands, pulses, rate, pacer pulses and paper scale of the digital path with test signals.

    Inspired by IEC 60601-2-25, -2-27 and -2-47; no conformity is claimed. Test signals become counts of a simulated
    front end and pass the code that ships. Prints a table with limits and what was measured, and the list of what
    a person must still compare with the standards. Ends with 1 when a check fails that need not, or passes that must
    not; with 2 when the front end is not known.

        pocketk bench-check
        pocketk bench-check --out bench --front-end simulated-12-bit

    Args:
        out: Folder that receives bench-check.html and bench-check.json; made where it does not exist.
        front_end: Profile of the simulated front end: simulated-ads1292r or simulated-12-bit.
        json_output: Print the JSON document in place of the table.
    """
    if front_end not in FRONT_ENDS:
        words = f"front end {front_end!r} is not known; known: {', '.join(FRONT_ENDS)}."
        Console(stderr=True).print(words, markup=False, highlight=False, soft_wrap=True)
        return EXIT_UNUSABLE
    with Console(stderr=True).status("checking"):
        report = run_bench(shipped_chain(front_end), CHECKS)
    console = Console()
    if json_output:
        console.print(json_text(report), markup=False, highlight=False, soft_wrap=True, end="")
    else:
        console.print(bench_table(report))
        console.print("\nUNVERIFIED, for a person to compare or to measure:")
        for point in unverified(report.results):
            console.print(f"- {point.what}: {point.why}", markup=False, highlight=False, soft_wrap=True)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in ((PAGE, page_html(report)), (DOCUMENT, json_text(report))):
            (out / name).write_text(text, encoding="utf-8")
            Console(stderr=json_output).print(f"written: {out / name}", markup=False, highlight=False, soft_wrap=True)
    return EXIT_AS_EXPECTED if report.as_expected else EXIT_NOT_AS_EXPECTED
