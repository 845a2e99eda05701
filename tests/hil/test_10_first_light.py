"""From electrode to outcome over the virtual handheld: what `make demo` does, as a user would start it."""

import json
import os
import resource
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from pocketk_agent.recording_file import read_recording

FILES = ("result.json", "strip.png", "raw.counts")


@dataclass(frozen=True)
class DemoRun:
    """One run of `pocketk-agent demo`."""

    status: int
    said: str
    complained: str
    out: Path

    @property
    def record(self) -> dict:
        """The stored document."""
        return json.loads((self.out / "result.json").read_text())


# What is tested here is the device; its bundle is the one whose outcome is known beforehand.
UNTRAINED = ("--bundle", "pocketk-untrained")
DEMO = (sys.executable, "-m", "pocketk_agent", "demo", *UNTRAINED)


def run_demo(out: Path, *arguments: str) -> DemoRun:
    command = [*DEMO, "--speed", "30", "--out", str(out), *arguments]
    environment = {**os.environ, "MPLCONFIGDIR": str(out.parent / "mpl")}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment)
    return DemoRun(done.returncode, done.stdout, done.stderr, out)


@pytest.mark.parametrize("runtime", [pytest.param("micropython", marks=pytest.mark.micropython), "cpython"])
def test_the_demonstration_prints_an_outcome_and_writes_three_files(runtime: str, tmp_path: Path, measure):
    run = run_demo(tmp_path / "demo", "--runtime", runtime)
    assert run.status == 0, run.complained
    measure("DEMO-FILES", sum(not (run.out / name).is_file() for name in FILES), n=len(FILES))
    assert "outcome    INCONCLUSIVE(untrained model)" in run.said
    assert "lead MLII, not Lead I" in run.said
    assert "Research demonstration, not for clinical use" in run.said
    assert f"firmware in {runtime}" in run.said
    assert run.record["front_end"]["runtime"].startswith(runtime)
    assert all(count == 0 for count in run.record["health"]["faults"].values())


def test_the_raw_counts_are_the_played_samples_at_their_own_index(tmp_path: Path):
    run = run_demo(tmp_path / "demo")
    played = read_recording(run.out / "adc.counts")
    stored = read_recording(run.out / "raw.counts")
    assert played.native is not None
    assert stored.native is not None
    first = run.record["recording"]["first_index"]
    np.testing.assert_array_equal(stored.native.counts, played.native.counts[first : first + stored.native.counts.size])
    assert stored.native.counts.size == played.native.counts.size - first


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--strip", "absent.hea"], "no such file"),
        (["--strip", __file__], "unknown format"),
        (["--speed", "0"], "above 0"),
        (["--start", "100000"], "nothing is left"),
        (["--potassium", "40"], "40"),
    ],
)
def test_what_a_user_can_mend_is_said_in_one_line(arguments: list[str], says: str, tmp_path: Path):
    run = run_demo(tmp_path / "demo", *arguments)
    assert run.status == 2
    assert says in run.complained
    assert "Traceback" not in run.complained


def test_a_simulated_patient_is_measured_like_a_person_and_stored_as_simulated(tmp_path: Path):
    run = run_demo(tmp_path / "demo", "--potassium", "7.0", "--profile", "sensitive")
    assert run.status == 0, run.complained
    assert "simulated patient (sensitive profile), potassium 7.0 mmol/L; no person's recording" in run.said
    assert run.record["outcome"]["clips_used"] == 3
    assert run.record["front_end"]["serial"] == "SIMULATED-PATIENT"
    assert run.record["front_end"]["lead"] == "I"
    assert not run.record["partial"]


def test_the_tour_measures_three_hearts_and_says_each_outcome_in_a_line(tmp_path: Path, measure):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = run_demo(tmp_path / "demo", "--tour", "--speed", "10")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    measure("DEMO-CPU", after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, n=3)
    assert run.status == 0, run.complained
    last = run.said.splitlines()[-4:]
    assert [line.split("  ")[0] for line in last[:3]] == [
        "real strip, potassium unknown (lead MLII, not Lead I)",
        "simulated, potassium 4.0",
        "simulated, potassium 7.0",
    ]
    assert all(line.endswith("INCONCLUSIVE(untrained model)") for line in last[:3])
    assert "Demonstration mode: signed with the public demonstration key" in last[3]
    folders = (run.out, run.out / "potassium-4.0", run.out / "potassium-7.0")
    assert [folder for folder in folders if any(not (folder / name).is_file() for name in FILES)] == []


def test_the_tour_ends_at_the_first_device_error(tmp_path: Path):
    run = run_demo(tmp_path / "demo", "--tour", "--bundle", "nothing")
    assert run.status == 1
    assert len([line for line in run.said.splitlines() if line.startswith("recording ")]) == 1


def test_a_bundle_that_is_not_there_is_a_device_error_with_status_1(tmp_path: Path):
    run = run_demo(tmp_path / "demo", "--bundle", "nothing")
    assert run.status == 1
    assert "DEVICE_ERROR(bundle-absent)" in run.said


def test_ctrl_c_ends_with_130_and_keeps_what_was_recorded(tmp_path: Path):
    out = tmp_path / "demo"
    command = [*DEMO, "--speed", "2", "--out", str(out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        while "RECORDING 5 s" not in running.stdout.readline():
            assert running.poll() is None
        running.send_signal(signal.SIGINT)
        said, complained = running.communicate(timeout=60)
    assert running.returncode == 130, complained
    assert "INCONCLUSIVE(stopped, untrained model)" in said
    assert "Traceback" not in complained
    record = json.loads((out / "result.json").read_text())
    assert record["partial"]
    assert record["recording"]["n_samples"] > 9 * 360


def test_a_reader_that_leaves_early_does_not_cost_the_measurement(tmp_path: Path):
    out = tmp_path / "demo"
    command = [*DEMO, "--speed", "30", "--out", str(out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        running.stdout.readline()
        running.stdout.close()
        running.wait(timeout=60)
        assert running.stderr is not None
        assert "Traceback" not in running.stderr.read()
    (kept,) = (out / "measurements").iterdir()
    assert json.loads((kept / "result.json").read_text())["outcome"]["text"] == "INCONCLUSIVE(untrained model)"


def test_a_rate_that_cannot_be_prepared_is_refused_before_anything_is_played(tmp_path: Path):
    np.save(tmp_path / "slow.npy", np.sin(np.arange(2400) / 5))
    run = run_demo(tmp_path / "demo", "--strip", str(tmp_path / "slow.npy"), "--rate", "80")
    assert run.status == 2
    assert "80 Hz" in run.complained


@pytest.mark.data
def test_a_ten_second_lead_one_of_ludb_is_inconclusive_because_it_is_short(tmp_path: Path, pocketk_data: Path):
    run = run_demo(tmp_path / "demo", "--strip", str(pocketk_data / "ludb" / "data" / "1.hea"))
    assert run.record["outcome"]["text"] == "INCONCLUSIVE(10 s of 30, untrained model)"
    assert run.record["front_end"]["lead"] == "I"
    assert run.record["quality"]["clips_scored_start_s"] == [0.0]


@pytest.mark.data
def test_an_alivecor_strip_at_300_hz_is_a_full_measurement(tmp_path: Path, pocketk_data: Path):
    run = run_demo(tmp_path / "demo", "--strip", str(pocketk_data / "cinc2017-sample" / "A00001.hea"))
    assert run.record["outcome"]["text"] == "INCONCLUSIVE(untrained model)"
    assert run.record["outcome"]["clips_used"] == 3
    assert run.record["front_end"]["fs_hz"] == 300.0
    assert not run.record["partial"]


@pytest.mark.data
def test_raw_adc_codes_of_a_runner_are_a_poor_recording(tmp_path: Path, pocketk_data: Path):
    raw = pocketk_data / "motion-artefact-dp" / "01" / "01_01_beh.csv.gz"
    scale = ["--rate", "498", "--lsb-mv", "1.611e-3", "--zero-counts", "2048", "--adc-bits", "12", "--channel", "1"]
    run = run_demo(tmp_path / "demo", "--strip", str(raw), *scale)
    assert run.record["outcome"]["text"] == "POOR_RECORDING(motion)"
    assert run.record["outcome"]["risk"] is None
    assert run.record["engineering"] is None
    assert run.record["front_end"]["adc_bits"] == 12
