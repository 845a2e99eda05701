"""The virtual handheld in both runtimes, on a pseudo-terminal with a serial port at the other end."""

import subprocess
import time
from pathlib import Path

import pytest
import serial

from conformance.counts_recording import CountsRecording
from conformance.pty_handheld import MODULE, PtyHandheld, command_line, environment
from pocketk_firmware import VERSION
from pocketk_firmware.frame import PROTOCOL_VERSION
from pocketk_firmware.messages import (
    ACK_BUSY,
    ACK_OK,
    COMMAND_BREAK,
    COMMAND_IDENTIFY,
    COMMAND_SELF_TEST,
    COMMAND_START,
    COMMAND_STOP,
    LOG_WARNING,
    Ack,
    Hello,
    Log,
)
from pocketk_firmware.samples import Samples
from pocketk_firmware.status import STREAM_ENDED, STREAM_STREAMING, Status

RECORDING = CountsRecording(1510, lead_off=range(601, 777), missing=(range(300, 340), range(1505, 1510)))
LONG_RECORDING = CountsRecording(30_000)  # 120 kB on the wire: more than a pseudo-terminal holds
# Token 0x0303: the frame holds the byte that interrupts a program at a prompt.
TOKEN = 771


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return RECORDING.write(tmp_path / "three_seconds.counts")


@pytest.fixture
def long_recording(tmp_path: Path) -> Path:
    return LONG_RECORDING.write(tmp_path / "a_minute.counts")


def is_ack(message: object) -> bool:
    return isinstance(message, Ack)


def is_samples(message: object) -> bool:
    return isinstance(message, Samples)


def has_ended(message: object) -> bool:
    return isinstance(message, Status) and message.stream == STREAM_ENDED


def is_streaming(message: object) -> bool:
    return isinstance(message, Status) and message.stream == STREAM_STREAMING


def arrived(messages: list) -> dict[int, tuple[int, int]]:
    """Return (counts, lead-off) by index; no index may come twice."""
    samples = [message for message in messages if isinstance(message, Samples)]
    rows = [(s.first_index + i, (s.counts[i], s.lead_off[i])) for s in samples for i in range(len(s.counts))]
    assert len(dict(rows)) == len(rows)
    return dict(rows)


def test_identify_answers_with_who_it_is(runtime: str, recording: Path) -> None:
    with PtyHandheld(runtime, str(recording), "--serial", "PK-0007") as handheld:
        handheld.receive(lambda message: isinstance(message, Status))  # HELLO and STATUS at the start
        handheld.send(COMMAND_IDENTIFY, TOKEN)
        ack, hello = handheld.receive(lambda message: isinstance(message, Hello))
        assert ack == Ack(token=TOKEN, status=ACK_OK, text="")
        stated = {name: getattr(hello, name) for name in RECORDING.header.NUMBERS}
        assert stated == {name: getattr(RECORDING.header, name) for name in RECORDING.header.NUMBERS}
        assert (hello.protocol, hello.firmware, hello.serial) == (PROTOCOL_VERSION, VERSION, "PK-0007")
        assert (hello.lead, hello.profile) == ("I", "ads1292r-x6")
        assert hello.runtime.startswith("cpython 3." if runtime == "cpython" else "micropython 1.")


def test_start_streams_every_sample_in_its_place_and_ends(runtime: str, recording: Path) -> None:
    with PtyHandheld(runtime, str(recording), "--speed", "0") as handheld:
        handheld.send(COMMAND_START, TOKEN)
        messages = handheld.receive(has_ended)
        assert arrived(messages) == RECORDING.arriving()
        final = messages[-1]
        assert final.sample_index == RECORDING.n_samples
        assert (final.adc_overruns, final.samples_dropped) == (2, 45)
        assert (final.frames_dropped, final.commands_refused) == (0, 0)
        assert (final.rx_bad_crc, final.rx_bad_cobs, final.rx_bad_other) == (0, 0, 0)
        statuses = [message.sample_index for message in messages if is_streaming(message)]
        assert statuses == [0, 490, 990, 1490]  # frames end at 300, at 490, ... since the gap ends at 340
        assert handheld.reader.faults.total() == 0


def test_a_torn_last_record_is_reported(runtime: str, tmp_path: Path) -> None:
    path = tmp_path / "torn.counts"
    path.write_bytes(CountsRecording(60).content()[:-2])
    with PtyHandheld(runtime, str(path), "--speed", "0") as handheld:
        handheld.send(COMMAND_START, TOKEN)
        messages = handheld.receive(has_ended)
        assert len(arrived(messages)) == 59
        warning = Log(level=LOG_WARNING, text="the recording ends in a torn record of 3 bytes")
        assert warning in messages


def test_no_sample_arrives_before_its_time(runtime: str, recording: Path) -> None:
    with PtyHandheld(runtime, str(recording), "--speed", "5") as handheld:
        handheld.receive(lambda message: isinstance(message, Status))
        sent_s = time.monotonic()
        handheld.send(COMMAND_START, TOKEN)
        messages = handheld.receive(has_ended)
        assert time.monotonic() - sent_s >= 1505 / 500 / 5
        assert arrived(messages) == RECORDING.arriving()


def test_commands_are_obeyed_while_it_streams(runtime: str, recording: Path) -> None:
    with PtyHandheld(runtime, str(recording)) as handheld:
        handheld.send(COMMAND_SELF_TEST, 1)
        assert handheld.receive(is_ack)[-1] == Ack(token=1, status=ACK_OK, text="pass")
        handheld.send(COMMAND_START, 2)
        handheld.receive(is_samples)
        handheld.send(COMMAND_SELF_TEST, 3)
        assert handheld.receive(is_ack)[-1] == Ack(token=3, status=ACK_BUSY, text="streaming")
        handheld.send(COMMAND_STOP, 4)
        assert handheld.receive(is_ack)[-1].status == ACK_OK
        handheld.receive(lambda message: isinstance(message, Status))
        handheld.send(COMMAND_START, 5)
        first = handheld.receive(is_samples)[-1]
        assert first.first_index == 0  # the index counts from START


def test_break_is_acknowledged_and_ends_the_process(runtime: str, recording: Path) -> None:
    with PtyHandheld(runtime, str(recording)) as handheld:
        handheld.send(COMMAND_BREAK, TOKEN)
        assert handheld.receive(is_ack)[-1] == Ack(token=TOKEN, status=ACK_OK, text="")
        assert handheld.process.wait(10) == 0


@pytest.mark.parametrize("speed", ["0", "1"])
def test_it_ends_cleanly_when_the_host_goes_away(runtime: str, recording: Path, speed: str) -> None:
    with PtyHandheld(runtime, str(recording), "--speed", speed) as handheld:
        handheld.send(COMMAND_START, TOKEN)
        handheld.receive(is_samples)
        handheld.port.close()
        assert handheld.process.wait(10) == 0
        assert handheld.process.stderr is not None
        assert handheld.process.stderr.read() == b""


def test_a_host_that_stops_reading_and_leaves_ends_it(runtime: str, long_recording: Path) -> None:
    blocking = runtime == "cpython"  # CPython changes the mode itself, MicroPython cannot
    with PtyHandheld(runtime, str(long_recording), "--speed", "0", blocking=blocking) as handheld:
        handheld.send(COMMAND_START, TOKEN)
        handheld.receive(is_samples)
        time.sleep(0.5)  # the pseudo-terminal is full by now, and the handheld waits in a write
        handheld.port.close()
        assert handheld.process.wait(10) == 0
        assert handheld.process.stderr is not None
        assert handheld.process.stderr.read() == b""


@pytest.mark.parametrize("blocking", [False, True])
def test_a_full_link_loses_nothing(runtime: str, long_recording: Path, blocking: bool) -> None:
    with PtyHandheld(runtime, str(long_recording), "--speed", "0", blocking=blocking) as handheld:
        handheld.send(COMMAND_START, TOKEN)
        time.sleep(0.5)
        messages = handheld.receive(has_ended)
        assert arrived(messages) == LONG_RECORDING.arriving()
        assert handheld.reader.faults.total() == 0


def test_the_host_notices_a_handheld_that_was_killed(runtime: str, recording: Path) -> None:
    with PtyHandheld(runtime, str(recording)) as handheld:
        handheld.send(COMMAND_START, TOKEN)
        handheld.receive(is_samples)
        handheld.process.kill()
        killed_s = time.monotonic()
        with pytest.raises(serial.SerialException):
            handheld.receive(has_ended, timeout_s=10)
        assert time.monotonic() - killed_s < 2


def test_a_closed_pipe_ends_it(runtime: str, recording: Path) -> None:
    words = [*command_line(runtime), "-m", MODULE, str(recording)]
    done = subprocess.run(words, input=b"", capture_output=True, env=environment(), timeout=20, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"\0")


def run(runtime: str, *arguments: str) -> subprocess.CompletedProcess:
    words = [*command_line(runtime), "-m", MODULE, *arguments]
    return subprocess.run(
        words, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment(), timeout=20, check=False
    )


def test_help_says_how_to_use_it(runtime: str) -> None:
    done = run(runtime, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("usage: virtual_handheld FILE.counts")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "no recording given"),
        (["a.counts", "b.counts"], "unexpected argument b.counts"),
        (["--colour", "red"], "unexpected argument --colour"),
        (["a.counts", "--speed"], "--speed needs a value"),
        (["a.counts", "--speed", "fast"], "--speed is no number: fast"),
        (["a.counts", "--speed", "-1"], "--speed must be 0 to 1000"),
        (["a.counts", "--speed", "nan"], "--speed must be 0 to 1000"),
        (["a.counts", "--speed", "0.0001"], "--speed must be 0 or at least 0.001"),
        (["a.counts", "--serial", ""], "--serial must be 1 to 96 printable ASCII characters"),
        (["absent.counts"], "ENOENT"),
        (["."], ""),
        ([__file__], "not a counts file"),
    ],
)
def test_bad_usage_is_explained(runtime: str, arguments: list[str], complaint: str) -> None:
    done = run(runtime, *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("virtual_handheld: ")
    if runtime == "cpython":
        complaint = complaint.replace("ENOENT", "No such file or directory")
    assert complaint in done.stderr
    assert done.stdout == ""
