"""The agent at the far end of a bench's cable: what it obeys, and that nothing sent to it can upset it."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generated_ecg import ADS1292R
from pocketk_agent.clock import SystemClock
from pocketk_agent.commands.rig import listen_address
from pocketk_agent.commands.unusable import UnusableError
from pocketk_agent.doctor.check import ok
from pocketk_agent.rig.request import COMMANDS, LONGEST_REQUEST_BYTES, RefusedError, Request, read_request
from pocketk_agent.rig.rig import Rig, RigParts
from pocketk_agent.rig.server import RigServer
from pocketk_agent.sources.fake_source import FakeSource
from pocketk_agent.sources.pace import Pace
from pocketk_agent.sources.virtual_patient_source import VirtualPatientSource
from pocketk_agent.store.memory_store import MemoryStore
from rig_client import RigClient
from session_rig import station


def made_rig(speed: float = 60.0) -> Rig:
    clock = SystemClock()
    source = VirtualPatientSource(pace=Pace.real_time(speed), clock=clock)
    made = replace(station(), source=source, clock=clock, store=MemoryStore())
    return Rig(RigParts(made, "simulated-patient", lambda: [ok("store", "fine")]))


@pytest.fixture
def address() -> Iterator[tuple[str, int]]:
    rig, stop = made_rig(), threading.Event()
    server = RigServer("127.0.0.1", 0, rig.obey)
    thread = threading.Thread(target=server.serve, args=(stop.is_set,))
    thread.start()
    yield server.address
    stop.set()
    thread.join(10.0)
    rig.close()


@pytest.fixture
def bench(address: tuple[str, int]) -> Iterator[RigClient]:
    client = RigClient(address)
    yield client
    client.close()


def test_it_says_who_it_is(bench: RigClient):
    said = bench.ask("identify")
    assert (said["protocol"], said["front_end_kind"], said["simulated_patient"]) == (1, "simulated-patient", True)
    assert said["bundle"] == "test"


def test_a_measurement_runs_from_start_to_result(bench: RigClient):
    assert bench.refusal("result") == "no-result"
    bench.ask("set-patient", potassium_mmol_l=6.5, heart_rate_bpm=80, noise_gain=0.5)
    bench.ask("start", patient="P-1")
    assert bench.ask("status")["state"] == "MEASURING"
    assert bench.refusal("start") == "measuring"
    assert bench.refusal("selftest") == "measuring"
    bench.wait_until_idle()
    result = bench.ask("result")
    assert result["outcome"]["text"] == "HIGH"
    assert result["patient_id"] == "P-1"
    assert bench.ask("status")["measured"] == 1
    assert bench.ask("identify")["front_end"]["fs_hz"] == 500.0


def test_thumbs_that_are_off_are_a_poor_recording(bench: RigClient):
    bench.ask("set-patient", thumbs_on=False)
    bench.ask("start")
    bench.wait_until_idle()
    assert bench.ask("result")["outcome"]["text"] == "POOR_RECORDING(lead-off)"


def test_a_front_end_that_is_torn_off_is_a_device_error_and_may_come_back(bench: RigClient):
    bench.ask("start")
    bench.ask("set-patient", plugged_in=False)
    bench.wait_until_idle()
    assert bench.ask("result")["outcome"]["text"] == "DEVICE_ERROR(front-end-lost)"
    bench.ask("set-patient", plugged_in=True)
    bench.ask("start")
    assert bench.ask("stop") == {"was_measuring": True, "measuring": False}
    assert bench.ask("result")["outcome"]["text"].startswith("INCONCLUSIVE(stopped")


def test_the_selftest_gives_its_checks(bench: RigClient):
    assert bench.ask("selftest")["passed"] is True


@pytest.mark.parametrize(
    ("command", "arguments", "code"),
    [
        ("sing", {}, "command"),
        ("start", {"patient": 7}, "arguments"),
        ("start", {"patient": "a b\n"}, "arguments"),
        ("start", {"speed": 7}, "arguments"),
        ("set-patient", {"potassium_mmol_l": "high"}, "arguments"),
        ("set-patient", {"potassium_mmol_l": True}, "arguments"),
        ("set-patient", {"potassium_mmol_l": 10**400}, "arguments"),
        ("set-patient", {"potassium_mmol_l": -4}, "arguments"),
        ("set-patient", {"heart_rate_bpm": 1e9}, "arguments"),
        ("set-patient", {"noise_gain": -1}, "arguments"),
        ("set-patient", {"thumbs_on": 1}, "arguments"),
        ("identify", {"x": None}, "arguments"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_code(bench: RigClient, command: str, arguments: dict, code: str):
    assert bench.refusal(command, **arguments) == code
    assert bench.ask("status")["state"] == "IDLE"


@pytest.mark.parametrize(
    "line", [b"{", b"[]", b"7", b"\xff", b'{"command": NaN}', b"[" * 4000, b'{"id": []}', b'"\\ud800"']
)
def test_what_is_no_request_is_refused_and_the_line_stays(bench: RigClient, line: bytes):
    answer = bench.send(line + b"\n")
    assert answer is not None
    assert answer["ok"] is False
    assert bench.ask("status")["state"] == "IDLE"


def test_a_line_without_end_is_cut_off_and_the_next_client_is_served(bench: RigClient, address: tuple[str, int]):
    answer = bench.send(b"x" * (LONGEST_REQUEST_BYTES + 1))
    assert answer is not None
    assert answer["error"]["code"] == "too-long"
    assert bench.line() is None
    again = RigClient.once_there_is_room(address)
    assert again.ask("status")["state"] == "IDLE"
    again.close()


def test_a_second_client_is_turned_away_until_the_first_has_gone(bench: RigClient, address: tuple[str, int]):
    bench.ask("status")
    second = RigClient(address)
    answer = second.line()
    assert answer is not None
    assert answer["error"]["code"] == "busy"
    assert second.line() is None
    second.close()
    bench.close()
    third = RigClient.once_there_is_room(address)
    assert third.ask("status")["state"] == "IDLE"
    third.close()


def test_a_request_may_come_in_pieces_and_several_at_once(bench: RigClient):
    whole = b'{"command": "status", "id": "a"}\n{"command": "status", "id": "b"}\n'
    bench._socket.sendall(whole[:7])
    first = bench.send(whole[7:])
    second = bench.line()
    assert [one and one["id"] for one in (first, second)] == ["a", "b"]


def test_a_client_that_hangs_up_while_measuring_leaves_the_measurement_alone(address: tuple[str, int]):
    first = RigClient(address)
    first.ask("start")
    first.close()
    second = RigClient.once_there_is_room(address)
    second.wait_until_idle()
    assert second.ask("result")["outcome"]["text"] == "HIGH"
    second.close()


def test_a_front_end_of_flesh_and_wire_is_set_by_nobody():
    made = replace(station(), source=FakeSource(ADS1292R, [], SystemClock()))
    rig = Rig(RigParts(made, "serial", list))
    with pytest.raises(RefusedError) as refused:
        rig.obey(Request("set-patient", None, {"potassium_mmol_l": 5.0}))
    assert refused.value.code == "not-simulated"


@given(st.binary(max_size=200))
def test_any_line_is_a_request_or_refused(line: bytes):
    try:
        request = read_request(line)
    except RefusedError:
        return
    assert request.command in COMMANDS


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["potassium_mmol_l", "heart_rate_bpm", "noise_gain", "thumbs_on", "plugged_in", "patient", "x"])


def obeyed_or_refused(rig: Rig, request: Request) -> bool:
    try:
        return bool(json.dumps(rig.obey(request), allow_nan=False))
    except RefusedError as refused:
        return refused.code in ("arguments", "no-result")


HARMLESS = [command for command in COMMANDS if command not in ("start", "selftest")]


@settings(max_examples=60)
@given(st.sampled_from(HARMLESS), st.dictionaries(NAMES, VALUES, max_size=3))
def test_any_arguments_are_obeyed_or_refused(command: str, arguments: dict):
    assert obeyed_or_refused(made_rig(), Request(command, None, arguments))


def test_any_bytes_leave_the_server_ready_for_the_next_client(address: tuple[str, int]):
    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.binary(min_size=1, max_size=120) | st.just(b"\n"), max_size=6))
    def upset(pieces: list[bytes]) -> None:
        with socket.create_connection(address, timeout=10.0) as line, suppress(ConnectionError):
            for piece in pieces:  # the server may hang up on nonsense while more of it is under way
                line.sendall(piece)
        bench = RigClient.once_there_is_room(address)
        assert bench.ask("status")["state"] in ("IDLE", "MEASURING")
        bench.close()

    upset()


@pytest.mark.parametrize(
    "text", ["", ":", "4711", "localhost:", "127.0.0.1:x", "127.0.0.1:99999", "0.0.0.0:1", "pi:1", "[::]:1"]
)
def test_an_address_that_is_none_or_that_others_reach_is_refused(text: str):
    with pytest.raises(UnusableError):
        listen_address(text, bench_network=False)


def test_addresses_of_this_machine_and_of_a_bench_are_taken():
    assert listen_address("[::1]:7", bench_network=False) == ("::1", 7)
    assert listen_address("10.0.0.7:7", bench_network=True) == ("10.0.0.7", 7)


def test_the_command_listens_obeys_and_ends_on_sigterm(tmp_path: Path):
    config = tmp_path / "pocketk.toml"
    measurement = f'[measurement]\nbundle = "pocketk-untrained"\nstore = "{tmp_path}/s"\n'
    config.write_text(f'[front_end]\nkind = "simulated-patient"\n{measurement}')
    command = [sys.executable, "-m", "pocketk_agent", "rig", "--listen", "127.0.0.1:0", "--config", str(config)]
    rig = subprocess.Popen([*command, "--speed", "60"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert rig.stdout is not None
    said = rig.stdout.readline()
    assert said.startswith("listening  127.0.0.1:"), said
    bench = RigClient(("127.0.0.1", int(said.rsplit(":", 1)[1])))
    assert bench.ask("selftest")["passed"] is True
    bench.ask("start")
    bench.wait_until_idle()
    assert bench.ask("result")["outcome"]["text"] == "INCONCLUSIVE(untrained model)"
    bench.close()
    rig.terminate()
    rig.communicate(timeout=20)
    assert rig.returncode == 0
