"""The fakes of spidev and gpiod have the names and parameters of the real modules, and behave as the kernel does."""

import inspect
import re

import pytest

from pocketk_chips.bench import ChipBench
from pocketk_chips.linux import fake_gpiod
from pocketk_chips.linux.fake_gpiod import Edge, FakeGpiodModule, LineSettings
from pocketk_chips.linux.fake_spidev import FakeSpiDev, FakeSpidevModule
from pocketk_chips.signal_line import SignalLine

gpiod = pytest.importorskip("gpiod")
spidev = pytest.importorskip("spidev")
CHIP, LINE = "/dev/gpiochip0", 25


def public(kind: type) -> dict[str, object]:
    return {name: value for name, value in vars(kind).items() if not name.startswith("_")}


def parameters(function) -> list[str]:
    return [name for name in inspect.signature(function).parameters if name != "self"]


def edges_asked(buffer: int | None = None, edge: Edge = Edge.FALLING):
    bench, line = ChipBench(), SignalLine()
    module = FakeGpiodModule(bench, {(CHIP, LINE): line})
    return bench, line, module.request_lines(CHIP, {LINE: LineSettings(edge_detection=edge)}, "test", buffer)


def pulses(bench: ChipBench, line: SignalLine, n: int) -> None:
    for k in range(n):
        bench.schedule(bench.now_ns + 2 * k + 1, lambda: line.drive(0))
        bench.schedule(bench.now_ns + 2 * k + 2, lambda: line.drive(1))
    bench.advance(2 * n)


@pytest.mark.parametrize("name", [name for name, value in public(FakeSpiDev).items() if callable(value)])
def test_spidev_has_every_method_of_the_fake(name: str) -> None:
    real = getattr(spidev.SpiDev, name)
    stated = re.match(r"(?:xfer\d?|read|write\w*|open|close|fileno)\((.*?)\)", real.__doc__ or "")
    assert callable(real)
    assert stated, "spidev states each method's call in its docstring"
    n_required = sum(
        p.default is p.empty for n, p in inspect.signature(getattr(FakeSpiDev, name)).parameters.items() if n != "self"
    )
    assert n_required == len([word for word in stated[1].split(",") if word])


@pytest.mark.parametrize("name", ["max_speed_hz", "mode", "bits_per_word"])
def test_spidev_has_every_setting_of_the_fake(name: str) -> None:
    assert name in vars(FakeSpiDev({}))
    assert hasattr(spidev.SpiDev, name)


def test_spidev_takes_its_extra_arguments_by_place_as_the_fake_does() -> None:
    names = parameters(FakeSpiDev.xfer2)
    assert names == ["values", "speed_hz", "delay_usecs", "bits_per_word"]
    with pytest.raises(OSError, match="descriptor"):  # the real one parses its arguments, then finds no device
        spidev.SpiDev().xfer2([0], 1_000_000, 10)


@pytest.mark.parametrize("name", ["wait_edge_events", "read_edge_events", "release", "get_value"])
def test_a_line_request_has_gpiods_methods_and_parameters(name: str) -> None:
    assert parameters(getattr(fake_gpiod.FakeLineRequest, name)) == parameters(getattr(gpiod.LineRequest, name))


def test_lines_are_asked_for_as_gpiod_has_it() -> None:
    real = parameters(gpiod.request_lines)
    asked = parameters(FakeGpiodModule.request_lines)
    assert real[: len(asked)] == asked


@pytest.mark.parametrize(
    "name", ["direction", "edge_detection", "bias", "active_low", "debounce_period", "event_clock"]
)
def test_line_settings_have_gpiods_names_and_defaults(name: str) -> None:
    fake, real = getattr(LineSettings(), name), getattr(gpiod.LineSettings(), name)
    assert getattr(fake, "name", fake) == getattr(real, "name", real)


@pytest.mark.parametrize("kind", ["Edge", "Direction", "Bias", "Clock", "Value"])
def test_enumerations_have_gpiods_members(kind: str) -> None:
    fake, real = getattr(fake_gpiod, kind), getattr(gpiod.line, kind)
    assert [member.name for member in fake] == [member.name for member in real]


def test_an_event_has_gpiods_fields() -> None:
    fields = list(inspect.signature(fake_gpiod.EdgeEvent).parameters)
    assert fields == parameters(gpiod.EdgeEvent)
    assert [kind.name for kind in fake_gpiod.EdgeEvent.Type] == [kind.name for kind in gpiod.EdgeEvent.Type]


def test_every_edge_has_its_time_and_its_number() -> None:
    bench, line, request = edges_asked()
    pulses(bench, line, 3)
    events = request.read_edge_events()
    assert [(event.timestamp_ns, event.line_seqno) for event in events] == [(1, 1), (3, 2), (5, 3)]
    assert {event.event_type for event in events} == {fake_gpiod.EdgeEvent.Type.FALLING_EDGE}


@pytest.mark.parametrize(("buffer", "kept"), [(None, 16), (1024, 100)])
def test_a_full_buffer_drops_the_oldest_and_their_numbers_are_missing(buffer: int | None, kept: int) -> None:
    bench, line, request = edges_asked(buffer)
    pulses(bench, line, 100)
    numbers = [event.line_seqno for event in request.read_edge_events()]
    assert numbers == list(range(101 - kept, 101))


def test_waiting_ends_with_an_edge_or_with_its_time() -> None:
    bench, line, request = edges_asked()
    bench.schedule(500_000_000, lambda: line.drive(0))
    assert not request.wait_edge_events(0.1)
    assert bench.now_ns == 100_000_000
    assert request.wait_edge_events(10.0)
    assert bench.now_ns == 500_000_000
    request.read_edge_events()
    with pytest.raises(TimeoutError):
        request.wait_edge_events(None)


def test_only_the_edges_asked_for_are_reported_and_a_broken_wire_brings_none() -> None:
    bench, line, request = edges_asked(edge=Edge.BOTH)
    pulses(bench, line, 2)
    assert len(request.read_edge_events(3)) == 3
    assert len(request.read_edge_events()) == 1
    line.connected = False
    pulses(bench, line, 2)
    assert not request.wait_edge_events(0.0)


def test_a_line_that_was_given_back_is_no_longer_heard() -> None:
    bench, line, request = edges_asked()
    request.release()
    request.release()
    pulses(bench, line, 1)
    with pytest.raises(fake_gpiod.RequestReleasedError):
        request.wait_edge_events(0.0)


def test_what_is_not_connected_is_not_there() -> None:
    with pytest.raises(FileNotFoundError):
        FakeSpidevModule({}).SpiDev().open(0, 0)
    with pytest.raises(FileNotFoundError):
        FakeGpiodModule(ChipBench(), {}).request_lines(CHIP, {LINE: None})
    with pytest.raises(OSError, match="descriptor"):
        FakeSpidevModule({}).SpiDev().readbytes(1)
