"""The configuration file: what it may hold, and what is said of one that may not be."""

import json
import tomllib
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocketk_agent.config.config_error import ConfigError
from pocketk_agent.config.config_file import config_path, load_config, parse_config
from pocketk_agent.config.example import EXAMPLE
from pocketk_agent.config.fault_words import sections
from pocketk_agent.config.sections import AgentConfig

SERIAL = '[front_end]\nkind = "serial"\n'


def parsed(text: str) -> AgentConfig:
    return parse_config(text.encode(), Path("pocketk.toml"))


def faults(text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as refused:
        parsed(text)
    return refused.value.faults


def test_a_front_end_alone_is_a_configuration():
    config = parsed(SERIAL)
    assert config.front_end.port == "/dev/ttyACM0"
    assert config.measurement.mains_hz == 50
    assert config.front_end.choice.kind == "serial"


def test_the_example_is_valid_and_holds_nothing_but_defaults():
    assert parsed(EXAMPLE) == parsed(SERIAL)


def test_the_example_names_every_key_with_its_default():
    lines = [line.removeprefix("# ") if " = " in line else line for line in EXAMPLE.splitlines()]
    whole = tomllib.loads("\n".join(line for line in lines if not line.startswith("# ")))
    assert {name: set(whole[name]) for name in whole} == {name: set(keys) for name, keys in sections().items()}
    config = parsed(SERIAL)
    for section, keys in whole.items():
        for key, shown in keys.items():
            holds = getattr(getattr(config, section), key)
            assert holds is None or str(holds) == str(shown), (section, key)


def test_a_configuration_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        parsed(SERIAL).front_end.port = "/dev/null"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (SERIAL + "prot = 1\n", "line 3: prot is no key of [front_end]. Did you mean port?"),
        (SERIAL + "mains_hz = 60\n", "line 3: mains_hz is no key of [front_end]. It belongs below [measurement]."),
        (SERIAL + "[measurment]\n", "line 3: [measurment] is no section. Did you mean measurement?"),
        ("mains_hz = 60\n" + SERIAL, "line 1: mains_hz stands in no section; it belongs below [measurement]."),
        ('[front_end]\nkind = "ads1298"\n', "line 2: kind in [front_end] is 'ads1298'; expected"),
        (SERIAL + "spi_hz = 5\n", "line 3: spi_hz in [front_end] is 5; expected 10000 to 12000000 Hz."),
        (SERIAL + 'spi_hz = "1"\n', "line 3: spi_hz in [front_end] is '1'; expected a whole number."),
        (SERIAL + "virtual = 1\n", "line 3: virtual in [front_end] is 1; expected true or false."),
        (SERIAL + 'port = ""\n', "line 3: port in [front_end] is ''; expected text that is neither empty"),
        (SERIAL + "[measurement]\nmains_hz = 55\n", "line 4: mains_hz in [measurement] is 55; expected 50 or 60."),
        (SERIAL + "[watchdog]\nclock_step_s = nan\n", "line 4: clock_step_s in [watchdog] is nan; expected 0.1 to"),
        ("[front_end]\n", "line 1: kind in [front_end] is missing."),
        ("", "the section [front_end] is missing."),
        ("front_end = 3\n", "line 1: the section [front_end] is 3; expected a section"),
        ("[front_end\n", "is not TOML"),
        ('[front_end]\nkind = "replay"\n', "line 1: the section [front_end]: The front end 'replay' needs a file."),
        (SERIAL + "virtual = true\n", "line 1: the section [front_end]: There is no model of 'serial'"),
    ],
)
def test_what_is_wrong_is_said_in_words_with_its_line(text: str, words: str):
    assert any(words in fault for fault in faults(text)), faults(text)


def test_a_kind_that_is_nearly_right_is_suggested():
    assert "Did you mean ads1292r?" in faults('[front_end]\nkind = "ADS1292"\n')[0]


def test_all_faults_are_said_at_once():
    assert len(faults('[front_end]\nkind = "x"\nvirtual = 3\n[clock]\nz = 1\n')) == 3


def test_a_missing_file_says_how_to_get_one(tmp_path):
    with pytest.raises(ConfigError, match="config --example"):
        load_config(tmp_path / "pocketk.toml")


def test_a_huge_file_is_refused():
    assert "larger" in faults("#" * 100_001)[0]


def test_the_environment_names_the_file(monkeypatch, tmp_path):
    monkeypatch.setenv("POCKETK_CONFIG", str(tmp_path / "x.toml"))
    assert config_path() == tmp_path / "x.toml"
    assert config_path(Path("y.toml")) == Path("y.toml")


def taken_or_said(raw: bytes) -> bool:
    """Whether it is a configuration, or refused with at least one sentence."""
    try:
        parse_config(raw, Path("x"))
    except ConfigError as error:
        return bool(error.faults) and all(fault.strip() for fault in error.faults)
    return True


@given(st.binary(max_size=300))
def test_any_bytes_give_a_configuration_or_faults_in_words(raw: bytes):
    assert taken_or_said(raw)


KEYS = sorted((section, key) for section, keys in sections().items() for key in keys)
SCALARS = st.one_of(
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.booleans(),
    st.text(max_size=9),
    st.lists(st.integers(), max_size=2),
)


@given(st.sampled_from(KEYS), SCALARS)
def test_any_value_of_any_key_is_taken_or_refused_in_words(place: tuple[str, str], value: object):
    shown = str(value).lower() if isinstance(value, bool | float) else json.dumps(value)
    section, key = place
    head = "" if section == "front_end" else SERIAL
    assert taken_or_said(f"{head}[{section}]\n{key} = {shown}\n".encode())
