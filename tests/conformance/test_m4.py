"""M4: the French tree mirrors the English one; an English page is scheduled a month ahead."""

from __future__ import annotations

from tests.conformance.sides import Side, later
from tests.conformance.situations import Observed

SITUATION = "A mirrored tree; the English page is scheduled a month ahead"
STOCK = {
    "English row live, when scheduled": False,
    "French row live, when scheduled": True,
    "English row live, on the day": True,
    "French row live, on the day": True,
}
PROMISE = {
    "English row live, when scheduled": False,
    "French row live, when scheduled": False,
    "English row live, on the day": True,
    "French row live, on the day": True,
}


def scenario(side: Side) -> Observed:
    side.mirror_the_tree("fr")
    page = side.create("Camp")
    french = side.translation_of(page, "fr")
    side.schedule(page, go_live_at=later(days=30))
    observed: Observed = {
        "English row live, when scheduled": side.is_live(page),
        "French row live, when scheduled": side.is_live(french),
    }
    side.publish_due(later(days=30, seconds=1))
    observed["English row live, on the day"] = side.is_live(page)
    observed["French row live, on the day"] = side.is_live(french)
    return observed


def test_m4_a_mirrored_page_waits_for_its_source(observed: Observed) -> None:
    assert observed == PROMISE
