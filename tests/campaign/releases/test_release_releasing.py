from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from campaign.releases.attempts import Result, run_due
from tests.factories.releases import ReleaseStory

pytestmark = pytest.mark.django_db


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def is_live(*things: Any) -> list[bool]:
    return [type(thing).objects.get(pk=thing.pk).live for thing in things]


def test_a_release_goes_live_at_its_moment_and_ends_the_same_way(at: datetime) -> None:
    term = ReleaseStory.term("Grooming")
    parent = ReleaseStory.page("Taxis")
    child = ReleaseStory.page("Drivers", parent=parent)
    old = ReleaseStory.page("Old", live=True)
    release = ReleaseStory.scheduled(
        child,
        parent,
        term,
        at=at,
        goes_live_at=at + hours(2),
        ends_at=at + hours(48),
        withdraw=[old],
    )
    assert is_live(term, parent, child, old) == [False, False, False, True]

    with time_machine.travel(at + hours(2), tick=False):
        assert [(work.kind, result) for work, result in run_due(at=at + hours(2))] == [
            ("release_check", Result.DONE),
            ("release_start", Result.DONE),
        ]
    release.refresh_from_db()
    assert release.state == "live"
    assert release.published_at is not None
    assert release.published_at - (at + hours(2)) < timedelta(seconds=5)
    assert is_live(term, parent, child, old) == [True, True, True, False]

    with time_machine.travel(at + hours(48), tick=False):
        assert [(work.kind, result) for work, result in run_due(at=at + hours(48))] == [
            ("release_end", Result.DONE)
        ]
    release.refresh_from_db()
    assert release.state == "ended"
    assert is_live(term, parent, child, old) == [False, False, False, True]
