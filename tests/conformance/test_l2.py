"""L2: a live page has a scheduled change of slug; another page takes that slug meanwhile."""

from __future__ import annotations

from tests.conformance.sides import Side, clock, later
from tests.conformance.situations import Observed

SITUATION = "Another page takes the slug that is scheduled"
STOCK = {
    "the run": "aborted: ValidationError",
    "still scheduled": False,
    "a report in the admin says why": False,
    "changed after the clash is gone": False,
}
PROMISE = {
    "the run": "ended, and said: 1 of 1 items failed",
    "still scheduled": True,
    "a report in the admin says why": True,
    "changed after the clash is gone": True,
}


def scenario(side: Side) -> Observed:
    page = side.page("Hotels")
    side.schedule(page, go_live_at=later(days=5), slug="places-to-stay")
    rival = side.page("Places to stay")
    run = side.publish_due(later(days=5, seconds=1))
    observed: Observed = {
        "the run": run,
        "still scheduled": side.is_scheduled(page),
    }
    with clock(later(days=5, minutes=1)):
        observed["a report in the admin says why"] = side.reports_mention(
            "Hotels", "already in use"
        )
    rival.delete()
    side.publish_due(later(days=5, minutes=5))
    observed["changed after the clash is gone"] = side.again(page).slug == "places-to-stay"
    return observed


def test_l2_a_clash_of_slugs_loses_no_schedule(observed: Observed) -> None:
    assert observed == PROMISE
