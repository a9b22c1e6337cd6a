"""S2: a live page expires while a later schedule is approved."""

from __future__ import annotations

from tests.conformance.sides import Side, later
from tests.conformance.situations import Observed

SITUATION = "A page expires while a later version is scheduled"
STOCK = {"page on day 5": 404, "later schedule stands": False, "page on day 20": 404}
PROMISE = {"page on day 5": 404, "later schedule stands": True, "page on day 20": 200}


def scenario(side: Side) -> Observed:
    page = side.page("Season")
    side.schedule(page, go_live_at=None, expire_at=later(days=5))
    side.schedule(page, go_live_at=later(days=20), title="Next season")
    side.publish_due(later(days=5, seconds=1))
    observed: Observed = {
        "page on day 5": side.status(page),
        "later schedule stands": side.is_scheduled(page),
    }
    side.publish_due(later(days=20, seconds=1))
    observed["page on day 20"] = side.status(page)
    return observed


def test_s2_an_expiry_keeps_a_later_schedule(observed: Observed) -> None:
    assert observed == PROMISE
