"""L11: a page that was never live is merely scheduled."""

from __future__ import annotations

from tests.conformance.sides import Side, later, publications_announced
from tests.conformance.situations import Observed

SITUATION = "A page that was never live is scheduled a month ahead"
STOCK = {"page_published when scheduled": 1, "page_published on the day": 1}
PROMISE = {"page_published when scheduled": 0, "page_published on the day": 1}


def scenario(side: Side) -> Observed:
    page = side.page("Under embargo", live=False)
    with publications_announced() as early:
        side.schedule(page, go_live_at=later(days=30))
    with publications_announced() as on_the_day:
        side.publish_due(later(days=30, seconds=1))
    return {
        "page_published when scheduled": len(early),
        "page_published on the day": len(on_the_day),
    }


def test_l11_scheduling_announces_no_publication(observed: Observed) -> None:
    assert observed == PROMISE
