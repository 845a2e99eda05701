"""What a recording's header says that matters for morphing and for cohorts, from three vocabularies."""

import re
from enum import StrEnum


class HeaderFinding(StrEnum):
    """One finding."""

    WIDE_QRS = "bundle branch block or other wide QRS"
    PACED = "paced"
    ATRIAL_FIBRILLATION = "atrial fibrillation or flutter"
    ECTOPY = "ectopic beats"
    HYPERTROPHY = "ventricular hypertrophy"
    REPOLARISATION = "ST-T change, ischaemia or infarction"
    LONG_QT = "long QT"
    NOISY = "too noisy to read"


# SNOMED CT codes of the PhysioNet/CinC Challenge 2021 (its dx_mapping_scored.csv and dx_mapping_unscored.csv).
_SNOMED = {
    HeaderFinding.WIDE_QRS: (
        "59118001",  # right bundle branch block
        "713427006",  # complete right bundle branch block
        "164909002",  # left bundle branch block
        "733534002",  # complete left bundle branch block
        "6374002",  # bundle branch block
        "698252002",  # nonspecific intraventricular conduction disorder
        "82226007",  # diffuse intraventricular block
        "74390002",  # Wolff-Parkinson-White pattern
        "195060002",  # ventricular pre-excitation
    ),
    HeaderFinding.PACED: ("10370003", "251266004", "251268003"),
    HeaderFinding.ATRIAL_FIBRILLATION: ("164889003", "164890007", "195080001", "426749004"),
    HeaderFinding.ECTOPY: ("427172004", "17338001", "164884008", "284470004", "63593006", "251180001", "11157007"),
    HeaderFinding.HYPERTROPHY: ("164873001", "55827005", "89792004", "446358003"),
    HeaderFinding.REPOLARISATION: (
        "164934002",
        "428750005",
        "59931005",
        "429622005",
        "164930006",
        "164931005",
        "164865005",
        "164861001",
        "164867002",
        "55930002",
        "425623009",
        "425419005",
        "426434006",
        "413444003",
        "413844008",
    ),
    HeaderFinding.LONG_QT: ("111975006",),
}
_FLAG_OF_CODE = {code: flag for flag, codes in _SNOMED.items() for code in codes}

# Words of LUDB's headers, and the superclass labels of PTB-XL. CD holds every conduction disturbance, narrow or wide.
_WORDS = {
    HeaderFinding.WIDE_QRS: r"\bcomplete (left|right) bundle branch block|intrav\w+ conduction delay|\bWPW\b|\bCD\b",
    HeaderFinding.PACED: r"\bpacing|\bpaced\b",
    HeaderFinding.ATRIAL_FIBRILLATION: r"atrial (fibrillation|flutter)|\bAFIB\b",
    HeaderFinding.ECTOPY: r"extrasystole|\bPVC\b|\bPAC\b",
    HeaderFinding.HYPERTROPHY: r"ventricular (hypertrophy|overload)|\bHYP\b",
    HeaderFinding.REPOLARISATION: r"STEMI|ischemia|scar formation|repolarization|\bSTTC\b|\bMI\b",
    HeaderFinding.LONG_QT: r"\blong QT",
}
_PATTERNS = {flag: re.compile(words, re.IGNORECASE) for flag, words in _WORDS.items()}


def findings_in(text: str) -> frozenset[HeaderFinding]:
    """Findings that a header's comments name, by SNOMED CT code or in words; none where nothing is known.

    Args:
        text: all comment lines.
    """
    by_code = {_FLAG_OF_CODE[code] for code in re.findall(r"\b\d{6,18}\b", text) if code in _FLAG_OF_CODE}
    by_word = {flag for flag, pattern in _PATTERNS.items() if pattern.search(text)}
    return frozenset(by_code | by_word)
