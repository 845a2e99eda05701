"""The public recordings that a model may have been trained over: what to cite, and what their licences ask."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class PublicRecordings:
    """A data set.

    Attributes:
        name: as training statements write it.
        citation: the work to cite.
        doi: of the data set or the work; empty where it has none.
        licence: as its publishers state it.
    """

    name: str
    citation: str
    doi: str
    licence: str


PUBLIC_RECORDINGS = (
    PublicRecordings(
        "LUDB",
        "Kalyakulina A et al., LUDB: A New Open-Access Validation Tool for Electrocardiogram Delineation Algorithms, "
        "IEEE Access 8:186181, 2020; PhysioNet, LUDB 1.0.1",
        "10.13026/eegm-h675",
        "ODC-By 1.0",
    ),
    PublicRecordings(
        "PTB-XL",
        "Wagner P et al., PTB-XL, a large publicly available electrocardiography dataset, Sci Data 7:154, 2020; "
        "PhysioNet",
        "10.13026/kfzx-aw45",
        "CC BY 4.0",
    ),
    PublicRecordings(
        "PhysioNet/CinC Challenge 2021",
        "Perez Alday EA et al., Classification of 12-lead ECGs, Physiol Meas 41:124003, 2020; Reyna MA et al., Will "
        "Two Do?, CinC 2021; PhysioNet",
        "10.13026/34va-7q14",
        "CC BY 4.0",
    ),
    PublicRecordings(
        "CPSC 2018",
        "Liu F et al., An Open Access Database for Evaluating the Algorithms of ECG Rhythm and Morphology Abnormality "
        "Detection, J Med Imaging Health Inform 8:1368, 2018",
        "",
        "openly released challenge data; the same records are redistributed under CC BY 4.0 in the PhysioNet "
        "Challenges 2020 and 2021",
    ),
)
# PhysioNet asks for it with every data set that it publishes.
PHYSIONET = "Goldberger AL et al., PhysioBank, PhysioToolkit, and PhysioNet, Circulation 101(23):e215-e220, 2000"
NO_COPY = (
    "Their potassium is unknown; a drawn one was laid over them. The bundle holds no recording, and whoever publishes "
    "recordings made from them has to name the source and the change."
)


def recordings_named(statements: Sequence[str]) -> tuple[PublicRecordings, ...]:
    """The data sets that training statements name, in the order of `PUBLIC_RECORDINGS`."""
    said = " ".join(statements).casefold()
    return tuple(each for each in PUBLIC_RECORDINGS if each.name.casefold() in said)
