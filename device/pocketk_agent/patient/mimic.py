"""What makes an ECG look like high potassium, or hides it, while potassium has no part in it."""

from enum import IntEnum


class Mimic(IntEnum):
    """One lasting look-alike of a patient; drawn whatever the potassium (the anti-shortcut rule of hard negatives)."""

    NONE = 0
    LBBB = 1
    RBBB = 2
    LVH_STRAIN = 3
    EARLY_REPOLARISATION = 4
    LONG_QT = 5
    DIGOXIN = 6
    PACED = 7
    POST_EXERCISE = 8
