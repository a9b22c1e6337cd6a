"""M2: a receiver of `page_published` raises once: the search engine or the CDN is down."""

from __future__ import annotations

from typing import Any

from wagtail.signals import page_published

from tests.conformance.sides import Side, later
from tests.conformance.situations import Observed

SITUATION = "A page_published receiver raises once"
STOCK = {
    "the run": "aborted: ConnectionError",
    "first page live, yet not in the audit log": True,
    "second page live after this run": False,
    "first page live after the next run": True,
    "its publication logged once": False,
}
PROMISE = {
    "the run": "ended, and said: 1 of 2 items failed",
    "first page live, yet not in the audit log": False,
    "second page live after this run": True,
    "first page live after the next run": True,
    "its publication logged once": True,
}


def scenario(side: Side) -> Observed:
    first, second = side.page("First", live=False), side.page("Second", live=False)
    side.schedule(first, go_live_at=later(days=1))
    side.schedule(second, go_live_at=later(days=1, seconds=1))
    errors: list[int] = []

    def cdn_is_down_once(instance: Any, **kwargs: Any) -> None:
        if instance.pk == first.pk and not errors:
            errors.append(instance.pk)
            raise ConnectionError("the CDN does not answer")

    page_published.connect(cdn_is_down_once)
    try:
        run = side.publish_due(later(days=1, seconds=2))
    finally:
        page_published.disconnect(cdn_is_down_once)
    observed: Observed = {
        "the run": run,
        "first page live, yet not in the audit log": (
            side.is_live(first) and not side.times_logged(first)
        ),
        "second page live after this run": side.is_live(second),
    }
    side.publish_due(later(days=1, minutes=1))
    observed["first page live after the next run"] = side.is_live(first)
    observed["its publication logged once"] = side.times_logged(first) == 1
    return observed


def test_m2_a_failing_receiver_leaves_no_unlogged_publication_and_stops_nothing(
    observed: Observed,
) -> None:
    assert observed == PROMISE
