"""Public documents in which limits were read; the standards themselves were not at hand."""

RESCUE_LIFE = (
    "Progetti Rescue Life 9 instructions for use, p. 84, statements after EN 60601-2-27:2014 "
    "(manualslib.com/manual/3255619)"
)
GE_B20 = "GE B20 manual, p. 137, ECG specifications (easymanua.ls/ge/b20)"
MINDRAY_D60 = "Mindray BeneHeart D60 manual, A-17 (easymanua.ls/mindray/beneheart-d60)"
MINDRAY_UMEC = "Mindray uMEC10 manual, A-8 (easymanua.ls/mindray/umec10)"
GIMA_K10 = "Gima K10 manual, section 24.1 (manualslib.fr/manual/863314)"
EC11_SUMMARY = "summary table of ANSI/AAMI EC11, in a public transcript (manualzilla.com/doc/6013860)"
MEDTEQ = "MEDTEQ, 'ECG - input impedance and noise', on 201.5.3 cc) of IEC 60601-2-25 (medteq.net)"
GENERAL = "general knowledge"
