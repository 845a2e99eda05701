"""What every model card of this project says, whatever the figures."""

SIMULATION_TRAINED = "Simulation-trained, not clinically validated"
NOT_VALIDATED = "Not clinically validated"
REPRODUCE = "make train-default"
# The card is signed like every other file, so it cannot know by whom.
SIGNATURE = (
    "Where the bundle is signed, the file `SIGNATURE` says by whom and `pocketk bundle inspect` shows it; this card "
    "was written before."
)

OUT_OF_SCOPE = (
    "Any clinical use: diagnosis, ruling hyperkalaemia out, deciding on treatment or dialysis, triage, monitoring.",
    "Paced hearts: the device gives no tier where it finds a pacemaker, and it does not find every one.",
    "Low potassium, and any other finding on an ECG.",
    "Children, pregnancy, and anybody during resuscitation: none was simulated.",
    "Leads other than Lead I, strips of less than 10 s, and signals prepared in another way than the named "
    "preprocessing.",
)

SIMULATION_LIMITS = (
    "Learnt from a simulator whose potassium response follows published group figures. Every figure here says how well "
    "the network does on that simulator; none says how well it does on people.",
    "Public recordings with a drawn potassium laid over them are simulations too: what potassium would really have "
    "done to these hearts is not known.",
)
LIMITS = (
    "One lead: what potassium does to the other leads is not seen, and Lead I may show little of it.",
    "Look-alikes raise the score without potassium: bundle branch block and other wide QRS, left ventricular "
    "hypertrophy, early repolarisation, ischaemia, drugs. A high tier is no finding.",
    "Hearts that answer little to potassium keep a low score at a high potassium: a low tier excludes nothing.",
    "Probabilities hold at the stated prevalence and for the population calibrated on; elsewhere recalibrate first.",
    "Dry-electrode noise, front ends and thumbs were simulated; no handheld has recorded anybody yet.",
    "Without a signature, or with that of the demonstration key, which anybody has, nothing vouches for who made the "
    "bundle.",
)
