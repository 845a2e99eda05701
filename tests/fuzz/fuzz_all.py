"""Fuzzes every target in turn and says how far each came: python tests/fuzz/fuzz_all.py SECONDS FOLDER.

The readers that meet a stranger's bytes first get SECONDS each, the others share half as much between them. The
folder keeps the inputs that reached something new, so that the next run goes on from there, and report.json. A defect
leaves its input as FOLDER/TARGET-crash-..., and exit status 1.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

from fuzz_targets import TARGETS, FuzzTarget

FULL_TIME = ("archive", "verify")
# How libFuzzer names an input that it stopped at.
_DEFECTS = ("crash", "timeout", "oom", "leak")
# libFuzzer's last line: "#12345 DONE cov: 410 ft: 900 corp: 80/12Kb ...", or its status lines before.
_STATUS = re.compile(r"#(\d+)\s+(?:DONE|pulse|NEW|REDUCE|INITED|RELOAD)\s+cov: (\d+) ft: (\d+)(?: corp: (\d+)/)?")


@dataclass(frozen=True)
class FuzzReport:
    """How far a target came.

    Attributes:
        target: Its name.
        executions: Inputs tried.
        seconds: What it took, start included.
        coverage: Edges of the code that were reached, as atheris counts them.
        corpus: Inputs kept.
        findings: Names of the inputs that a defect left in the folder, now or earlier.
        sound: Whether nothing but what is documented came out.
    """

    target: str
    executions: int
    seconds: float
    coverage: int
    corpus: int
    findings: tuple[str, ...]
    sound: bool


def share_out(seconds: int, names: Iterable[str]) -> dict[str, int]:
    """Whole seconds of each target: all of them for `FULL_TIME`, an equal part of half as much for each other one."""
    others = [name for name in names if name not in FULL_TIME]
    return {
        name: seconds if name in FULL_TIME else max(1, seconds // (2 * len(others))) for name in (*FULL_TIME, *others)
    }


def fuzz(target: FuzzTarget, seconds: int, folder: Path) -> FuzzReport:
    """Run one target."""
    corpus = folder / target.name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    script = Path(__file__).with_name("fuzz_one.py")
    ends = [f"-max_total_time={seconds}", f"-artifact_prefix={folder / target.name}-", "-print_final_stats=1"]
    begun = perf_counter()
    done = subprocess.run(
        [sys.executable, str(script), target.name, str(corpus), *ends], capture_output=True, text=True, check=False
    )
    found = _STATUS.findall(done.stderr)
    if done.returncode or not found:
        print(done.stderr[-6000:], file=sys.stderr)  # noqa: T201
    count, coverage, _, kept = found[-1] if found else ("0", "0", "0", "0")
    return FuzzReport(
        target=target.name,
        executions=int(count),
        seconds=round(perf_counter() - begun, 1),
        coverage=int(coverage),
        corpus=int(kept or 0),
        findings=tuple(sorted(path.name for end in _DEFECTS for path in folder.glob(f"{target.name}-{end}-*"))),
        sound=done.returncode == 0 and bool(found),
    )


def main() -> int:
    """Fuzz every target and write the report."""
    seconds, folder = int(sys.argv[1]), Path(sys.argv[2])
    reports = []
    for name, its_seconds in share_out(seconds, TARGETS).items():
        report = fuzz(TARGETS[name], its_seconds, folder)
        reports.append(report)
        state = "sound" if report.sound else "DEFECT"
        far = f"{report.executions:>10,} inputs {report.seconds:>6.0f} s {report.coverage:>6} edges"
        print(f"{report.target:14} {far}  {state}", flush=True)  # noqa: T201
    (folder / "report.json").write_text(json.dumps([asdict(one) for one in reports], indent=2) + "\n")
    print(f"{sum(one.executions for one in reports):,} inputs over {len(reports)} targets")  # noqa: T201
    return 0 if all(one.sound for one in reports) else 1


if __name__ == "__main__":
    sys.exit(main())
