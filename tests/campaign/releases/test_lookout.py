from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from celery.signals import worker_ready, worker_shutting_down
from django.db import DatabaseError
from pytest_django import DjangoAssertNumQueries

from campaign.releases import tasks
from campaign.releases.enums import ReleaseState, TakedownState, WorkKind
from campaign.releases.lookout import Seen, look
from campaign.releases.models import Effect, Release, Takedown
from tests.factories.releases import DueWorkFactory, ScheduledPage, UserFactory

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
NOTHING = Seen(work=False, effects=False, takedowns=False)
WORK = Seen(work=True, effects=False, takedowns=False)


def looked(at: datetime) -> Seen:
    Effect.objects.all().delete()
    return look(at)


def release(at: datetime, **values: Any) -> Release:
    return Release.objects.create(title="Spring", owner=UserFactory(), created_at=at, **values)


def test_nothing_to_do(at: datetime) -> None:
    ScheduledPage.make(live=True)
    ScheduledPage.make(go_live_at=at + timedelta(hours=1))

    seen = looked(at)

    assert seen == NOTHING
    assert not seen


@pytest.mark.parametrize("seconds", [-3600, 0, 9])
def test_a_version_that_goes_live_within_the_horizon(at: datetime, seconds: int) -> None:
    ScheduledPage.make(go_live_at=at + seconds * SECOND)

    assert looked(at) == WORK


def test_one_question_serves_other_times(at: datetime) -> None:
    """The times of the question move with the clock; one that stood still would miss the work."""
    ScheduledPage.make(go_live_at=at + 60 * SECOND)
    Effect.objects.all().delete()

    seen = [bool(look(at + seconds * SECOND)) for seconds in (0, 49, 51, 70)]

    assert seen == [False, False, True, True]


def test_what_comes_down(at: datetime) -> None:
    ScheduledPage.make(live=True, expire_at=at + 20 * SECOND)

    assert looked(at) == NOTHING
    assert looked(at + 11 * SECOND) == WORK


def test_the_start_and_the_end_of_a_release(at: datetime) -> None:
    """Two minutes before the horizon: a large one begins long before its moment."""
    start = release(
        at,
        state=ReleaseState.SCHEDULED,
        approved_at=at,
        scheduled_at=at,
        goes_live_at=at + 200 * SECOND,
    )
    assert looked(at + 69 * SECOND) == NOTHING
    assert looked(at + 71 * SECOND) == WORK
    start.delete()

    release(at, state=ReleaseState.LIVE, approved_at=at, published_at=at, ends_at=at + 300 * SECOND)
    assert looked(at + 169 * SECOND) == NOTHING
    assert looked(at + 171 * SECOND) == WORK


def test_a_check_of_a_release_that_somebody_asked_for(at: datetime) -> None:
    release(at, state=ReleaseState.DRAFT, check_asked_at=at)

    assert looked(at) == WORK


def test_what_waits_for_another_attempt(at: datetime) -> None:
    DueWorkFactory(kind=WorkKind.GO_LIVE, due_at=at - SECOND, next_attempt_at=at + 60 * SECOND)

    assert looked(at) == NOTHING
    assert looked(at + 59 * SECOND) == NOTHING
    assert looked(at + 60 * SECOND) == WORK


def test_effects_and_their_delays(at: datetime) -> None:
    Effect.objects.all().delete()
    effect = Effect.objects.create(kind="anything", created_at=at)
    assert look(at) == Seen(work=False, effects=True, takedowns=False)

    Effect.objects.filter(pk=effect.pk).update(next_attempt_at=at + 5 * SECOND)
    assert look(at) == NOTHING
    assert look(at + 5 * SECOND).effects


def test_a_drill_that_waits_and_one_whose_worker_died(at: datetime) -> None:
    drill = Takedown.objects.create(
        state=TakedownState.DRILL_WAITING,
        drill=True,
        scope="campaign",
        reason="x",
        taken_down_at=at,
    )
    assert looked(at) == Seen(work=False, effects=False, takedowns=True)

    drill.state, drill.taken_down_at = TakedownState.DRILL_RUNNING, at
    drill.save()
    assert looked(at) == NOTHING
    assert looked(at + timedelta(hours=1)).takedowns


def test_a_look_is_one_query(
    at: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    look(at)
    with django_assert_num_queries(1):
        look(at)


# --- The thread ---------------------------------------------------------------------------------


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the tasks that would have gone to the broker."""
    names: list[str] = []
    for task in (tasks.hand_out_due_work, tasks.run_effects, tasks.measure_takedowns):
        monkeypatch.setattr(
            task, "apply_async", lambda name=task.name, **_options: names.append(name)
        )
    return names


@pytest.mark.parametrize(
    ("seen", "names"),
    [
        (NOTHING, []),
        (Seen(work=True, effects=True, takedowns=True), ["hand_out_due_work"]),
        (Seen(work=False, effects=True, takedowns=False), ["run_effects"]),
        (Seen(work=False, effects=True, takedowns=True), ["run_effects", "measure_takedowns"]),
    ],
)
def test_what_is_seen_decides_what_is_sent(
    at: datetime,
    sent: list[str],
    monkeypatch: pytest.MonkeyPatch,
    seen: Seen,
    names: list[str],
) -> None:
    monkeypatch.setattr(tasks, "look", lambda _at: seen)

    tasks.LookoutThread().look_once(at=at)

    assert sent == [f"campaign_releases.{name}" for name in names]


def test_the_tick_sends_what_the_lookout_leaves_to_it(at: datetime, sent: list[str]) -> None:
    Effect.objects.create(kind="anything", created_at=at)

    tasks.hand_out_due_work()

    assert sent == ["campaign_releases.run_effects"]


class Looks:
    """Counts the looks of the threads of this process; each may be told to fail."""

    def __init__(self) -> None:
        self.made = 0
        self.fail = False

    def __call__(self, *, at: datetime) -> None:  # noqa: ARG002
        self.made += 1
        if self.fail:
            raise DatabaseError("The database does not answer.")


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Looks]:
    settings.CAMPAIGN_RELEASES = {"tick": 0.01}
    looks = Looks()
    monkeypatch.setattr(tasks.LookoutThread, "look_once", lambda _self, *, at: looks(at=at))
    yield looks
    worker_shutting_down.send(sender=None)
    wait_for(lambda: not running())


def running() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "lookout"]


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < until, "waited for ten seconds"
        time.sleep(0.01)


def test_a_worker_looks_until_it_is_to_stop(looks: Looks) -> None:
    worker_ready.send(sender=None)
    worker_ready.send(sender=None)  # it has found its broker again

    wait_for(lambda: looks.made > 3)
    assert len(running()) == 1
    worker_shutting_down.send(sender=None)
    wait_for(lambda: not running())

    worker_ready.send(sender=None)
    assert len(running()) == 1


def test_a_look_that_fails_is_told_once_and_looking_goes_on(
    looks: Looks, caplog: pytest.LogCaptureFixture
) -> None:
    def told() -> int:
        return sum("look-out failed" in record.getMessage() for record in caplog.records)

    def look(*, more: int) -> None:
        until = looks.made + more
        wait_for(lambda: looks.made > until)

    looks.fail = True
    with caplog.at_level(logging.WARNING):
        worker_ready.send(sender=None)
        look(more=4)
        assert told() == 1

        looks.fail = False
        look(more=2)
        looks.fail = True
        look(more=4)
    assert told() == 2
