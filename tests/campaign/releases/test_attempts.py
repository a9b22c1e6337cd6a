from __future__ import annotations

import fcntl
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone
from wagtail.models import Page, PageLogEntry, Revision
from wagtail.signals import page_published, page_unpublished

from campaign.releases import attempts, timing
from campaign.releases.attempts import Claim, Result, attempt, run_due, try_again
from campaign.releases.due_work import find_due, find_upcoming, record_schedules
from campaign.releases.enums import AttemptOutcome, CheckTrigger, ReleaseState, WorkKind, WorkState
from campaign.releases.exceptions import ClockMovedError, NotRetryableError
from campaign.releases.models import DueAttempt, DueWork, ReleaseCheck
from campaign.releases.signals import due_work_done
from tests.factories.releases import (
    DueAttemptFactory,
    DueWorkFactory,
    ReleaseFactory,
    ScheduledPage,
)

pytestmark = pytest.mark.django_db
really_committing = pytest.mark.django_db(transaction=True, serialized_rollback=True)

DELAYS = (3, 18, 83, 258, 627)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def log_of(page: Page) -> list[str]:
    return list(
        PageLogEntry.objects.filter(page=page, action__endswith=".scheduled")
        .order_by("timestamp")
        .values_list("action", flat=True)
    )


def outcomes() -> list[tuple[int, str]]:
    return list(DueAttempt.objects.order_by("number").values_list("number", "outcome"))


# --- Done ---------------------------------------------------------------------------------------


def test_run_due_publishes_a_page_and_records_it(at: datetime) -> None:
    page = ScheduledPage.make(go_live_at=at - seconds(2))

    results = run_due(at=at)

    assert [(work.object_id, result) for work, result in results] == [(str(page.pk), Result.DONE)]
    page.refresh_from_db()
    assert page.live
    assert log_of(page) == ["wagtail.publish.scheduled"]
    work = DueWork.objects.get()
    assert (work.state, work.attempts, work.last_error) == (WorkState.DONE, 1, "")
    assert seconds(2) <= work.lateness(at) < seconds(20)
    logged = DueAttempt.objects.get()
    assert (logged.number, logged.outcome, logged.error) == (1, AttemptOutcome.DONE, "")
    assert logged.started_at <= logged.finished_at


def test_run_due_takes_down_a_page_and_records_it(at: datetime) -> None:
    page = ScheduledPage.make(live=True, expire_at=at - seconds(1))

    results = run_due(at=at)

    assert [result for _work, result in results] == [Result.DONE]
    page.refresh_from_db()
    assert (page.live, page.expired) == (False, True)
    assert log_of(page) == ["wagtail.unpublish.scheduled"]


def test_run_due_leaves_alone_what_is_not_due(at: datetime) -> None:
    scheduled = ScheduledPage.make(go_live_at=at + seconds(60))
    expiring = ScheduledPage.make(live=True, expire_at=at + seconds(60))
    draft_with_dates = ScheduledPage.make()
    draft_with_dates.go_live_at = draft_with_dates.expire_at = at - seconds(60)
    draft_with_dates.save_revision()

    assert run_due(at=at) == []

    assert [Page.objects.get(pk=page.pk).live for page in (scheduled, expiring)] == [False, True]
    assert not Page.objects.get(pk=draft_with_dates.pk).live


def test_run_due_twice_publishes_once(at: datetime) -> None:
    page = ScheduledPage.make(go_live_at=at - seconds(1))

    run_due(at=at)

    assert run_due(at=at + seconds(1)) == []
    assert log_of(page) == ["wagtail.publish.scheduled"]


@really_committing
def test_a_done_item_is_announced_after_the_commit(at: datetime) -> None:
    ScheduledPage.make(go_live_at=at - seconds(1))
    seen: list[tuple[str, bool]] = []

    def listen(work: DueWork, **kwargs: Any) -> None:
        seen.append((work.state, transaction.get_connection().in_atomic_block))

    due_work_done.connect(listen)
    try:
        run_due(at=at)
    finally:
        due_work_done.disconnect(listen)

    assert seen == [(WorkState.DONE, False)]


def test_a_receiver_of_ours_that_raises_changes_nothing(
    at: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    ScheduledPage.make(go_live_at=at - seconds(1))

    def fail(**kwargs: Any) -> None:
        raise RuntimeError("chat is down")

    due_work_done.connect(fail)
    try:
        results = run_due(at=at)
    finally:
        due_work_done.disconnect(fail)

    assert [result for _work, result in results] == [Result.DONE]
    assert "A receiver of due work failed" in caplog.text


# --- Failure ------------------------------------------------------------------------------------


def test_a_failure_keeps_the_schedule_and_is_retried(
    at: datetime, saves_fail: Callable[..., Any]
) -> None:
    page = ScheduledPage.make(go_live_at=at - seconds(1))

    with saves_fail(page, times=1):
        first = run_due(at=at)
    too_early = run_due(at=at + seconds(2))
    second = run_due(at=at + seconds(4))

    assert [[result for _work, result in run] for run in (first, too_early, second)] == [
        [Result.RETRYING],
        [],
        [Result.DONE],
    ]
    assert outcomes() == [(1, AttemptOutcome.FAILED), (2, AttemptOutcome.DONE)]
    assert DueAttempt.objects.get(number=1).error == "OSError: No space left on device"
    assert log_of(page) == ["wagtail.publish.scheduled"]


def test_a_failure_rolls_everything_back(at: datetime) -> None:
    page = ScheduledPage.make(go_live_at=at - seconds(1))

    def search_is_down(**kwargs: Any) -> None:
        raise ConnectionError("search is down")

    page_published.connect(search_is_down)
    try:
        run_due(at=at)
    finally:
        page_published.disconnect(search_is_down)

    page.refresh_from_db()
    assert not page.live
    assert log_of(page) == []
    assert Revision.objects.get(approved_go_live_at__isnull=False).object_id == str(page.pk)
    work = DueWork.objects.get()
    assert (work.state, work.last_error) == (
        WorkState.DUE,
        "ConnectionError: search is down",
    )


def test_a_failing_expiry_keeps_the_page_up_and_is_retried(at: datetime) -> None:
    page = ScheduledPage.make(live=True, expire_at=at - seconds(1))

    def cdn_is_down(**kwargs: Any) -> None:
        raise ConnectionError("CDN is down")

    page_unpublished.connect(cdn_is_down)
    try:
        run_due(at=at)
    finally:
        page_unpublished.disconnect(cdn_is_down)
    assert Page.objects.get(pk=page.pk).live

    run_due(at=at + seconds(4))

    assert not Page.objects.get(pk=page.pk).live


def test_one_failure_does_not_stop_the_others(at: datetime, saves_fail: Callable[..., Any]) -> None:
    poison = ScheduledPage.make("Poison", go_live_at=at - seconds(3))
    others = [ScheduledPage.make(go_live_at=at - seconds(2 - n)) for n in range(2)]

    with saves_fail(poison):
        results = run_due(at=at)

    assert [result for _work, result in results] == [Result.RETRYING, Result.DONE, Result.DONE]
    assert [Page.objects.get(pk=page.pk).live for page in (poison, *others)] == [False, True, True]


def test_the_retry_interval_widens_until_the_item_is_failed(
    at: datetime, saves_fail: Callable[..., Any], announced: list[tuple[str, int]]
) -> None:
    page = ScheduledPage.make(go_live_at=at - seconds(1))
    now = at

    with saves_fail(page):
        for delay in DELAYS:
            assert [result for _work, result in run_due(at=now)] == [Result.RETRYING]
            wait = DueWork.objects.get().next_attempt_at - now
            assert seconds(delay) <= wait < seconds(delay + 5)
            now += seconds(delay + 5)
        assert announced == []
        assert [result for _work, result in run_due(at=now)] == [Result.FAILED]
        assert run_due(at=now + timedelta(days=1)) == []

    work = DueWork.objects.get()
    assert (work.state, work.attempts, work.next_attempt_at) == (WorkState.FAILED, 6, None)
    assert announced == [("failed", work.pk)]
    assert Revision.objects.filter(approved_go_live_at__isnull=False).count() == 1


def test_a_long_error_is_cut(at: datetime) -> None:
    ScheduledPage.make(go_live_at=at - seconds(1))

    def fail(**kwargs: Any) -> None:
        raise ValueError("x" * 10_000)

    page_published.connect(fail)
    try:
        run_due(at=at)
    finally:
        page_published.disconnect(fail)

    assert len(DueWork.objects.get().last_error) == attempts.MAX_ERROR_LENGTH


@really_committing
def test_an_error_after_the_commit_is_not_a_failure(
    at: datetime, announced: list[tuple[str, int]]
) -> None:
    page = ScheduledPage.make(go_live_at=at - seconds(1))

    def fail() -> None:
        raise RuntimeError("the hook failed")

    def register(**kwargs: Any) -> None:
        transaction.on_commit(fail)

    page_published.connect(register)
    try:
        results = run_due(at=at)
    finally:
        page_published.disconnect(register)

    assert [result for _work, result in results] == [Result.DONE]
    assert Page.objects.get(pk=page.pk).live
    work = DueWork.objects.get()
    assert (work.state, work.last_error) == (WorkState.DONE, "")
    assert announced == [("done", work.pk)]


def test_an_item_that_cannot_be_recorded_does_not_stop_the_others(
    at: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lost = ScheduledPage.make(go_live_at=at - seconds(2))
    other = ScheduledPage.make(go_live_at=at - seconds(1))

    together = attempts.attempt_together

    def attempt_or_lose_the_database(work_ids: list[int], *, at: datetime) -> dict[int, Result]:
        if DueWork.objects.filter(pk__in=work_ids, object_id=str(lost.pk)).exists():
            raise OperationalError("server closed the connection")
        return together(work_ids, at=at)

    monkeypatch.setattr(attempts, "attempt_together", attempt_or_lose_the_database)
    monkeypatch.setattr(attempts, "batches", lambda works: timing.batches(works, most=1))

    results = run_due(at=at)

    assert [result for _work, result in results] == [Result.RETRYING, Result.DONE]
    assert Page.objects.get(pk=other.pk).live
    assert "Due work could not be recorded" in caplog.text


def test_attempt_refuses_to_run_inside_a_transaction(at: datetime) -> None:
    ScheduledPage.make(go_live_at=at - seconds(1))
    (work,) = find_due(at)

    with pytest.raises(RuntimeError), transaction.atomic():
        attempt(work.pk, at=at)


# --- Claims -------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["done", "superseded", "cancelled", "failed"])
def test_attempt_does_not_claim_what_is_over(at: datetime, state: str) -> None:
    finished_at = None if state == "failed" else at
    work = DueWorkFactory(state=state, finished_at=finished_at)

    assert attempt(work.pk, at=at) is Result.NOT_CLAIMED
    assert DueAttempt.objects.count() == 0


def test_attempt_does_not_claim_what_is_not_due(at: datetime) -> None:
    assert attempt(DueWorkFactory(due_at=at + seconds(1)).pk, at=at) is Result.NOT_CLAIMED


def test_attempt_does_not_claim_what_does_not_exist(at: datetime) -> None:
    assert attempt(404, at=at) is Result.NOT_CLAIMED


def claimed(at: datetime) -> Claim:
    (work,) = find_due(at)
    claim = attempts._claim([work.pk], at=at, early=timedelta(0), started=time.monotonic())[work.pk]
    assert isinstance(claim, Claim)
    return claim


def test_a_claimed_item_is_nobody_elses(at: datetime) -> None:
    ScheduledPage.make(go_live_at=at - seconds(1))
    claim = claimed(at)

    assert attempt(claim.work_id, at=at + seconds(1)) is Result.NOT_CLAIMED
    assert find_due(at + seconds(1)) == []


def test_a_dead_worker_loses_its_claim(at: datetime) -> None:
    page = ScheduledPage.make(go_live_at=at - seconds(1))
    claimed(at)

    results = run_due(at=at + seconds(4))

    assert [result for _work, result in results] == [Result.DONE]
    assert outcomes() == [(1, AttemptOutcome.LOST), (2, AttemptOutcome.DONE)]
    assert log_of(page) == ["wagtail.publish.scheduled"]


def test_a_worker_that_lost_its_claim_does_nothing(at: datetime) -> None:
    """A worker that was only slow wakes up after another has taken over."""
    page = ScheduledPage.make(go_live_at=at - seconds(1))
    slow = claimed(at)
    claimed(at + seconds(4))

    assert attempts._carry_out_or_record([slow]) == {slow.work_id: Result.NOT_CLAIMED}
    assert attempts._record_failure(slow, ValueError("late")) is Result.NOT_CLAIMED
    assert not Page.objects.get(pk=page.pk).live
    assert DueWork.objects.get().last_error == "The worker stopped in the middle of an attempt."


def test_an_item_that_kills_every_worker_is_failed_in_the_end(
    at: datetime, announced: list[tuple[str, int]]
) -> None:
    ScheduledPage.make(go_live_at=at - seconds(1))
    now = at
    for delay in (*DELAYS, DELAYS[-1]):
        claimed(now)
        now += seconds(delay + 0.5)

    results = run_due(at=now)

    work = DueWork.objects.get()
    assert results == [(work, Result.FAILED)]
    assert (work.state, work.attempts) == (WorkState.FAILED, 6)
    assert outcomes() == [(number, AttemptOutcome.LOST) for number in range(1, 7)]
    assert announced == [("failed", work.pk)]


def test_run_due_does_not_report_what_another_worker_has_done(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ScheduledPage.make(go_live_at=at - seconds(1))
    found = find_due(at)
    attempt(found[0].pk, at=at)
    monkeypatch.setattr(attempts, "find_due", lambda _at, **_options: found)

    assert run_due(at=at) == []


# --- Try again ----------------------------------------------------------------------------------


def test_try_again_attempts_a_failed_item_at_once(at: datetime) -> None:
    page = ScheduledPage.make(go_live_at=at - seconds(60))
    (work,) = find_due(at)
    DueWork.objects.update(state=WorkState.FAILED, tries=6, attempts=6)

    assert try_again(work, at=at) is Result.DONE
    assert Page.objects.get(pk=page.pk).live


def test_try_again_gives_all_attempts_back(at: datetime, saves_fail: Callable[..., Any]) -> None:
    page = ScheduledPage.make(go_live_at=at - seconds(60))
    (work,) = find_due(at)
    DueWork.objects.update(state=WorkState.FAILED, tries=6, attempts=6)

    with saves_fail(page):
        assert try_again(work, at=at) is Result.RETRYING

    work.refresh_from_db()
    assert (work.state, work.tries, work.attempts) == (WorkState.DUE, 1, 7)


def test_try_again_does_not_wait_for_the_next_attempt(
    at: datetime, saves_fail: Callable[..., Any]
) -> None:
    page = ScheduledPage.make(go_live_at=at - seconds(60))
    with saves_fail(page):
        run_due(at=at)

    assert try_again(DueWork.objects.get(), at=at) is Result.DONE


@pytest.mark.parametrize("state", ["done", "superseded", "cancelled", "running"])
def test_try_again_refuses_what_is_over_or_running(at: datetime, state: str) -> None:
    work = DueWorkFactory(
        state=state,
        finished_at=None if state == "running" else at,
        next_attempt_at=at + seconds(3) if state == "running" else None,
    )

    with pytest.raises(NotRetryableError) as refused:
        try_again(work, at=at)

    assert refused.value.work == work
    work.refresh_from_db()
    assert work.state == state


def test_try_again_refuses_what_is_not_due(at: datetime) -> None:
    work = DueWorkFactory(due_at=at + seconds(60))

    with pytest.raises(NotRetryableError):
        try_again(work, at=at)


def test_a_lost_attempt_of_long_ago_is_closed_by_the_next(at: datetime) -> None:
    ScheduledPage.make(go_live_at=at - seconds(60))
    (work,) = find_due(at)
    DueWork.objects.update(attempts=1, tries=1)
    DueAttemptFactory(work=work, number=1)

    run_due(at=at)

    assert outcomes() == [(1, AttemptOutcome.LOST), (2, AttemptOutcome.DONE)]


# --- Together, and at the moment ------------------------------------------------------------------


def due_pages() -> list[int]:
    """The pages that have or had due work."""
    return [int(pk) for pk in DueWork.objects.values_list("object_id", flat=True)]


def due_in(page_count: int, due_at: datetime) -> list[int]:
    for _number in range(page_count):
        ScheduledPage.make(go_live_at=due_at)
    record_schedules(at=timezone.now())
    return list(DueWork.objects.in_order().values_list("pk", flat=True))


def test_what_is_begun_early_becomes_public_at_its_moment_and_says_so() -> None:
    due_at = timezone.now().replace(microsecond=0) + timedelta(seconds=4)
    works = due_in(3, due_at)
    begun = timezone.now()

    results = attempts.attempt_together(works, at=begun, early=due_at - begun)

    assert due_at <= timezone.now() < due_at + timedelta(seconds=0.5)
    assert set(results.values()) == {Result.DONE}
    pages = Page.objects.filter(pk__in=due_pages())
    assert set(pages.values_list("live", "go_live_at", "last_published_at")) == {
        (True, due_at, due_at)
    }
    assert set(pages.values_list("first_published_at", flat=True)) == {due_at}
    assert set(DueWork.objects.values_list("state", "finished_at")) == {(WorkState.DONE, due_at)}


def test_one_that_fails_among_others_takes_back_only_its_own_writes(
    at: datetime, saves_fail: Callable[..., AbstractContextManager[list[int]]]
) -> None:
    works = due_in(3, at - seconds(1))
    broken = Page.objects.get(pk=DueWork.objects.get(pk=works[1]).object_id)

    with saves_fail(broken):
        results = attempts.attempt_together(works, at=at)

    assert list(results.values()) == [Result.DONE, Result.RETRYING, Result.DONE]
    live = Page.objects.filter(pk__in=due_pages(), live=True)
    assert live.count() == 2
    assert Revision.objects.filter(approved_go_live_at__isnull=False).count() == 1
    assert DueWork.objects.get(pk=works[1]).last_error.startswith("OSError")


class DeadlockDetected(Exception):
    """As the driver of PostgreSQL raises it, under Django's OperationalError."""

    sqlstate = "40P01"


@pytest.mark.parametrize("times", [1, 2])
def test_what_lost_a_deadlock_is_done_once_more_at_once(
    at: datetime, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    page = ScheduledPage.make(go_live_at=at - timedelta(seconds=5))
    record_schedules(at=at)
    carry_out, left = attempts.carry_out, [1] * times

    def deadlocked(work: DueWork, **options: Any) -> AttemptOutcome:
        outcome = carry_out(work, **options)
        if left:
            left.pop()
            raise OperationalError("deadlock detected") from DeadlockDetected()
        return outcome

    monkeypatch.setattr(attempts, "carry_out", deadlocked)
    ((work, result),) = run_due(at=at)

    assert result is (Result.DONE if times == 1 else Result.RETRYING)
    assert Page.objects.get(pk=page.pk).live is (times == 1)
    assert PageLogEntry.objects.filter(action="wagtail.publish.scheduled").count() == 2 - times
    assert work.attempt_log.count() == 1


def test_when_the_commit_fails_every_item_is_retried(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = due_in(2, at - seconds(1))

    def clock_was_set_back(*_args: object, **_kwargs: object) -> None:
        raise ClockMovedError(at)

    monkeypatch.setattr(attempts, "wait_until", clock_was_set_back)

    results = attempts.attempt_together(works, at=at)

    assert list(results.values()) == [Result.RETRYING, Result.RETRYING]
    assert not Page.objects.filter(pk__in=due_pages(), live=True).exists()
    assert Revision.objects.filter(approved_go_live_at__isnull=False).count() == 2


def test_what_failed_before_is_attempted_alone(at: datetime) -> None:
    items = [DueWork(pk=1), DueWork(pk=2), DueWork(pk=3, tries=1), DueWork(pk=4), DueWork(pk=5)]

    cut = [[work.pk for work in batch] for batch in timing.batches(items, most=2)]

    assert cut == [[1, 2], [3], [4, 5]]


def test_a_release_is_attempted_alone() -> None:
    items = [DueWork(pk=1), DueWork(pk=2, kind=WorkKind.RELEASE_START), DueWork(pk=3)]

    assert [[work.pk for work in batch] for batch in timing.batches(items)] == [[1], [2], [3]]


def test_nothing_is_shown_while_the_clock_says_that_it_is_too_early(at: datetime) -> None:
    moment = timezone.now() + timedelta(hours=1)

    with pytest.raises(ClockMovedError):
        timing.wait_until(moment, since=moment - timedelta(milliseconds=5))


def test_a_little_more_waiting_makes_up_for_a_slow_clock() -> None:
    moment = timezone.now() + timedelta(seconds=0.2)

    timing.wait_until(moment, since=moment - timedelta(milliseconds=5))

    assert timezone.now() >= moment


def test_the_more_there_is_the_earlier_it_begins(settings: Any) -> None:
    settings.CAMPAIGN_RELEASES = {"lead": 0.5, "seconds_per_item": 0.1, "horizon": 4, "tick": 1}
    one = DueWork(kind=WorkKind.EXPIRY)

    assert timing.lead([one]) == timedelta(seconds=0.6)
    assert timing.lead([one] * 3) == timedelta(seconds=0.8)
    assert timing.lead([one] * 500) == timedelta(seconds=3)


def test_a_release_begins_as_early_as_its_newest_rehearsal_took(
    settings: Any, at: datetime
) -> None:
    settings.CAMPAIGN_RELEASES = {"lead": 0.5, "seconds_per_item": 0.1, "horizon": 9, "tick": 1}
    release = ReleaseFactory()
    for minutes, took in ((9, 8.0), (1, 2.0)):
        ReleaseCheck.objects.create(
            release=release,
            trigger=CheckTrigger.ASKED,
            run_at=at - timedelta(minutes=minutes),
            ok=True,
            took=took,
        )
    start = DueWork(kind=WorkKind.RELEASE_START, object_id=str(release.pk))

    assert timing.lead([start]) == timedelta(seconds=0.5 + timing.MARGIN * 2)


def test_a_large_release_is_handed_out_long_before_the_horizon(settings: Any, at: datetime) -> None:
    settings.CAMPAIGN_RELEASES = {"lead": 0.5, "seconds_per_item": 0.1, "horizon": 10, "tick": 1}
    release = ReleaseFactory(
        state=ReleaseState.SCHEDULED,
        approved_at=at,
        scheduled_at=at,
        goes_live_at=at + seconds(60),
    )
    record_schedules(at=at)
    start = DueWork.objects.get(kind=WorkKind.RELEASE_START)
    took = ReleaseCheck.objects.create(
        release=release, trigger=CheckTrigger.ASKED, run_at=at, ok=True, took=30.0
    )
    needed = 0.5 + timing.MARGIN * 30
    assert timing.lead([start]) == seconds(needed)

    # As much before the horizon as writing it takes longer than what the horizon has room for.
    begins = at + seconds(60 - 10 - (needed - 9))
    assert find_upcoming(begins - seconds(0.1), horizon=seconds(10)) == []
    assert find_upcoming(begins, horizon=seconds(10)) == [start]

    took.took = 1000.0
    took.save()
    assert timing.lead([start]) == timing.LONGEST_LEAD


def test_what_a_dead_worker_began_early_is_begun_again_before_its_moment(at: datetime) -> None:
    page = ScheduledPage.make(go_live_at=at + seconds(60))
    record_schedules(at=at)
    (work,) = DueWork.objects.all()
    DueWork.objects.update(handed_out_at=at)
    attempts._claim([work.pk], at=at, early=seconds(60), started=time.monotonic())

    def found(after: float) -> list[DueWork]:
        return find_upcoming(at + seconds(after), horizon=seconds(60))

    assert found(2.9) == []  # its claim holds
    assert found(3.5) == [work]
    assert found(4.5) == []  # handed out a second ago
    # The message comes; while the clock says 3.6 seconds later, it is claimed anew.
    claims = attempts._claim(
        [work.pk], at=at + seconds(3.6), early=seconds(57), started=time.monotonic()
    )
    assert isinstance(claims[work.pk], Claim)
    assert outcomes() == [(1, AttemptOutcome.LOST), (2, "")]
    assert not Page.objects.get(pk=page.pk).live


def test_on_sqlite_workers_queue_at_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    database = tmp_path / "db.sqlite3"
    monkeypatch.setattr(
        attempts,
        "connection",
        SimpleNamespace(
            vendor="sqlite",
            is_in_memory_db=lambda: False,
            settings_dict={"NAME": str(database)},
        ),
    )
    order: list[str] = []

    def take_turn() -> None:
        with attempts._turn():
            order.append("second")

    with Path(f"{database}-turn").open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # as another process would
        waiting = threading.Thread(target=take_turn)
        waiting.start()
        waiting.join(0.2)
        order.append("first")
    waiting.join(10)

    assert order == ["first", "second"]


def test_run_due_leaves_a_backlog_to_the_thread_that_is_at_it(at: datetime) -> None:
    ScheduledPage.make(go_live_at=at - seconds(1))

    with attempts._backlog:
        assert run_due(at=at) == []

    assert len(run_due(at=at)) == 1


def test_waiting_for_the_database_makes_nothing_late(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = ScheduledPage.make(go_live_at=at + seconds(2))
    (work,) = find_upcoming(at, horizon=seconds(3))
    waited: list[timedelta] = []
    monkeypatch.setattr(
        attempts, "wait_until", lambda until, *, since: waited.append(until - since)
    )
    clock = iter([0.0, *[1.5] * 50])
    monkeypatch.setattr(attempts, "time", SimpleNamespace(monotonic=lambda: next(clock)))

    assert attempt(work.pk, at=at, early=seconds(3)) is Result.DONE

    assert waited == [seconds(0.5)]
    page.refresh_from_db()
    assert page.live


def test_work_begins_as_early_as_things_take_here(settings: Any) -> None:
    settings.CAMPAIGN_RELEASES = {"lead": 0.5, "seconds_per_item": 0.1, "horizon": 4, "tick": 1}
    assert (timing.seconds_per_item(), timing.most_together()) == (0.1, 25)

    timing.note_pace(10, 0.2)
    assert timing.seconds_per_item() == pytest.approx(0.02 * timing.MARGIN)
    assert timing.most_together() == 89

    timing.note_pace(10, 2.0)  # slow counts at once
    assert timing.seconds_per_item() == pytest.approx(0.2 * timing.MARGIN)

    timing.note_pace(10, 1.0)  # and fast by half
    assert timing.seconds_per_item() == pytest.approx(0.15 * timing.MARGIN)

    timing.note_pace(10, 100.0)
    assert timing.most_together() == 1


def test_what_is_not_written_by_the_moment_follows_it(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = due_in(5, at - seconds(20))
    clock = iter([0.0] * 8 + [20.0] * 100)
    monkeypatch.setattr(attempts, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    monkeypatch.setattr(attempts, "LATE_TOGETHER", 2)
    monkeypatch.setattr(attempts, "wait_until", lambda _moment, **_since: None)
    commits: list[int] = []
    carry_out_all = attempts._carry_out_all

    def count(*args: Any) -> Any:
        left = carry_out_all(*args)
        commits.append(len(args[0]) - len(left))
        return left

    monkeypatch.setattr(attempts, "_carry_out_all", count)

    results = attempts.attempt_together(works, at=at - seconds(30), early=seconds(10))

    assert set(results.values()) == {Result.DONE}
    assert sum(commits) == 5
    assert 0 < commits[0] < 5
    assert max(commits[1:]) <= 2
    assert Page.objects.filter(pk__in=due_pages(), live=True).count() == 5
