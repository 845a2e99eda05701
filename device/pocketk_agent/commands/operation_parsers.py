"""The command line of what runs a device day after day: run, status, doctor, selftest, export, rig, config."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

_RAW = argparse.RawDescriptionHelpFormatter
_CONFIG = """\
Check the configuration, or print an example with every key.

  pocketk-agent config --example > pocketk.toml
  pocketk-agent config --config pocketk.toml
"""
_RUN = """\
The service in the foreground: waits for both thumbs, measures, stores, shows, and begins again, until it is stopped
(Ctrl-C or SIGTERM). This is what systemd starts. Results are shown on a terminal only: a journal is no place for them.

  pocketk-agent run                                  with /etc/pocketk/pocketk.toml
  pocketk-agent run --config pocketk.toml --measurements 1
"""
_RECORD = """\
Record the front end's own test signals for its calibration: takes a minute, and asks twice to do something with the
electrodes. The workstation fits and signs: no private key comes near a device.

  pocketk-agent record-calibration --out pi-3.calibration-signals.npz
  pocketk device calibrate pi-3.calibration-signals.npz --key FILE --out FOLDER        (on the workstation)

The signed file goes to /var/lib/pocketk/calibration on the device.
"""
_STATUS = """\
What the running service says of itself. Exit status: 0 it runs without a fault, 1 at fault, hanging or stopped, 2 there
is no status.
"""
_DOCTOR = """\
Everything that a device needs in order to measure, checked, with what to do where something is missing: system, Python,
runtime, configuration, front end, bundle with its golden vectors, store, time, service. Exit status: 0 fit, 1 not fit.
"""
_SELFTEST = """\
Have the front end test itself, reproduce the bundle's golden vectors, and write to the store. Not while the service
runs: it holds the front end. Exit status: 0 all passed, 1 something failed.
"""
_EXPORT = """\
Copy stored measurements to a folder or a .zip, each with its result.json. The place is whole or not there at all.
Exit status: 0 everything went along, 1 something stored is damaged and was left out.

  pocketk-agent export /media/usb/measurements
  pocketk-agent export march.zip --format wfdb --since 202603
  pocketk-agent export p17.zip --patient P-017 --format csv
"""
_SLOTS = """\
The two slots for bundles that [bundle] slots names: what they hold, install into the free one, go back. A new bundle is
verified before anything is written; the next start of the service tries it, keeps it once its golden vectors
reproduced, and otherwise runs the one before. Exit status: 0 done, 1 refused.

  pocketk-agent slots
  pocketk-agent slots --install pocketk-s-2.zip
  pocketk-agent slots --rollback
"""
_RIG = """\
The agent under the command of a hardware bench: TCP, one JSON object a line, one client at a time. Commands: identify,
status, start, set-patient, result, selftest, stop; docs/operation.md describes them. Whoever reaches the port commands
the device: it listens on this machine alone unless --bench-network is given.

  pocketk-agent rig --listen 127.0.0.1:4711
"""


def add_operation_commands(commands: Any) -> None:
    """Add the commands to the sub-parsers of `pocketk-agent`."""
    run = _add(commands, "run", "the service: measure whoever puts the thumbs on", _RUN)
    run.add_argument("--measurements", type=int, metavar="N", help="end after so many (default: never)")
    run.add_argument("--speed", type=float, default=1.0, help="of a recording or simulated patient (default 1)")
    status = _add(commands, "status", "what the running service does", _STATUS)
    status.add_argument("--status-file", type=Path, metavar="FILE", help="instead of the configuration's")
    status.add_argument("--json", action="store_true", help="for programs")
    record = _add(commands, "record-calibration", "record this front end's own test signals", _RECORD)
    record.add_argument("--out", type=Path, required=True, metavar="FILE", help="file of signals to write")
    doctor = _add(commands, "doctor", "is this device fit to measure?", _DOCTOR)
    doctor.add_argument("--json", action="store_true", help="for programs")
    selftest = _add(commands, "selftest", "front end, bundle and store prove themselves", _SELFTEST)
    selftest.add_argument("--json", action="store_true", help="for programs")
    export = _add(commands, "export", "stored measurements as EDF, WFDB, CSV or JSON", _EXPORT)
    export.add_argument("place", type=Path, help="folder or .zip to make")
    export.add_argument("--format", default="edf", help="edf, wfdb, csv, counts, or json for the records only")
    export.add_argument("--store", type=Path, metavar="FOLDER", help="instead of the configuration's")
    export.add_argument("--patient", metavar="ID", help="only this pseudonym's")
    export.add_argument("--since", default="", metavar="YYYYMMDD", help="only from this day on (or month, or year)")
    rig = _add(commands, "rig", "obey a hardware bench over TCP", _RIG)
    rig.add_argument("--listen", required=True, metavar="HOST:PORT", help="port 0 for any that is free")
    rig.add_argument("--speed", type=float, default=1.0, help="of a recording or simulated patient (default 1)")
    rig.add_argument("--front-end", metavar="KIND", help="in place of a configuration, e.g. simulated-patient")
    rig.add_argument("--store", type=Path, metavar="FOLDER", help="instead of the configuration's")
    rig.add_argument("--bundle", help="instead of the configuration's")
    rig.add_argument("--emulated", action="store_true", help="under qemu: let the network take its time")
    rig.add_argument("--bench-network", action="store_true", help="listen where other machines reach it")
    slots = _add(commands, "slots", "install a bundle, go back, or see what is installed", _SLOTS)
    what = slots.add_mutually_exclusive_group()
    what.add_argument("--install", metavar="BUNDLE", help="bundle folder, archive or shipped name")
    what.add_argument("--rollback", action="store_true", help="give up the set on trial, else run the one before")
    _add(commands, "config", "check the configuration, or print an example", _CONFIG).add_argument(
        "--example", action="store_true", help="print an example with every key and its default"
    )


def _add(commands: Any, name: str, words: str, description: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=words, description=description, formatter_class=_RAW)
    command.add_argument(
        "--config", type=Path, metavar="FILE", help="default: $POCKETK_CONFIG, else /etc/pocketk/pocketk.toml"
    )
    return command


def run_operation(options: argparse.Namespace) -> int | None:
    """Run one of these commands; returns its exit status, None where it is none of them."""
    start = _STARTS.get(options.command)
    return None if start is None else start(options)


def _run(options: argparse.Namespace) -> int:
    from pocketk_agent.commands.run import RunWish, run_service

    return run_service(RunWish(options.config, options.measurements, options.speed))


def _status(options: argparse.Namespace) -> int:
    from pocketk_agent.commands.status import run_status

    return run_status(options.config, options.status_file, as_json=options.json)


def _doctor(options: argparse.Namespace) -> int:
    from pocketk_agent.commands.doctor import run_doctor

    return run_doctor(options.config, as_json=options.json)


def _selftest(options: argparse.Namespace) -> int:
    from pocketk_agent.commands.doctor import run_selftest

    return run_selftest(options.config, as_json=options.json)


def _export(options: argparse.Namespace) -> int:
    from pocketk_agent.commands.export import ExportWish, run_export

    return run_export(
        ExportWish(options.place, options.format, options.store, options.config, options.patient, options.since)
    )


def _rig(options: argparse.Namespace) -> int:
    from pocketk_agent.commands.rig import RigWish, run_rig

    return run_rig(
        RigWish(
            listen=options.listen,
            config=options.config,
            speed=options.speed,
            bench_network=options.bench_network,
            front_end=options.front_end,
            store=options.store,
            bundle=options.bundle,
            emulated=options.emulated,
        )
    )


def _record_calibration(options: argparse.Namespace) -> int:
    from pocketk_agent.commands.record_calibration import run_record_calibration

    return run_record_calibration(options.config, options.out)


def _slots(options: argparse.Namespace) -> int:
    from pocketk_agent.commands.slots import SlotsWish, run_slots

    return run_slots(SlotsWish(options.config, options.install, options.rollback))


def _config(options: argparse.Namespace) -> int:
    from pocketk_agent.commands.config import run_config

    return run_config(options.config, example=options.example)


_STARTS: dict[str, Callable[[argparse.Namespace], int]] = {
    "run": _run,
    "status": _status,
    "doctor": _doctor,
    "selftest": _selftest,
    "export": _export,
    "rig": _rig,
    "record-calibration": _record_calibration,
    "slots": _slots,
    "config": _config,
}
