"""Nobody whom the model was trained on may be in its evaluation."""

from pathlib import Path

import numpy as np
import polars as pl

from pocketk.evaluation.evaluation_error import EvaluationError
from pocketk.evaluation.patient_hash_file import TRAIN_PATIENTS_FILE, read_patient_hashes


def refuse_train_patients(frame: pl.DataFrame, run_folder: Path | None) -> bool:
    """Check that no recording is of a patient of the run's training.

    Args:
        frame: the recordings to evaluate, with patient_id.
        run_folder: holds train_patients.npy, (P,) uint64 hashes; None where there is no run at hand.

    Returns:
        Whether it could be checked.

    Raises:
        EvaluationError: a patient was trained on, or the file is no such array.
    """
    if run_folder is None or not (run_folder / TRAIN_PATIENTS_FILE).is_file():
        return False
    from pocketk.training.part import patient_hashes

    trained = read_patient_hashes(run_folder / TRAIN_PATIENTS_FILE, EvaluationError)
    patients = frame["patient_id"].unique().sort()
    hashes = np.array([patient_hashes([patient])[0] for patient in patients], np.uint64)
    known = np.isin(hashes, trained)
    if known.any():
        recordings = int(frame["patient_id"].is_in(patients.filter(pl.Series(known))).sum())
        found = f"{int(known.sum())} of the {len(patients)} patients here ({recordings} recordings)"
        raise EvaluationError(
            f"The run was trained on {found}: a figure on them says nothing of new patients. Evaluate another split, "
            "such as --split internal_test."
        )
    return True
