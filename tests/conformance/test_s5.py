"""S5: a page shows a record that expires."""

from __future__ import annotations

from tests.conformance.sides import Side, later
from tests.conformance.situations import Observed

SITUATION = "A helpline on a page expires"
STOCK = {
    "page shows the record, before": True,
    "record live, after": False,
    "page shows the record, after": True,
}
PROMISE = {
    "page shows the record, before": True,
    "record live, after": False,
    "page shows the record, after": False,
}


def scenario(side: Side) -> Observed:
    record, block = side.helpline("Night line", "0800 555 1111", expire_at=later(days=5))
    page = side.page("Who to call", block=block)
    observed: Observed = {"page shows the record, before": "Night line" in side.text_of(page)}
    side.publish_due(later(days=5, seconds=1))
    record.refresh_from_db()
    observed["record live, after"] = record.live
    observed["page shows the record, after"] = "Night line" in side.text_of(page)
    return observed


def test_s5_an_expired_record_is_shown_nowhere(observed: Observed) -> None:
    assert observed == PROMISE
