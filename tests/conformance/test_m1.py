"""M1: two pages are due; the first raises one transient error while it is saved."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import pre_save
from wagtail.models import Page

from tests.conformance.sides import Side, later
from tests.conformance.situations import Observed

SITUATION = "One of two due pages fails once while it is saved"
STOCK = {
    "the run": "aborted: OSError",
    "second page live after this run": False,
    "first page still scheduled": False,
    "first page live after three more runs": False,
    "publications logged": 1,
}
PROMISE = {
    "the run": "ended, and said: 1 of 2 items failed",
    "second page live after this run": True,
    "first page still scheduled": True,
    "first page live after three more runs": True,
    "publications logged": 2,
}


def scenario(side: Side) -> Observed:
    first, second = side.page("First", live=False), side.page("Second", live=False)
    side.schedule(first, go_live_at=later(days=1))
    side.schedule(second, go_live_at=later(days=1, seconds=1))
    errors: list[int] = []

    def disk_is_full_once(instance: Any, **kwargs: Any) -> None:
        if isinstance(instance, Page) and instance.pk == first.pk and not errors:
            errors.append(instance.pk)
            raise OSError("No space left on device")

    pre_save.connect(disk_is_full_once)
    try:
        run = side.publish_due(later(days=1, seconds=2))
    finally:
        pre_save.disconnect(disk_is_full_once)
    observed: Observed = {
        "the run": run,
        "second page live after this run": side.is_live(second),
        "first page still scheduled": side.is_scheduled(first),
    }
    for minutes in (1, 2, 3):
        side.publish_due(later(days=1, minutes=minutes))
    observed["first page live after three more runs"] = side.is_live(first)
    observed["publications logged"] = side.times_logged(first, second)
    return observed


def test_m1_a_transient_error_neither_loses_a_schedule_nor_stops_the_others(
    observed: Observed,
) -> None:
    assert observed == PROMISE
