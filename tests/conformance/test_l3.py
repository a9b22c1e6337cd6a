"""L3: an English page expires on schedule."""

from __future__ import annotations

from tests.conformance.sides import Side, later
from tests.conformance.situations import Observed

SITUATION = "The English page expires"
STOCK = {
    "all three before": [200, 200, 200],
    "English page after": 404,
    "its alias after": 404,
    "French page after": 200,
}
PROMISE = {
    "all three before": [200, 200, 200],
    "English page after": 404,
    "its alias after": 404,
    "French page after": 404,
}


def scenario(side: Side) -> Observed:
    page = side.page("Offer")
    alias = page.create_alias(parent=side.home, update_slug="again")
    french = side.translate(page, "fr")
    side.publish_translation(french)
    side.schedule(page, go_live_at=None, expire_at=later(days=5))
    observed: Observed = {"all three before": [side.status(one) for one in (page, alias, french)]}
    side.publish_due(later(days=5, seconds=1))
    observed["English page after"] = side.status(page)
    observed["its alias after"] = side.status(alias)
    observed["French page after"] = side.status(french)
    return observed


def test_l3_translations_expire_with_their_source(observed: Observed) -> None:
    assert observed == PROMISE
