"""STATUS: the state of the stream, of the hardware, and every fault counter."""

from pocketk_firmware.constant import const
from pocketk_firmware.payload import Payload

BATTERY_UNKNOWN = const(255)
TEMPERATURE_UNKNOWN = const(-32768)

STREAM_IDLE = const(0)
STREAM_STREAMING = const(1)
STREAM_ENDED = const(2)  # the source has no more samples
STREAM_FAULT = const(3)  # the source failed; a LOG says how


class Status(Payload):
    """Sent once per simulated second and whenever the stream changes its state.

    Attributes:
        sample_index: index of the next sample, lost ones counted.
        lead_off: 1 if the last sample sent was taken with the lead off, else 0.
        battery_percent: 0 to 100, or `BATTERY_UNKNOWN`.
        temperature_centi_c: hundredths of a degree Celsius, or `TEMPERATURE_UNKNOWN`.
        stream: one of the `STREAM_` numbers.
        adc_overruns: times that the source lost samples.
        samples_dropped: samples lost in the source or with a dropped frame.
        frames_dropped: frames that the link did not take.
        rx_bad_crc, rx_bad_cobs, rx_bad_other: faults in what the host sent.
        commands_refused: commands not carried out, and frames that were no command.
    """

    TYPE = 3
    COUNTERS = (
        "adc_overruns",
        "samples_dropped",
        "frames_dropped",
        "rx_bad_crc",
        "rx_bad_cobs",
        "rx_bad_other",
        "commands_refused",
    )
    FIELDS = ("sample_index", "lead_off", "battery_percent", "temperature_centi_c", "stream") + COUNTERS
    KINDS = "IBBhBIIIIIII"
    __slots__ = FIELDS

    sample_index: int
    lead_off: int
    battery_percent: int
    temperature_centi_c: int
    stream: int
    adc_overruns: int
    samples_dropped: int
    frames_dropped: int
    rx_bad_crc: int
    rx_bad_cobs: int
    rx_bad_other: int
    commands_refused: int

    def check(self) -> None:
        """Raise ValueError where a field is outside what STATUS allows."""
        if self.lead_off > 1:
            raise ValueError("lead_off must be 0 or 1, not %d" % self.lead_off)
        if self.battery_percent > 100 and self.battery_percent != BATTERY_UNKNOWN:
            raise ValueError("battery_percent must be 0 to 100 or 255, not %d" % self.battery_percent)
        if self.stream > STREAM_FAULT:
            raise ValueError("unknown stream state %d" % self.stream)

    @classmethod
    def blank(cls):
        """Return the status of a front end that has just started: idle, nothing known, no faults."""
        counters = dict.fromkeys(cls.COUNTERS, 0)
        return cls(
            sample_index=0,
            lead_off=0,
            battery_percent=BATTERY_UNKNOWN,
            temperature_centi_c=TEMPERATURE_UNKNOWN,
            stream=STREAM_IDLE,
            **counters,
        )
