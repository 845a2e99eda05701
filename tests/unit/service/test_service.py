"""The service: from one patient to the next, through faults and out of them, until it is stopped."""

from dataclasses import replace

from generated_ecg import ADS1292R
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.measurement.decision import DeviceFault
from pocketk_agent.measurement.flow import FlowTimes
from pocketk_agent.measurement.host_watch import Host
from pocketk_agent.service.service_parts import ServiceSettings
from pocketk_agent.service.status_file import read_status
from pocketk_agent.service.supervisor import Supervisor
from pocketk_agent.sources.fake_source import FakeSource
from pocketk_agent.store.memory_store import MemoryStore
from pocketk_agent.time_standing import BY_HAND
from service_rig import ServiceRig, plug, thumbs
from session_rig import blocks, bundle

START = ["BOOT", "SELFTEST", "IDLE"]
SHORT = FlowTimes(stabilise_s=1.0, record_s=30.0)


def test_nothing_is_measured_without_thumbs():
    rig = ServiceRig(stop_at_s=60.0)
    assert rig.run() == [*START, "STOPPED"]
    assert rig.store.ids() == []


def test_a_measurement_begins_by_itself_and_the_next_one_after_the_thumbs_were_lifted():
    script = [(5.0, thumbs(on=True)), (60.0, thumbs(on=False)), (70.0, thumbs(on=True)), (120.0, thumbs(on=False))]
    rig = ServiceRig(script, stop_at_s=150.0)
    assert rig.run() == [*START, *["MEASURING", "RESULT", "IDLE"] * 2, "STOPPED"]
    results = list(rig.store.results.values())
    assert [str(result.outcome) for result in results] == ["HIGH", "HIGH"]
    assert all(result.patient_id is None for result in results)


def test_thumbs_that_stay_on_are_not_measured_again():
    rig = ServiceRig([(5.0, thumbs(on=True))], stop_at_s=200.0)
    assert rig.run() == [*START, "MEASURING", "RESULT", "STOPPED"]


def test_without_lifting_the_next_measurement_begins_where_that_is_wanted():
    rig = ServiceRig(thumbs_on=True, stop_at_s=100.0, settings=ServiceSettings(repeat_after_s=3.0))
    assert rig.run()[:9] == [*START, *["MEASURING", "RESULT", "IDLE"] * 2]


def test_a_front_end_that_is_torn_off_and_comes_back_is_measured_with_again():
    script = [
        (5.0, thumbs(on=True)),
        (20.0, plug(plugged_in=False)),
        (30.0, plug(plugged_in=True)),
        (90.0, thumbs(on=False)),
    ]
    rig = ServiceRig(script, stop_at_s=100.0)
    states = rig.run()
    assert states[:5] == [*START, "MEASURING", "FAULT(front-end-lost)"]
    assert states[-5:] == ["IDLE", "MEASURING", "RESULT", "IDLE", "STOPPED"]
    assert set(states[5:-5]) == {"SELFTEST", "FAULT(front-end-lost)"}
    assert [str(r.outcome) for r in rig.store.results.values()] == ["DEVICE_ERROR(front-end-lost)", "HIGH"]


def test_a_front_end_torn_off_while_nobody_is_measured_is_stated_within_two_seconds(measure):
    rig = ServiceRig([(10.0, plug(plugged_in=False))], stop_at_s=11.9)
    states = rig.run()
    assert states == [*START, "FAULT(front-end-lost)", "STOPPED"]
    assert str(rig.screen.outcome) == "DEVICE_ERROR(front-end-lost)"
    measure("S4", 0)


def test_a_fault_that_lasts_is_shown_once():
    shown: list[str] = []
    rig = ServiceRig([(5.0, plug(plugged_in=False))], stop_at_s=60.0)
    rig.screen.finish = lambda outcome, _advice: shown.append(str(outcome))  # type: ignore[method-assign]
    rig.run()
    assert shown == ["DEVICE_ERROR(front-end-lost)"]


def test_being_stopped_while_recording_keeps_what_was_recorded():
    rig = ServiceRig([(5.0, thumbs(on=True))], stop_at_s=25.0)
    assert rig.run()[-1] == "STOPPED"
    (result,) = rig.store.results.values()
    assert str(result.outcome) == "INCONCLUSIVE(stopped)"
    assert result.partial
    assert result.recording is not None
    assert 18.0 < result.recording.seconds < 21.0


def test_a_bundle_that_cannot_be_used_is_a_fault_and_is_asked_for_again():
    wanted = [BundleError("bundle-absent", "No bundle."), None]

    def open_bundle():
        return wanted.pop(0) or bundle()

    rig = ServiceRig(stop_at_s=20.0, changes={"open_bundle": open_bundle})
    assert rig.run() == ["BOOT", "SELFTEST", "FAULT(bundle-absent)", "SELFTEST", "IDLE", "STOPPED"]


def test_unverified_time_is_a_fault_where_the_configuration_says_so():
    settings = ServiceSettings(require_verified_time=True)
    assert "FAULT(time-unverified)" in ServiceRig(stop_at_s=5.0, settings=settings).run()
    rig = ServiceRig(stop_at_s=5.0, settings=settings, changes={"time": lambda: BY_HAND})
    assert rig.run() == [*START, "STOPPED"]


def test_little_memory_is_a_fault_before_anybody_is_measured():
    rig = ServiceRig(stop_at_s=5.0, changes={"host": Host(memory_mb=lambda: 3.0)})
    assert rig.run()[2] == "FAULT(low-memory)"


def test_a_store_that_cannot_be_written_is_a_fault_before_anybody_is_measured():
    faults = [DeviceFault("store", "It cannot be written."), None]
    rig = ServiceRig(stop_at_s=10.0, changes={"check": lambda: faults.pop(0)})
    assert rig.run() == ["BOOT", "SELFTEST", "FAULT(store)", "SELFTEST", "IDLE", "STOPPED"]


def test_an_idle_service_tests_itself_again():
    rig = ServiceRig(stop_at_s=25.0, settings=ServiceSettings(test_every_s=10.0))
    assert rig.run() == ["BOOT", *["SELFTEST", "IDLE"] * 3, "STOPPED"]


def test_a_full_store_is_a_fault_and_never_a_result():
    rig = ServiceRig([(5.0, thumbs(on=True))], stop_at_s=60.0, changes={"store": MemoryStore(capacity=0)})
    assert rig.run()[4] == "FAULT(store)"
    assert str(rig.screen.outcome) == "DEVICE_ERROR(store)" or rig.screen.outcome is None


def test_the_service_ends_after_as_many_measurements_as_were_asked_for():
    settings = ServiceSettings(measurements=1, times=SHORT)
    assert ServiceRig(thumbs_on=True, settings=settings).run() == [*START, "MEASURING", "RESULT", "STOPPED"]


def test_the_status_file_says_what_the_service_does_and_nothing_of_the_patient(tmp_path):
    path = tmp_path / "status.json"
    rig = ServiceRig([(5.0, thumbs(on=True))], stop_at_s=60.0, status_file=path)
    rig.run()
    status = read_status(path)
    assert (status.state, status.last_outcome, status.outcomes) == ("STOPPED", "RESULT", {"RESULT": 1})
    assert status.bundle is not None
    assert not status.time_verified
    (result,) = rig.store.results.values()
    assert "HIGH" not in path.read_text()
    assert result.measurement_id not in path.read_text()


def test_a_recording_that_is_played_out_ends_the_service():
    rig = ServiceRig(stop_at_s=1e9)
    rig.parts = replace(rig.parts, open_source=lambda: FakeSource(ADS1292R, blocks(40.0), rig.clock))
    assert rig.run() == [*START, "MEASURING", "RESULT", "STOPPED"]


class CountingSupervisor(Supervisor):
    """Counts what it is told."""

    def __init__(self) -> None:
        super().__init__("", 8_000_000)
        self.told: list[str] = []

    def _tell(self, message: str) -> None:
        self.told.append(message)


def test_the_watchdog_hears_of_progress_and_of_nothing_else():
    rig = ServiceRig([(5.0, thumbs(on=True))], stop_at_s=60.0, supervisor=CountingSupervisor())
    rig.run()
    told = rig.voice._supervisor.told  # type: ignore[attr-defined]
    assert 25 <= told.count("WATCHDOG=1") <= 31
    assert [one.split("\n")[0] for one in told if one.startswith("READY")] == ["READY=1"]
    assert told[-1] == "STOPPING=1"


def test_a_front_end_that_hangs_is_no_progress():
    rig = ServiceRig(stop_at_s=30.0, supervisor=CountingSupervisor())
    told = rig.voice._supervisor.told  # type: ignore[attr-defined]
    heard: list[int] = []
    read = rig.patient.read

    def hang(timeout_s: float):
        if rig.clock.monotonic_s() > 10.0 and not heard:
            heard.append(told.count("WATCHDOG=1"))
            rig.clock.sleep(600.0)
            assert told.count("WATCHDOG=1") == heard[0]
        return read(timeout_s)

    rig.patient.read = hang  # type: ignore[method-assign]
    rig.run()
    assert heard
