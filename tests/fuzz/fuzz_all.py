"""Fuzzes every target in turn and says how far each came: python tests/fuzz/fuzz_all.py SECONDS FOLDER.

The folder keeps the inputs that reached something new, so that the next run goes on from there. A defect leaves
its input as FOLDER/TARGET-crash-..., and exit status 1.
"""

import json
import re
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from fuzz_targets import TARGETS, FuzzTarget

# libFuzzer's last line: "#12345 DONE cov: 410 ft: 900 corp: 80/12Kb ...", or its status lines before.
_STATUS = re.compile(r"#(\d+)\s+(?:DONE|pulse|NEW|REDUCE|INITED|RELOAD)\s+cov: (\d+) ft: (\d+)(?: corp: (\d+)/)?")


@dataclass(frozen=True)
class FuzzReport:
    """How far a target came.

    Attributes:
        target: Its name.
        executions: Inputs tried.
        coverage: Edges of the code that were reached, as atheris counts them.
        corpus: Inputs kept.
        sound: Whether nothing but what is documented came out.
    """

    target: str
    executions: int
    coverage: int
    corpus: int
    sound: bool


def fuzz(target: FuzzTarget, seconds: int, folder: Path) -> FuzzReport:
    """Run one target."""
    corpus = folder / target.name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    script = Path(__file__).with_name("fuzz_one.py")
    ends = [f"-max_total_time={seconds}", f"-artifact_prefix={folder / target.name}-", "-print_final_stats=1"]
    done = subprocess.run(
        [sys.executable, str(script), target.name, str(corpus), *ends], capture_output=True, text=True, check=False
    )
    found = _STATUS.findall(done.stderr)
    if done.returncode or not found:
        print(done.stderr[-6000:], file=sys.stderr)  # noqa: T201
    count, coverage, _, kept = found[-1] if found else ("0", "0", "0", "0")
    return FuzzReport(target.name, int(count), int(coverage), int(kept or 0), done.returncode == 0 and bool(found))


def main() -> int:
    """Share the time out evenly."""
    seconds, folder = int(sys.argv[1]), Path(sys.argv[2])
    reports = []
    for target in TARGETS.values():
        report = fuzz(target, max(1, seconds // len(TARGETS)), folder)
        reports.append(report)
        state = "sound" if report.sound else "DEFECT"
        print(f"{report.target:14} {report.executions:>10,} inputs {report.coverage:>6} edges  {state}", flush=True)  # noqa: T201
    (folder / "report.json").write_text(json.dumps([asdict(one) for one in reports], indent=2) + "\n")
    print(f"{sum(one.executions for one in reports):,} inputs over {len(reports)} targets")  # noqa: T201
    return 0 if all(one.sound for one in reports) else 1


if __name__ == "__main__":
    sys.exit(main())
