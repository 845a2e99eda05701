"""The fake smbus2 beside the real one: same names, same parameters, same messages."""

import inspect

import pytest

from pocketk_chips.ads1115 import CONFIG, CONFIG_RESET, CONVERSION, HI_THRESH, Ads1115
from pocketk_chips.bench import ChipBench
from pocketk_chips.i2c_wire import I2cWire
from pocketk_chips.inputs import FlatInput
from pocketk_chips.linux.fake_smbus2 import FakeI2cMsg, FakeSMBus, FakeSmbus2Module

smbus2 = pytest.importorskip("smbus2")
METHODS = ["open", "close", "write_i2c_block_data", "read_i2c_block_data", "i2c_rdwr", "__enter__", "__exit__"]


def bench_of_one() -> tuple[FakeSmbus2Module, Ads1115, I2cWire]:
    bench = ChipBench()
    chip = Ads1115(bench, FlatInput(1.0))
    wire = I2cWire(bench, {0x48: chip})
    return FakeSmbus2Module({1: wire}), chip, wire


def names(function: object) -> list[tuple[str, object]]:
    """Parameters with their defaults, `self` and what the fake binds by itself left out."""
    found = inspect.signature(function).parameters.values()  # pyright: ignore[reportArgumentType]
    return [(p.name, p.default) for p in found if p.name not in ("self", "wires")]


@pytest.mark.parametrize("name", [m for m in METHODS if not m.startswith("__")])
def test_a_method_takes_what_smbus2_takes(name: str) -> None:
    assert names(getattr(FakeSMBus, name)) == names(getattr(smbus2.SMBus, name))


def test_the_fake_has_no_method_that_smbus2_has_not() -> None:
    own = {name for name, value in vars(FakeSMBus).items() if callable(value) and name != "__init__"}
    assert own == set(METHODS)
    assert own <= set(dir(smbus2.SMBus))


def test_a_bus_is_made_as_smbus2_makes_it() -> None:
    assert names(FakeSmbus2Module.SMBus) == names(smbus2.SMBus.__init__)


@pytest.mark.parametrize("name", ["read", "write"])
def test_a_message_is_made_as_smbus2_makes_it(name: str) -> None:
    assert names(getattr(FakeI2cMsg, name)) == names(getattr(smbus2.i2c_msg, name))


@pytest.mark.parametrize("data", [[1], [1, 0x42, 0xE0], b"\x00\xff"])
def test_a_written_message_holds_what_smbus2s_holds(data) -> None:
    fake, real = FakeI2cMsg.write(0x48, data), smbus2.i2c_msg.write(0x48, data)
    assert (fake.addr, fake.flags, len(fake)) == (real.addr, real.flags, len(real))
    assert (list(fake), bytes(fake)) == (list(real), bytes(real))


def test_a_read_message_begins_as_smbus2s_does() -> None:
    fake, real = FakeI2cMsg.read(0x48, 2), smbus2.i2c_msg.read(0x48, 2)
    assert (fake.addr, fake.flags, list(fake)) == (real.addr, real.flags, list(real))


def test_registers_are_read_and_written_high_byte_first() -> None:
    module, chip, _ = bench_of_one()
    with module.SMBus(1) as bus:
        assert bus.read_i2c_block_data(0x48, CONFIG, 2) == list(CONFIG_RESET.to_bytes(2, "big"))
        bus.write_i2c_block_data(0x48, HI_THRESH, [0x80, 0x01])
        assert bus.read_i2c_block_data(0x48, HI_THRESH, 2) == [0x80, 0x01]
    assert chip.violations == []


def test_a_read_message_is_filled_again_and_again() -> None:
    module, chip, wire = bench_of_one()
    bus = module.SMBus(1)
    bus.write_i2c_block_data(0x48, CONFIG, [0x42, 0xE0])
    bus.i2c_rdwr(module.i2c_msg.write(0x48, [CONVERSION]))
    message = module.i2c_msg.read(0x48, 2)
    bus.i2c_rdwr(message)
    assert list(message) == [0, 0]
    wire.bench.advance(2_000_000)
    bus.i2c_rdwr(message)
    assert int.from_bytes(bytes(message), "big") == 8000
    assert chip.violations == []


@pytest.mark.parametrize("make", [lambda: bench_of_one()[0].SMBus, lambda: smbus2.SMBus])
def test_a_bus_that_is_not_there_is_a_missing_file(make) -> None:
    with pytest.raises(FileNotFoundError):
        make()(4095)


def test_nobody_at_an_address_is_what_the_kernel_makes_of_it() -> None:
    module, _, _ = bench_of_one()
    with pytest.raises(OSError, match="Remote I/O error") as caught:
        module.SMBus(1).read_i2c_block_data(0x49, CONFIG, 2)
    assert caught.value.errno == 121


def test_a_closed_bus_is_no_bus() -> None:
    module, _, _ = bench_of_one()
    bus = module.SMBus(1)
    bus.close()
    bus.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        bus.read_i2c_block_data(0x48, CONFIG, 2)
