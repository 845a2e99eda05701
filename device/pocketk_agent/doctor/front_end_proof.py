"""The front end's own self-test, and what it says of itself."""

from contextlib import suppress

from pocketk_agent.clock import Clock
from pocketk_agent.config.sections import FrontEndConfig
from pocketk_agent.doctor.check import Check, failed, ok
from pocketk_agent.measurement.health_limits import refusal
from pocketk_agent.recording_file import RecordingFileError
from pocketk_agent.signal.errors import RateError
from pocketk_agent.signal.resampling import check_rate
from pocketk_agent.sources.front_end_choice import open_front_end
from pocketk_agent.sources.source import Source, SourceLostError

_REMEDY = "Check cable, power and [front_end]; `pocketk-agent doctor` says what is missing."


def front_end_checks(config: FrontEndConfig, clock: Clock) -> list[Check]:
    """Open the front end, have it test itself, and let it go.

    Args:
        config: which.
        clock: what it waits on.
    """
    try:
        source = open_front_end(config.choice, clock)
    except (RecordingFileError, SourceLostError, ModuleNotFoundError) as error:
        return [failed("front end", str(error), _REMEDY)]
    return proofs_of(source)


def proofs_of(source: Source) -> list[Check]:
    """Open a source, have it test itself, and let it go."""
    try:
        return _tested(source)
    except SourceLostError as error:
        return [failed("front end", f"{error} ({error.code})", _REMEDY)]
    except RateError as error:
        return [failed("front end", str(error), _REMEDY)]
    finally:
        with suppress(Exception):  # it may say once more that it is gone
            source.close()


def _tested(source: Source) -> list[Check]:
    front_end = source.open()
    check_rate(front_end.fs_hz)
    name = f"{front_end.profile}, serial {front_end.serial}, firmware {front_end.firmware}"
    checks = [ok("front end", f"{name}, {front_end.fs_hz:.3f} Hz")]
    verdict = source.self_test()
    if verdict.passed:
        checks.append(ok("self-test", verdict.detail))
    else:
        checks.append(failed("self-test", verdict.detail, "Do not measure with it; have it repaired."))
    health = source.health()
    if fault := refusal(health, running=False):
        checks.append(failed("health", fault.explanation, "See what is said there."))
    counted = {name: n for name, n in health.faults.items() if n}
    checks.append(ok("fault counters", ", ".join(f"{k} {n}" for k, n in sorted(counted.items())) or "all at zero"))
    return checks
