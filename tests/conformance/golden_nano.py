"""Makes golden_nano.json with the NumPy twin: `python tests/conformance/golden_nano.py`."""

import json
import sys
from binascii import crc32
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from conformance.run_nano import golden_counts
from example_nano import random_network
from nano_windows import stated
from pocketk.export.mcu.mcu_writer import write_mcu
from pocketk_agent.nano.nano_chain import run_nano_chain
from pocketk_agent.nano.nano_network import run_nano_network
from pocketk_firmware.nano.mcu_file import McuFile

GOLDEN = Path(__file__).with_name("golden_nano.json")
FRAMES = 250


def _case(name: str, size: int, offset: int, **settings: int) -> dict[str, Any]:
    usual = {"bits": 24, "lsb_pv": 48_080, "mains_hz": 50, "samples": 1_500, "seed": len(name)}
    return {"name": name, "size": size, "offset": offset, **usual, **settings}


CASES = [
    _case("quiet", 200, 0),
    _case("one millivolt", 20_800, -6_000_000),
    _case("one millivolt, 60 Hz", 20_800, 6_000_000, mains_hz=60),
    _case("int8 saturates", 104_000, 0),
    _case("the chain limits", 1_000_000, 0),
    _case("beyond the upper rail", 20_000_000, 0),
    _case("beyond the lower rail", 20_000_000, -30_000_000),
    _case("12 bits", 620, 1000, bits=12, lsb_pv=1_611_000),
    _case("12 bits at the rail", 2_000, 1500, bits=12, lsb_pv=1_611_000, mains_hz=60),
    _case("5 uV a count", 200, -50, bits=12, lsb_pv=5_000_000),
    _case("odd length", 20_800, 0, samples=1_503),
]


def expected_line(mcu: bytes, case: dict[str, Any]) -> str:
    """What `run_nano.py` must print for a case."""
    file = McuFile(mcu)
    counts = np.frombuffer(golden_counts(case), np.int32)[None]
    strips = run_nano_chain(counts, stated(case["lsb_pv"], case["bits"]), case["mains_hz"])
    steps = strips.steps[0]
    counters = [int(one[0]) for one in (strips.railed, strips.limited, strips.saturated)]
    answer = run_nano_network(file, steps[None, -FRAMES:])[0].tolist()
    return f"{case['name']} {steps[:40].tolist()} {crc32(steps.tobytes()):08x} {counters} {answer}"


def text() -> str:
    """Return the golden file."""
    mcu = write_mcu(random_network(np.random.default_rng(20261123), FRAMES, 0.12))
    lines = [expected_line(mcu, case) for case in CASES]
    return json.dumps({"mcu": mcu.hex(), "cases": CASES, "lines": lines}, indent=1) + "\n"


if __name__ == "__main__":
    GOLDEN.write_text(text())
