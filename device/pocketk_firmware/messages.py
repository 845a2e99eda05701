"""The messages besides SAMPLES and STATUS, and `unpack_message` for all of them."""

from pocketk_firmware.constant import const
from pocketk_firmware.front_end import check_front_end
from pocketk_firmware.payload import Payload
from pocketk_firmware.samples import Samples
from pocketk_firmware.status import Status

COMMAND_IDENTIFY = const(1)
COMMAND_START = const(2)
COMMAND_STOP = const(3)
COMMAND_SELF_TEST = const(4)
COMMAND_BREAK = const(5)

ACK_OK = const(0)
ACK_UNSUPPORTED = const(1)
ACK_BAD_ARGUMENT = const(2)
ACK_BUSY = const(3)
ACK_FAILED = const(4)  # carried out and failed; the text says why

LOG_DEBUG = const(0)
LOG_INFO = const(1)
LOG_WARNING = const(2)
LOG_ERROR = const(3)

MAX_CHUNK_BYTES = const(512)


class Hello(Payload):
    """Who the front end is and how its counts become millivolts.

    Attributes:
        protocol: wire protocol version.
        serial: serial number.
        firmware: firmware version.
        profile: id of the front-end profile.
        fs_millihz: sampling rate in millihertz.
        lsb_pv: picovolts per count.
        zero_counts: counts at 0 V.
        rail_low_counts, rail_high_counts: where the converter saturates.
        adc_bits: resolution of the converter.
        lead: name of the lead, for example "I".
        runtime: interpreter and version.
    """

    TYPE = 1
    FIELDS = (
        "protocol",
        "serial",
        "firmware",
        "profile",
        "fs_millihz",
        "lsb_pv",
        "zero_counts",
        "rail_low_counts",
        "rail_high_counts",
        "adc_bits",
        "lead",
        "runtime",
    )
    KINDS = "BsssIIiiiBss"
    __slots__ = FIELDS

    protocol: int
    serial: str
    firmware: str
    profile: str
    fs_millihz: int
    lsb_pv: int
    zero_counts: int
    rail_low_counts: int
    rail_high_counts: int
    adc_bits: int
    lead: str
    runtime: str

    def check(self) -> None:
        """Raise ValueError where scale or limits are out of range."""
        check_front_end(self)


class Result(Payload):
    """A score computed on the chip.

    Attributes:
        logit_micro: model output in millionths of a logit.
        quality: signal quality, 0 (unusable) to 255.
        first_index: index of the first sample of the window.
        bundle: id of the bundle that scored.
    """

    TYPE = 4
    FIELDS = ("logit_micro", "quality", "first_index", "bundle")
    KINDS = "iBIs"
    __slots__ = FIELDS

    logit_micro: int
    quality: int
    first_index: int
    bundle: str


class Chunk(Payload):
    """A piece of a file on its way to the device.

    Attributes:
        transfer: number of the transfer.
        offset: position of the first byte of `data` in the file.
        total: size of the file in bytes.
        data: 1 to `MAX_CHUNK_BYTES` bytes.
    """

    TYPE = 5
    FIELDS = ("transfer", "offset", "total", "data")
    KINDS = "HIId"
    __slots__ = FIELDS

    transfer: int
    offset: int
    total: int
    data: bytes

    def check(self) -> None:
        """Raise ValueError where the piece is empty, too long, or reaches past the end of the file."""
        if not 1 <= len(self.data) <= MAX_CHUNK_BYTES:
            raise ValueError("a chunk carries 1 to %d bytes, not %d" % (MAX_CHUNK_BYTES, len(self.data)))
        if self.offset + len(self.data) > self.total:
            raise ValueError("chunk reaches past the end of the file")


class Command(Payload):
    """An order to the front end, answered by an ACK with the same token.

    Attributes:
        command: one of the `COMMAND_` numbers; others are answered with `ACK_UNSUPPORTED`.
        argument: 0 for all commands of version 1.
        token: chosen by the host.
    """

    TYPE = 6
    FIELDS = ("command", "argument", "token")
    KINDS = "BiH"
    __slots__ = FIELDS

    command: int
    argument: int
    token: int


class Ack(Payload):
    """The answer to a command.

    Attributes:
        token: token of the command.
        status: one of the `ACK_` numbers.
        text: reason in words, may be empty.
    """

    TYPE = 7
    FIELDS = ("token", "status", "text")
    KINDS = "HBs"
    __slots__ = FIELDS

    token: int
    status: int
    text: str

    def check(self) -> None:
        """Raise ValueError where the status is unknown."""
        if self.status > ACK_FAILED:
            raise ValueError("unknown status %d" % self.status)


class Log(Payload):
    """Something an engineer may want to read; nothing depends on it.

    Attributes:
        level: one of the `LOG_` numbers.
        text: what happened.
    """

    TYPE = 8
    FIELDS = ("level", "text")
    KINDS = "Bs"
    __slots__ = FIELDS

    level: int
    text: str

    def check(self) -> None:
        """Raise ValueError where the level is unknown."""
        if self.level > LOG_ERROR:
            raise ValueError("unknown level %d" % self.level)


MESSAGES = (Hello, Samples, Status, Result, Chunk, Command, Ack, Log)
_BY_TYPE = {message.TYPE: message for message in MESSAGES}


def unpack_message(frame_type: int, payload):
    """Return the message in a frame; it keeps no reference to `payload`.

    Raises:
        ValueError: the type is unknown, or the payload malformed.
    """
    if frame_type not in _BY_TYPE:
        raise ValueError("unknown message type %d" % frame_type)
    return _BY_TYPE[frame_type].unpack(payload)
