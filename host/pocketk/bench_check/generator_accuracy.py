"""How exact are the test signals themselves? Measured from their samples by other arithmetic than draws them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocketk.bench_check.chain import Chain
from pocketk.bench_check.check_result import CheckResult
from pocketk.bench_check.limit import Limit
from pocketk.bench_check.public_source import MEDTEQ
from pocketk.bench_check.signal_generator import SignalGenerator

Float64 = NDArray[np.float64]

GENERATOR = Limit(
    id="BENCH-GENERATOR",
    title="Largest error of the test signals: amplitudes, slopes, widths, areas, frequencies and rates",
    clause="accuracy of test signals (IEC 60601-2-25 201.5.3 cc)",
    source=MEDTEQ,
    verified=True,
    low=0.0,
    high=1.0,
    unit="%",
)


@dataclass(frozen=True)
class Quantity:
    """One property of a test signal.

    Attributes:
        name: what.
        stated: the value asked of the generator.
        drawn: the value its samples have.
    """

    name: str
    stated: float
    drawn: float

    @property
    def error_percent(self) -> float:
        """Distance of drawn from stated."""
        return 100.0 * abs(self.drawn / self.stated - 1.0)


def generator_check(chain: Chain, rng: np.random.Generator) -> tuple[CheckResult, ...]:  # noqa: ARG001 - as all checks
    """Measure the generator's own signals, before any front end."""
    found = quantities(chain.generator)
    worst = max(found, key=lambda quantity: quantity.error_percent)
    note = f"worst of {len(found)}: {worst.name}, stated {worst.stated:g}, drawn {worst.drawn:.6g}"
    return (GENERATOR.judged(worst.error_percent, note),)


def quantities(generator: SignalGenerator) -> tuple[Quantity, ...]:
    """What every kind of test signal states, beside what its samples say."""
    return (*_triangle(generator), *_sine(generator), *_pulse(generator), *_waves(generator), *_pacer(generator))


def _triangle(generator: SignalGenerator) -> tuple[Quantity, ...]:
    x = generator.triangle(4.0, 5.0, 125.0)
    slopes = np.abs(np.diff(x)) * generator.fs_hz
    return Quantity("triangle, mV", 5.0, 0.5 * float(np.ptp(x))), Quantity(
        "slope, mV/s", 125.0, float(np.median(slopes))
    )


def _sine(generator: SignalGenerator) -> tuple[Quantity, ...]:
    found: list[Quantity] = []
    for frequency_hz in (0.5, 10.0, 40.0, 150.0):
        x = generator.sine(20.0, 1.0, frequency_hz)
        spectrum = np.abs(np.fft.rfft(x))
        peak_hz = int(np.argmax(spectrum)) * generator.fs_hz / x.size
        found.append(Quantity(f"sine of {frequency_hz:g} Hz, mV", 1.0, float(np.sqrt(2.0 * np.mean(x * x)))))
        found.append(Quantity("its frequency, Hz", frequency_hz, peak_hz))
    return tuple(found)


def _pulse(generator: SignalGenerator) -> tuple[Quantity, ...]:
    x = generator.pulses(2.0, (1.0,), 3.0, 0.1)
    width_s = np.count_nonzero(x > 0.5 * x.max()) / generator.fs_hz
    area = float(x.sum()) / generator.fs_hz
    return (
        Quantity("pulse, mV", 3.0, float(x.max())),
        Quantity("width, s", 0.1, width_s),
        Quantity("area, mV s", 0.3, area),
    )


def _waves(generator: SignalGenerator) -> tuple[Quantity, ...]:
    found: list[Quantity] = []
    for bpm in (30.0, 220.0, 300.0):
        x = generator.triangles(30.0, np.arange(0.5, 29.5, 60.0 / bpm).tolist(), 1.0, 0.1)
        peaks = np.flatnonzero((x[1:-1] > x[:-2]) & (x[1:-1] > x[2:])) + 1
        found.append(Quantity(f"beats at {bpm:g}, mV", 1.0, float(x[peaks].min())))
        found.append(Quantity("their rate, per minute", bpm, 60.0 * generator.fs_hz / float(np.diff(peaks).mean())))
    # A triangle's area is half its base times its height; a half sine's 2 / pi of it.
    t_wave, qrs = generator.half_sines(2.0, (1.0,), 1.2, 0.18), generator.triangles(2.0, (1.0,), 1.0, 0.1)
    found.append(Quantity("QRS, width in s", 0.1, 2.0 * float(qrs.sum()) / generator.fs_hz / float(qrs.max())))
    found.append(Quantity("T, mV", 1.2, float(t_wave.max())))
    found.append(
        Quantity("T, width in s", 0.18, 0.5 * np.pi * float(t_wave.sum()) / generator.fs_hz / float(t_wave.max()))
    )
    return tuple(found)


def _pacer(generator: SignalGenerator) -> tuple[Quantity, ...]:
    """The decimation filter keeps a pulse's area."""
    found: list[Quantity] = []
    for width_s in (0.0001, 0.0005, 0.002):
        area = float(generator.pacer_pulses(2.0, (1.00074,), 200.0, width_s).sum()) / generator.fs_hz
        found.append(Quantity(f"pacer pulse of {width_s * 1e3:g} ms, mV s", 200.0 * width_s, area))
    return tuple(found)
