"""The columns of a plain CSV cohort, and the template that a user fills in.

One line a recording. The unit of potassium stands in every line, because a wrong unit is the one mistake that no
later check would find in every case.
"""

REQUIRED = ("record_id", "patient_id", "file", "ecg_time", "lab_time", "potassium", "potassium_unit")
OPTIONAL = (
    "haemolysed",
    "age",
    "sex",
    "ckd",
    "hf",
    "diabetes",
    "hypertension",
    "dialysis",
    "arrhythmia",
    "paced",
    "wide_qrs",
    "site",
    "fs_hz",
    "lsb_mv",
    "lead",
)
# Names that exports commonly use, and the column that is meant; offered as advice, never taken silently.
LIKELY = {
    "id": "record_id",
    "record": "record_id",
    "subject_id": "patient_id",
    "patient": "patient_id",
    "mrn": "patient_id",
    "path": "file",
    "filename": "file",
    "ecg": "file",
    "charttime": "lab_time",
    "draw_time": "lab_time",
    "recorded_at": "ecg_time",
    "k": "potassium",
    "k_lab": "potassium",
    "k_lab_mmol_l": "potassium",
    "unit": "potassium_unit",
    "units": "potassium_unit",
    "gender": "sex",
    "hemolyzed": "haemolysed",
    "hemolysed": "haemolysed",
    "fs": "fs_hz",
    "rate": "fs_hz",
}
TEMPLATE = """\
record_id,patient_id,file,ecg_time,lab_time,potassium,potassium_unit,haemolysed,age,sex,ckd,hf,site,fs_hz
rec001,pat01,pat01/rec001.hea,2024-03-01 08:15:00,2024-03-01 08:02:00,5.8,mmol/L,no,67,F,yes,no,ward-3,
rec002,pat02,pat02/rec002.edf,2024-03-01 09:40:00,2024-03-01 10:05:00,4.1,mmol/L,no,54,M,no,no,ward-3,
rec003,pat02,pat02/rec003.npy,2024-03-02 09:30:00,2024-03-02 09:30:00,4.4,mmol/L,no,54,M,no,no,ward-3,500
"""
"""The template, also shown by `pocketk cohort template`.

Empty means unknown in the optional columns; yes/no, true/false and 1/0 are understood; `fs_hz` is needed for .npy and
.csv files, `lsb_mv` where they hold counts; `lead` names the channel that is lead I where the file does not.
"""
