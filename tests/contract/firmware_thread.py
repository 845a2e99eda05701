"""The firmware's main loop in a thread of this process, at one end of a loopback cable."""

import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from pocketk_agent.transport.loopback_transport import LoopbackTransport
from pocketk_agent.transport.transport import TransportLostError
from pocketk_firmware.handheld import Handheld
from pocketk_firmware.sample_adc import CountsFileAdc, SampleAdc

# What a line does to one frame on its way to the host.
Line = Callable[[bytes], bytes]


class LoopbackLink:
    """A `Transport` as the firmware's loop wants its link; every frame to the host passes through `line`."""

    def __init__(self, transport: LoopbackTransport, line: Line) -> None:
        self.hung_up = False
        self._transport = transport
        self._line = line
        self._arrived = b""

    def read_into(self, buffer: bytearray) -> int:
        self._fetch(0.0)
        taken, self._arrived = self._arrived[: len(buffer)], self._arrived[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)

    def wait(self, timeout_ms: int) -> None:
        if not self._arrived:
            self._fetch(timeout_ms / 1000)

    def write(self, buffer: memoryview) -> int:
        try:
            self._transport.write(self._line(bytes(buffer)))
        except TransportLostError as error:
            raise EOFError(str(error)) from error
        return len(buffer)

    def _fetch(self, timeout_s: float) -> None:
        if self.hung_up:
            raise EOFError("restarted")
        try:
            self._arrived += self._transport.read(timeout_s)
        except TransportLostError as error:
            raise EOFError(str(error)) from error


class FirmwareThread:
    """A context manager: `transport` is the host's end of the cable, not yet open."""

    def __init__(
        self, counts_path: Path, speed_permille: int = 0, line: Line = lambda frame: frame, adc: SampleAdc | None = None
    ) -> None:
        self.transport, self._device_end = LoopbackTransport.pair()
        self._adc = adc or CountsFileAdc(str(counts_path))
        self._speed_permille = speed_permille
        self._line = line
        self._link = LoopbackLink(self._device_end, line)
        self._stopping = False
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="firmware")

    def __enter__(self) -> Self:
        self._device_end.open()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping = True
        self.cut()
        self._thread.join(10.0)
        assert not self._thread.is_alive(), "the firmware did not notice that the cable was cut"
        if self._failure is not None:
            raise self._failure

    def cut(self) -> None:
        """Pull the cable."""
        self.transport.cut()

    def restart(self) -> None:
        """Reset the device: it forgets everything and greets again, on the same cable."""
        self._link.hung_up = True

    def _run(self) -> None:
        try:
            while not self._stopping:
                self._link = LoopbackLink(self._device_end, self._line)
                Handheld(self._adc, self._link, speed_permille=self._speed_permille).run()
                self._stopping = self._stopping or not self._link.hung_up
        except BaseException as failure:
            self._failure = failure
