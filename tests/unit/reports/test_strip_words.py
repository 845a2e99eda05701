"""The words on a printed strip, friendly and hostile."""

from dataclasses import replace

import pytest

from pocketk_agent.outcome import TIERS, Outcome, OutcomeKind
from pocketk_agent.reports.strip_header import FRAMES, TIER_FRAME, header_of
from pocketk_agent.reports.strip_layout import GRID_RIGHT_MM, PX_PER_MM
from pocketk_agent.time_standing import BY_HAND
from unit.reports.drawn_strip import BOLD, REGULAR, drawn, flat_strip, outcome_of, part_of


@pytest.mark.parametrize("kind", OutcomeKind)
def test_the_header_holds_outcome_advice_and_identity(kind: OutcomeKind) -> None:
    strip = replace(flat_strip(1), lead="MLII", outcome=outcome_of(kind))
    header = header_of(strip, REGULAR, BOLD)
    outcome = " ".join(line for line, _ in header.outcome)
    assert strip.outcome.explanation in outcome
    assert "What to do: Act on symptoms." in outcome
    assert ("movement or muscle noise hides the heartbeat (noise); usb-lost" in outcome) == (kind not in TIERS)
    assert ("Probability of potassium > 5.5 mmol/L: 12 %" in outcome) == (kind in TIERS)
    identity = [row.words for row in header.identity]
    assert identity == [
        "m-1",
        "2026-03-01 10:15:00 UTC, 1.0 s",
        "[!] time of day NOT verified",
        "PK-0042",
        "[!] lead MLII, not Lead I",
        "unfiltered, 500 Hz",
        "demo 0.1",
        "untrained",
    ]
    assert header.notice == ("Research demonstration, not for clinical use",)


def test_the_kinds_have_different_frames() -> None:
    assert len({*FRAMES.values(), TIER_FRAME}) == 4
    assert set(FRAMES) == set(OutcomeKind) - TIERS


@pytest.mark.parametrize(
    "text",
    ["$\\frac{$", "100 $ and \\alpha", "line\nbreak\x00\x1b[2J", "日本語 \U0001f600 \u202e\ud800", "w" * 5000, " ", ""],
    ids=["mathtext", "dollar", "control", "foreign", "long", "blank", "empty"],
)
def test_hostile_text_is_drawn_as_it_is(text: str) -> None:
    strip = replace(
        flat_strip(0.5),
        measurement_id=text,
        device_serial=text,
        lead=text,
        advice=text,
        model=text,
        model_statement=text,
        notice=text,
        versions=text,
        filter_statement=text,
        product=text,
        outcome=Outcome(OutcomeKind.INCONCLUSIVE, (text,), text),
    )
    image = drawn(strip)
    right_margin = part_of(image, GRID_RIGHT_MM + 5, 0, 297, image.shape[0] / PX_PER_MM)
    assert (right_margin == 255).all()
    left_margin = part_of(image, 0, 0, 2, image.shape[0] / PX_PER_MM)
    assert (left_margin == 255).all()


def test_a_verified_time_says_by_what():
    header = header_of(replace(flat_strip(1), time=BY_HAND), REGULAR, BOLD)
    assert "time verified: by hand" in [row.words for row in header.identity]
