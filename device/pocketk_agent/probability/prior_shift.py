"""The same score where potassium > 5.5 mmol/L is rarer or more frequent."""

import math


def prior_shift_logit(fitted_prevalence: float, prevalence: float) -> float:
    """What to add to a logit: ln(pi' / (1 - pi')) - ln(pi / (1 - pi)).

    Exact where only the share of positives differs and not what positives and negatives look like (label shift;
    Saerens M et al., Neural Computation 14:21, 2002, equation 2.4).

    Args:
        fitted_prevalence: pi, share of positives that the probability was fitted on.
        prevalence: pi', share of positives where it is used.

    Raises:
        ValueError: a prevalence that is not inside 0 to 1.
    """
    for name, value in (("fitted prevalence", fitted_prevalence), ("prevalence", prevalence)):
        if not 0.0 < value < 1.0:
            raise ValueError(f"{name} {value} is not between 0 and 1")
    if fitted_prevalence == prevalence:
        return 0.0
    return math.log(prevalence / (1.0 - prevalence)) - math.log(fitted_prevalence / (1.0 - fitted_prevalence))
