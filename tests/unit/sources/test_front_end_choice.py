"""A choice opens its front end, and says what is missing."""

import sys

import numpy as np
import pytest

from pocketk_agent.patient.profile import profile_shape
from pocketk_agent.sources.bus.patient_input import PatientInput
from pocketk_agent.sources.front_end_choice import KINDS, FrontEndChoice, open_front_end
from pocketk_agent.sources.simulated_patient_source import SimulatedPatientSource
from pocketk_agent.sources.source import SourceLostError


def test_a_virtual_ads1292r_measures_its_rate_and_streams_a_heart_in_real_time() -> None:
    source = open_front_end(FrontEndChoice("ads1292r", virtual=True, serial="A-1"))
    try:
        front_end = source.open()
        assert (front_end.fs_hz, front_end.serial, front_end.profile) == (500.05, "A-1", "ads1292r")
        block = source.read(1.0)
        assert block is not None
        assert block.first_index == 0
        assert not block.lead_off.any()
    finally:
        source.close()


def test_a_bus_that_is_not_there_is_a_lost_front_end() -> None:
    pytest.importorskip("spidev")
    source = open_front_end(FrontEndChoice("ads1292r", spi_bus=97))
    with pytest.raises(SourceLostError, match=r"spidev97\.0") as caught:
        source.open()
    assert caught.value.code == "front-end-lost"


def test_a_missing_module_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spidev", None)
    with pytest.raises(SourceLostError, match=r"pocketk\[pi\]") as caught:
        open_front_end(FrontEndChoice("ads1292r"))
    assert caught.value.code == "module-missing"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kind": "ads1299"}, "no front end"),
        ({"kind": "replay"}, "needs a file"),
        ({"kind": "serial", "virtual": True}, "no model"),
    ],
)
def test_an_impossible_choice_is_refused(wrong: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        FrontEndChoice(**wrong)


def test_a_simulated_patient_needs_no_bus() -> None:
    assert isinstance(open_front_end(FrontEndChoice("simulated-patient")), SimulatedPatientSource)
    assert set(KINDS) >= {"ads1292r", "serial", "replay", "simulated-patient"}


def test_a_patient_at_the_electrodes_beats_on_whatever_the_converter_does() -> None:
    patient = PatientInput(profile_shape("typical", 4.0), 500.0)
    mv = 1e3 * np.array([patient.volts(0, 0) for _ in range(5000)])
    assert 0.5 < np.ptp(mv) < 3.0
    assert patient.lead_off(0, 0) == 0
