"""The analogue half of the ADS1292R: multiplexer, gain, reference, converter and lead-off comparators."""

import math

from pocketk_chips.ads1292r_registers import CH1SET, CONFIG2, LOFF_SENS
from pocketk_chips.small_noise import SmallNoise
from pocketk_firmware.constant import const

CODE_MAX = const(0x7FFFFF)
CODE_MIN = const(-0x800000)
GAINS = (6, 1, 2, 3, 4, 8, 12)
REFERENCE_V = (2.42, 4.033)  # by CONFIG2 bit 4
TEST_DIVISOR = const(2400)  # the test signal is the reference over this

_POWER_DOWN = const(0x80)
_MUX = const(0x0F)
_MUX_INPUT = const(0)
_MUX_SHORTED = const(1)
_MUX_TEST = const(5)
_COMPARATORS_ON = const(0x40)
_REFERENCE_ON = const(0x20)
_REFERENCE_4V = const(0x10)
_TEST_ON = const(0x02)
_TEST_SQUARE = const(0x01)
_OWN_NOISE_V = 0.9e-6  # rms; 8 uV peak to peak at gain 6 in 150 Hz (UNVERIFIED)


class Channels:
    """What the two channels and the comparators say at one moment.

    Args:
        registers: the chip's register file.
        source: at the inputs of channel 1, see `inputs`; channel 2 is open.
        violations: where what the model does not know is noted.

    Attributes:
        source: may be exchanged while it runs.
        offset_v: electrode offset added to the input.
        lead_off_from_ns, lead_off_until_ns: from when to when both electrodes are off, whatever the source says.
        gain_error: true gain of amplifier and converter over the nominal one, of every signal; 1 for a sound chip.
        converter_offset_v: what the converter adds to every signal, volts at its input.
        test_gain: how much larger the test signal is than it should be; 1 for a sound chip.
    """

    def __init__(self, registers, source, violations):
        self.source = source
        self.offset_v = 0.0
        self.lead_off_from_ns = self.lead_off_until_ns = 0
        self.test_gain = self.gain_error = 1.0
        self.converter_offset_v = 0.0
        self._registers = registers
        self._violations = violations
        self._noise = SmallNoise()

    def lead_off(self, n: int, t_ns: int) -> int:
        """LOFF_STAT bits 3 to 0 (2N, 2P, 1N, 1P): what the comparators that are on say."""
        if not self._registers.get(CONFIG2) & _COMPARATORS_ON:
            return 0
        sensed = self._registers.get(LOFF_SENS) & 0x0F
        off = 0x0C | self._electrodes_off(n, t_ns)  # nothing is connected to channel 2
        return off & sensed

    def code(self, channel: int, n: int, t_ns: int, test_high: bool) -> int:
        """The 24-bit code of channel 1 or 2."""
        setting = self._registers.get(CH1SET + channel - 1)
        if setting & _POWER_DOWN:
            return 0
        config2 = self._registers.get(CONFIG2)
        if not config2 & _REFERENCE_ON:
            return CODE_MAX  # nothing to compare with
        gain_bits = (setting >> 4) & 7
        if gain_bits >= len(GAINS):
            self._violations.append("gain setting %d does not exist" % gain_bits)
            return 0
        reference_v = REFERENCE_V[1 if config2 & _REFERENCE_4V else 0]
        volts = self._volts(channel, setting & _MUX, n, t_ns, test_high) * self.gain_error + self.converter_offset_v
        code = math.floor(volts * GAINS[gain_bits] / reference_v * CODE_MAX + 0.5)
        return min(CODE_MAX, max(CODE_MIN, code))

    def _electrodes_off(self, n, t_ns):
        if self.lead_off_from_ns <= t_ns < self.lead_off_until_ns:
            return 3
        return self.source.lead_off(n, t_ns)

    def _volts(self, channel, mux, n, t_ns, test_high):
        if mux == _MUX_SHORTED:
            return self._noise.next() * _OWN_NOISE_V
        if mux == _MUX_TEST:
            return self._test_v(test_high) + self._noise.next() * _OWN_NOISE_V
        if mux != _MUX_INPUT:
            self._violations.append("multiplexer setting %d is not modelled" % mux)
            return 0.0
        if channel == 2:
            return 0.0
        # The sensing current drives an open input to the rail.
        if self.lead_off_from_ns <= t_ns < self.lead_off_until_ns and self._registers.get(LOFF_SENS) & 3:
            return REFERENCE_V[1]
        return self.source.volts(n, t_ns) + self.offset_v

    def _test_v(self, test_high):
        config2 = self._registers.get(CONFIG2)
        if not config2 & _TEST_ON:
            return 0.0
        level_v = self.test_gain * REFERENCE_V[1 if config2 & _REFERENCE_4V else 0] / TEST_DIVISOR
        return -level_v if config2 & _TEST_SQUARE and not test_high else level_v
