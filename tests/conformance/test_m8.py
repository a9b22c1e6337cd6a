"""M8: a translation is scheduled with its source; then the source is postponed."""

from __future__ import annotations

from tests.conformance.sides import Side, later
from tests.conformance.situations import Observed

SITUATION = "A source is postponed; its translation was scheduled"
STOCK = {
    "English page on day 5": 404,
    "French page on day 5": 200,
    "English page on day 60": 200,
    "French page on day 60": 200,
}
PROMISE = {
    "English page on day 5": 404,
    "French page on day 5": 404,
    "English page on day 60": 200,
    "French page on day 60": 200,
}


def scenario(side: Side) -> Observed:
    page = side.page("Campaign", live=False)
    side.schedule(page, go_live_at=later(days=5))
    french = side.translate(page, "fr")
    side.schedule(french, go_live_at=later(days=5))
    side.schedule(page, go_live_at=later(days=60))
    side.publish_due(later(days=5, seconds=1))
    observed: Observed = {
        "English page on day 5": side.status(page),
        "French page on day 5": side.status(french),
    }
    side.publish_due(later(days=60, seconds=1))
    observed["English page on day 60"] = side.status(page)
    observed["French page on day 60"] = side.status(french)
    return observed


def test_m8_a_translation_moves_with_its_source(observed: Observed) -> None:
    assert observed == PROMISE
