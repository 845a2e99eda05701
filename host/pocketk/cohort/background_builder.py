"""Public 12-lead sets as backgrounds: lead I of real patients, without a potassium.

A folder is searched for recordings at any depth. LUDB, CPSC 2018, Georgia and Chapman-Ningbo name no patients; one
record is taken for one patient. PTB-XL, PTB and INCART have several records of a patient: without PTB-XL's table, and
always for PTB and INCART in the challenge's files, the patient is unknown. The record then stands for the patient, all
of them go into development (see `split`), and the flow says how many.

`arrhythmia` is True for any rhythm other than sinus rhythm or an ectopic beat that the set's own labels name, False
where labels are there and name none, else unknown; so for `paced` and `wide_qrs`. The other flags stay unknown where
no set states them.
"""

import ast
import csv
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pocketk.cohort.candidate import Candidate, Offer, first_step
from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.header_findings import HeaderFinding, findings_in
from pocketk.cohort.lead_reader import CPSC_FS_HZ
from pocketk.cohort.manifest_row import ManifestRow
from pocketk.cohort.wfdb_comments import WfdbComments, age_of, read_comments, sex_of

# SNOMED CT codes of PhysioNet/CinC Challenge 2021 (its dx_mapping tables): rhythms other than sinus, ectopy, pacing.
ARRHYTHMIA_CODES = frozenset(
    {
        *("164889003", "164890007", "195080001", "282825002", "426749004", "314208002"),  # atrial fibrillation, flutter
        *("284470004", "63593006", "251173003", "251168009", "251164006"),  # atrial and junctional ectopy
        *("427172004", "17338001", "164884008", "11157007", "251180001", "251182009"),  # ventricular ectopy
        *("426761007", "713422000", "251166008", "233897008", "195101003", "67198005"),  # supraventricular rhythms
        *("106068003", "233892002", "251187003", "74615001", "5609005"),  # atrial rhythm and escape, sinus arrest
        *("426995002", "426648003", "29320008", "426664006"),  # junctional rhythms
        *("164896001", "164895002", "425856008", "111288001"),  # ventricular fibrillation, tachycardia, flutter
        *("61277005", "49260003", "81898007", "75532003"),  # idioventricular and escape rhythms
        *("27885002", "10370003", "251266004", "251268003"),  # complete block, pacing
    }
)
HF_CODE, CKD_CODE, HYPERTENSION_CODE, DIABETES_CODE = "84114007", "709044004", "38341003", "73211009"
# PTB-XL statements (Wagner 2020, scp_statements.csv) and the challenge's labels for the same.
_PTBXL_ARRHYTHMIA = {"AFIB", "AFLT", "SVARR", "SVTAC", "PSVT", "PACE", "BIGU", "TRIGU", "PAC", "PVC", "PRC(S)"}
_PTBXL_WIDE_QRS = {"CLBBB", "CRBBB", "IVCD", "WPW"}
# CPSC 2018 REFERENCE.csv (Liu 2018): 2 atrial fibrillation, 4 and 5 bundle branch block, 6 and 7 premature beats.
_CPSC_WIDE_QRS = {"4", "5"}
_CPSC_ARRHYTHMIA = {"2", "6", "7"}
# Names of records in CinC 2021 and where they were recorded (Perez Alday 2020, Reyna 2021).
_CINC_SITES = {"A": "cpsc2018", "Q": "cpsc2018-extra", "E": "georgia", "HR": "ptb-xl", "JS": "chapman-ningbo"}
_CINC_SITES |= {"S": "ptb", "I": "incart"}
# Several records of a patient: PTB-XL 21,799 of 18,869 (Wagner 2020), PTB 549 of 290, INCART 75 of 32 (PhysioNet).
_SEVERAL_OF_A_PATIENT = frozenset({"ptb-xl", "ptb", "incart"})
_KNOWN_PATIENT = "ptb-xl:patient"
# Records of PTB-XL go by their number in the set itself and as HRnnnnn in the challenges.
_PTBXL_RECORD = re.compile(r"HR(\d{5})|(\d{5})_[hl]r")
_PTBXL_TABLE = "ptbxl_database.csv"


def offer_backgrounds(kind: str, folder: Path) -> Offer:
    """Find the recordings of a set.

    Args:
        kind: "ludb", "ptbxl", "cinc2021" or "cpsc".
        folder: where the set was unpacked.

    Raises:
        CohortError: another kind, no folder, or no recording in it.
    """
    if kind not in _ROWS:
        raise CohortError(f"No builder {kind!r}; expected {', '.join(sorted(_ROWS))}.")
    if not folder.is_dir():
        raise CohortError(f"{folder} is no folder; expected the unpacked set {kind}.")
    suffix = ".mat" if kind == "cpsc" else ".hea"
    paths = sorted((path for path in folder.rglob(f"*{suffix}") if path.is_file()), key=_natural)
    rows = _ROWS[kind](folder, paths)
    if not rows:
        raise CohortError(f"No *{suffix} recording in {folder} or below it; expected the unpacked set {kind}.")
    candidates = tuple(Candidate(row) for row in _named_once(rows))
    tables = [path for name in (_PTBXL_TABLE, "REFERENCE.csv") if (path := folder / name).is_file()]
    unknown = [each.row.patient_id for each in candidates if _is_unknown_patient(each.row)]
    note = f"{len(unknown)} of them: patient unknown, record stands for patient, development only" if unknown else ""
    step = replace(first_step(f"recordings in the set {kind}", candidates), note=note)
    counts = {"recordings_of_unknown_patient": len(unknown)}
    return Offer(kind, candidates, (step,), counts, tuple(map(str, tables)), frozenset(unknown))


def _is_unknown_patient(row: ManifestRow) -> bool:
    return row.site in _SEVERAL_OF_A_PATIENT and not row.patient_id.startswith(_KNOWN_PATIENT)


def _natural(path: Path) -> tuple[str, list[tuple[int, str]]]:
    """Order of names in which 2 comes before 10."""
    parts = re.findall(r"\d+|\D+", path.stem)
    return str(path.parent), [(int(part), "") if part.isdigit() else (0, part) for part in parts]


def _named_once(rows: list[ManifestRow]) -> list[ManifestRow]:
    """The same name in two folders of a set is two recordings: the folder tells them apart."""
    times = Counter(row.record_id for row in rows)
    return [row if times[row.record_id] == 1 else _renamed(row) for row in rows]


def _renamed(row: ManifestRow) -> ManifestRow:
    name = f"{row.site}:{row.file}"
    return replace(row, record_id=name, patient_id=name if row.patient_id == row.record_id else row.patient_id)


def _base(folder: Path, path: Path, site: str) -> ManifestRow:
    name = f"{site}:{path.stem}"
    return ManifestRow(name, name, path.relative_to(folder).as_posix(), 0, 0, CPSC_FS_HZ, site=site)


def _form(comments: WfdbComments) -> dict[str, bool | None]:
    """Whether a header names pacing or a wide QRS; unknown where it names nothing at all."""
    if not comments.lines:
        return {"paced": None, "wide_qrs": None}
    findings = findings_in("\n".join(comments.lines))
    return {"paced": HeaderFinding.PACED in findings, "wide_qrs": HeaderFinding.WIDE_QRS in findings}


def _ludb(folder: Path, headers: list[Path]) -> list[ManifestRow]:
    rows = []
    for header in headers:
        comments = read_comments(header)
        text = " ".join(comments.lines).lower()
        rhythm = comments.fields.get("rhythm", "").lower()
        other = "sinus" not in rhythm or any(word in text for word in ("extrasystol", "pacing", "pacemaker"))
        row = _base(folder, header, "ludb")
        rows.append(
            replace(row, age=comments.age, sex=comments.sex, arrhythmia=other if rhythm else None, **_form(comments))
        )
    return rows


def _cinc(folder: Path, headers: list[Path]) -> list[ManifestRow]:
    table = folder / _PTBXL_TABLE
    patients = {row.record_id: row.patient_id for row in _ptbxl_table(table)} if table.is_file() else {}
    rows = []
    for header in headers:
        comments = read_comments(header)
        prefix = re.match(r"[A-Z]*", header.stem)
        codes = set(re.findall(r"\d+", comments.fields.get("dx", "")))
        row = _base(folder, header, _CINC_SITES.get(prefix.group() if prefix else "", "cinc2021"))
        row = _of_ptbxl_patient(row, header.stem, patients)
        known = {  # a code states a disease, its absence nothing
            "hf": HF_CODE in codes or None,
            "ckd": CKD_CODE in codes or None,
            "hypertension": HYPERTENSION_CODE in codes or None,
            "diabetes": DIABETES_CODE in codes or None,
        }
        arrhythmia = bool(codes & ARRHYTHMIA_CODES) if codes else None
        rows.append(replace(row, age=comments.age, sex=comments.sex, arrhythmia=arrhythmia, **known, **_form(comments)))
    return rows


def _of_ptbxl_patient(row: ManifestRow, name: str, patients: Mapping[str, str]) -> ManifestRow:
    """The same patient_id for copies of a record of PTB-XL under its two names, the table's where there is one."""
    match = _PTBXL_RECORD.fullmatch(name)
    if match is None:
        return row
    number = match.group(1) or match.group(2)
    return replace(row, patient_id=patients.get(f"ptb-xl:{int(number)}", f"ptbxl-{number}"))


def _ptbxl(folder: Path, headers: list[Path]) -> list[ManifestRow]:
    table = folder / _PTBXL_TABLE
    if table.is_file():
        return _ptbxl_table(table)
    rows = []
    for header in headers:
        comments = read_comments(header)
        labels = {label.strip() for label in comments.fields.get("labels", "").split(",") if label.strip()}
        row = _of_ptbxl_patient(_base(folder, header, "ptb-xl"), header.stem, {})
        arrhythmia = bool(labels & _PTBXL_ARRHYTHMIA) if labels else None
        about = {"age": comments.age, "sex": comments.sex, "ecg_time": comments.ecg_time}
        rows.append(replace(row, arrhythmia=arrhythmia, **about, **_form(comments)))
    return rows


def _ptbxl_table(table: Path) -> list[ManifestRow]:
    with table.open(newline="", encoding="utf-8-sig") as stream:
        reader = csv.DictReader(stream)
        needed = {"ecg_id", "patient_id", "age", "sex", "scp_codes", "filename_hr", "recording_date"}
        if not needed <= set(reader.fieldnames or ()):
            raise CohortError(f"{table.name}: expected the columns {', '.join(sorted(needed))} of PTB-XL 1.0.3.")
        return [_ptbxl_row(line) for line in reader]


def _ptbxl_row(line: dict[str, Any]) -> ManifestRow:
    try:
        codes = set(ast.literal_eval(line["scp_codes"]))
        at = datetime.fromisoformat(line["recording_date"])
        patient = f"{_KNOWN_PATIENT}{int(float(line['patient_id']))}"
    except (ValueError, SyntaxError, TypeError) as error:
        raise CohortError(
            f"ptbxl_database.csv, ecg_id {line['ecg_id']}: {error}; take the file of the release."
        ) from error
    return ManifestRow(
        record_id=f"ptb-xl:{line['ecg_id']}",
        patient_id=patient,
        file=f"{line['filename_hr']}.hea",
        offset=0,
        n_samples=0,
        fs_hz=CPSC_FS_HZ,
        ecg_time=at,
        age=age_of(line["age"]),
        sex={"0": "M", "1": "F"}.get(line["sex"], "U"),
        arrhythmia=bool(codes & _PTBXL_ARRHYTHMIA),
        paced="PACE" in codes,
        wide_qrs=bool(codes & _PTBXL_WIDE_QRS),
        site="ptb-xl",
    )


def _cpsc(folder: Path, files: list[Path]) -> list[ManifestRow]:
    labels = _cpsc_labels(folder / "REFERENCE.csv")
    rows = []
    for path in files:
        sex, age = _cpsc_person(path)
        named = labels.get(path.stem)
        arrhythmia = None if named is None else bool(named & _CPSC_ARRHYTHMIA)
        wide = None if named is None else bool(named & _CPSC_WIDE_QRS)
        row = _base(folder, path, "cpsc2018")
        rows.append(replace(row, sex=sex, age=age, arrhythmia=arrhythmia, wide_qrs=wide))
    return rows


def _cpsc_labels(path: Path) -> dict[str, set[str]]:
    if not path.is_file():
        return {}
    with path.open(newline="", encoding="utf-8-sig") as stream:
        return {line[0]: set(line[1:]) - {""} for line in csv.reader(stream) if line}


def _cpsc_person(path: Path) -> tuple[str, float | None]:
    from scipy.io import loadmat

    try:
        person = loadmat(path, squeeze_me=True)["ECG"]
        return sex_of(str(person["sex"].item())), age_of(str(person["age"].item()))
    except Exception:  # a damaged file: its signal is refused, with the reason, when it is read
        return "U", None


_ROWS: dict[str, Callable[[Path, list[Path]], list[ManifestRow]]] = {
    "ludb": _ludb,
    "ptbxl": _ptbxl,
    "cinc2021": _cinc,
    "cpsc": _cpsc,
}
