"""The parts of the development split."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pocketk.training.part import PARTS, part_of_patient, patient_hashes


def test_a_fifth_of_the_patients_are_for_validation():
    parts = [part_of_patient(f"patient {i}") for i in range(20_000)]
    assert abs(parts.count("validation") / 20_000 - 0.2) < 0.01


def test_another_seed_draws_other_patients():
    ids = [f"patient {i}" for i in range(200)]
    assert [part_of_patient(i, 0) for i in ids] != [part_of_patient(i, 1) for i in ids]


@given(st.text(min_size=1), st.integers(0, 2**32))
def test_a_patient_is_in_one_part_and_stays_there(patient: str, seed: int):
    assert part_of_patient(patient, seed) in PARTS
    assert part_of_patient(patient, seed) == part_of_patient(patient, seed)


@given(st.lists(st.text(min_size=1), max_size=30))
def test_hashes_are_sorted_and_one_a_patient(patients: list[str]):
    hashes = patient_hashes(patients + patients)
    assert len(hashes) == len(set(patients))
    assert np.array_equal(hashes, np.sort(hashes))


def test_a_known_patient_keeps_its_part():
    # frozen: a store built today and a network trained next year must agree on who is who
    assert [part_of_patient(f"sim-1-{i}") for i in range(8)] == [
        "train",
        "train",
        "train",
        "train",
        "train",
        "train",
        "train",
        "train",
    ]
