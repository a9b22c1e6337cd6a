"""M3: a page with an alias is scheduled for a day a month ahead (wagtail#11344)."""

from __future__ import annotations

from tests.conformance.sides import Side, later
from tests.conformance.situations import Observed

SITUATION = "A page with an alias is scheduled a month ahead"
STOCK = {
    "page, when scheduled": 404,
    "its alias, when scheduled": 200,
    "page, on the day": 200,
    "its alias, on the day": 200,
}
PROMISE = {
    "page, when scheduled": 404,
    "its alias, when scheduled": 404,
    "page, on the day": 200,
    "its alias, on the day": 200,
}


def scenario(side: Side) -> Observed:
    page = side.page("Under embargo", live=False)
    alias = page.create_alias(parent=side.home, update_slug="again")
    side.schedule(page, go_live_at=later(days=30))
    observed: Observed = {
        "page, when scheduled": side.status(page),
        "its alias, when scheduled": side.status(alias),
    }
    side.publish_due(later(days=30, seconds=1))
    observed["page, on the day"] = side.status(page)
    observed["its alias, on the day"] = side.status(alias)
    return observed


def test_m3_an_alias_waits_for_its_page(observed: Observed) -> None:
    assert observed == PROMISE
