"""What is said of a cohort in a report."""

from pathlib import Path

from pocketk.cohort.card import CARD_FILE, read_card


def cohort_sentence(cohort: Path) -> str:
    """One sentence: kind, size, seed and hash of a cohort, as far as its card tells.

    Raises:
        CohortError: the card is damaged.
    """
    if not (cohort / CARD_FILE).is_file():
        return f"{cohort.name}: no card, so that how it was made is not known"
    card = read_card(cohort)
    counts = ", ".join(
        f"{name} {number:,}" for name, number in card.counts.items() if name in ("recordings", "patients")
    )
    kind = "simulated, no patient's recording" if card.kind == "simulated" else f"kind {card.kind}"
    return f"{cohort.name}: {kind}; {counts}; seed {card.seed}; manifest SHA-256 {card.manifest_sha256}"
