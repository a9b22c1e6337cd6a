from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries
from wagtail.log_actions import log
from wagtail.models import Page, Revision

from campaign.releases import due_work, schedules
from campaign.releases.due_work import find_due, find_upcoming, record_schedules
from campaign.releases.enums import (
    CLOSED_STATES,
    OPEN_STATES,
    PENDING_STATES,
    TRANSITIONS,
    AttemptOutcome,
    WorkState,
)
from campaign.releases.gate import bulk_writes
from campaign.releases.models import DueAttempt, DueWork, Heartbeat
from campaign.releases.schedules import draft_state_models
from tests.factories.releases import (
    DueAttemptFactory,
    DueWorkFactory,
    ReleaseFactory,
    ScheduledPage,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def states() -> list[tuple[str, datetime]]:
    return list(DueWork.objects.order_by("due_at").values_list("state", "due_at"))


# --- States -------------------------------------------------------------------------------------


def test_every_state_is_open_or_closed() -> None:
    assert set(WorkState) == OPEN_STATES | CLOSED_STATES
    assert not OPEN_STATES & CLOSED_STATES
    assert PENDING_STATES < OPEN_STATES


def test_every_state_has_its_transitions() -> None:
    assert set(TRANSITIONS) == set(WorkState)
    reachable = frozenset().union(*TRANSITIONS.values())
    assert reachable == set(WorkState)


# --- Reading Wagtail's columns --------------------------------------------------------------------


def test_draft_state_models_are_base_models_once() -> None:
    models = draft_state_models()

    assert models[0] is Page
    assert len(models) == len(set(models))
    names = {model.__name__ for model in models}
    assert names == {"Page", "ContactRoute", "GlossaryTerm", "Hotspot", "Sign"}


def test_find_due_returns_the_earliest_first_and_expiries_before_go_lives(at: datetime) -> None:
    same = at - seconds(10)
    up = ScheduledPage.make("Up", go_live_at=same)
    down = ScheduledPage.make("Down", live=True, expire_at=same)
    first = ScheduledPage.make("First", go_live_at=at - seconds(20))

    found = find_due(at)

    assert [work.object_id for work in found] == [str(page.pk) for page in (first, down, up)]
    assert [work.title for work in found] == ["First", "Down", "Up"]


def test_find_due_includes_the_very_moment(at: datetime) -> None:
    ScheduledPage.make(go_live_at=at)

    assert len(find_due(at)) == 1


def test_find_due_names_who_scheduled_it_not_who_wrote_it(at: datetime) -> None:
    author, scheduler = UserFactory(), UserFactory()
    page = ScheduledPage.make(go_live_at=at - seconds(1), user=author)
    revision = Revision.objects.get(approved_go_live_at__isnull=False)
    log(instance=page, action="wagtail.publish.schedule", user=scheduler, revision=revision)

    assert find_due(at)[0].owner == scheduler


def test_find_due_falls_back_to_the_author_of_the_live_version(at: datetime) -> None:
    author = UserFactory()
    ScheduledPage.make(live=True, expire_at=at - seconds(1), user=author)

    assert find_due(at)[0].owner == author


def test_an_expiring_page_without_any_version_has_its_title(at: datetime) -> None:
    root = Page.objects.get(depth=1)
    page = Page(title="Imported", slug="imported", live=True, expire_at=at - seconds(1))
    root.add_child(instance=page)

    assert find_due(at)[0].title == "Imported"


# --- Keeping the record in line -------------------------------------------------------------------


def test_record_schedules_again_only_reads(
    at: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(3):
        ScheduledPage.make(go_live_at=at + seconds(60 + number))
        ScheduledPage.make(live=True, expire_at=at + seconds(60 + number))
    record_schedules(at=at)

    with django_assert_num_queries(len(draft_state_models()) + 3):
        record_schedules(at=at)

    assert DueWork.objects.count() == 6


@pytest.mark.parametrize("count", [1, 3])
def test_record_schedules_writes_new_ones_in_a_fixed_number_of_queries(
    at: datetime, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    draft_state_models()
    record_schedules(at=at)  # fills the cache of content types
    for number in range(count):
        ScheduledPage.make(go_live_at=at + seconds(60 + number))

    # The look itself, who scheduled (two logs), the insert, and what may have to be opened again.
    with django_assert_num_queries(len(draft_state_models()) + 3 + 2 + 1 + 1):
        record_schedules(at=at)


def test_record_schedules_until_a_moment_leaves_later_ones_alone(at: datetime) -> None:
    ScheduledPage.make(go_live_at=at + seconds(5))
    later = ScheduledPage.make(go_live_at=at + seconds(50))
    record_schedules(at=at)
    with bulk_writes():
        Revision.objects.for_instance(later).update(approved_go_live_at=None)

    record_schedules(at=at, until=at + seconds(10))

    assert [state for state, _due in states()] == [WorkState.DUE, WorkState.DUE]


@pytest.mark.parametrize("state", ["due", "failed", "running"])
def test_rescheduling_supersedes_the_former_item_and_starts_afresh(
    at: datetime, state: str
) -> None:
    page = ScheduledPage.make(go_live_at=at - seconds(60))
    record_schedules(at=at)
    DueWork.objects.update(
        state=state, attempts=2, tries=2, next_attempt_at=at if state == "running" else None
    )
    DueAttemptFactory(work=DueWork.objects.get(), number=2)

    ScheduledPage.schedule(page, go_live_at=at - seconds(1))
    record_schedules(at=at)

    old, new = DueWork.objects.order_by("due_at")
    assert (old.state, old.finished_at, old.next_attempt_at) == (WorkState.SUPERSEDED, at, None)
    assert (new.state, new.attempts, new.last_error) == (WorkState.DUE, 0, "")
    assert DueAttempt.objects.get().outcome == AttemptOutcome.LOST


def test_publishing_by_hand_supersedes_the_item(at: datetime) -> None:
    ScheduledPage.make(go_live_at=at + seconds(60))
    record_schedules(at=at)
    scheduled = Revision.objects.get(approved_go_live_at__isnull=False)
    scheduled.content["go_live_at"] = None
    scheduled.save()
    scheduled.publish()

    record_schedules(at=at)

    assert states() == [(WorkState.SUPERSEDED, at + seconds(60))]


def test_deleting_the_page_supersedes_the_item_and_keeps_its_history(at: datetime) -> None:
    page = ScheduledPage.make("Gone", go_live_at=at + seconds(60))
    record_schedules(at=at)
    Page.objects.get(pk=page.pk).delete()

    record_schedules(at=at)

    work = DueWork.objects.get()
    assert (work.state, work.title, work.revision) == (WorkState.SUPERSEDED, "Gone", None)


@pytest.mark.parametrize("state", ["done", "superseded", "cancelled"])
def test_the_same_schedule_set_once_more_opens_the_item_again(at: datetime, state: str) -> None:
    page = ScheduledPage.make(live=True, expire_at=at - seconds(1))
    record_schedules(at=at)
    DueWork.objects.update(
        state=state, finished_at=at, attempts=3, tries=3, last_error="x", reason="y"
    )

    record_schedules(at=at)

    work = DueWork.objects.get()
    assert work.object_id == str(page.pk)
    assert (work.state, work.finished_at, work.attempts, work.tries) == (WorkState.DUE, None, 3, 0)
    assert (work.last_error, work.reason) == ("", "")


def test_a_closed_item_next_to_a_new_schedule_stays_closed(at: datetime) -> None:
    ScheduledPage.make(go_live_at=at + seconds(60))
    closed = DueWorkFactory(state=WorkState.DONE, due_at=at + seconds(60), finished_at=at)

    record_schedules(at=at)

    closed.refresh_from_db()
    assert closed.state == WorkState.DONE


def test_what_a_worker_does_meanwhile_stays_done(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The columns were read before the worker's commit, the rows after it."""
    ScheduledPage.make(go_live_at=at - seconds(1))
    record_schedules(at=at)
    stale = list(schedules.schedules())
    with bulk_writes():
        Revision.objects.update(approved_go_live_at=None)
    DueWork.objects.update(state=WorkState.DONE, finished_at=at)
    monkeypatch.setattr(due_work, "schedules", lambda **_until: iter(stale))

    record_schedules(at=at)

    assert DueWork.objects.get().state == WorkState.DONE


def test_a_schedule_that_appears_meanwhile_is_not_superseded(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The columns were read before the editor's commit, the rows after another's look."""
    ScheduledPage.make(go_live_at=at - seconds(1))
    record_schedules(at=at)
    monkeypatch.setattr(due_work, "schedules", lambda **_until: iter(()))

    record_schedules(at=at)

    assert DueWork.objects.get().state == WorkState.DUE


def test_superseding_loses_against_a_worker(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    row = DueWorkFactory(due_at=at - seconds(1))

    def worker_is_quicker(identity: Any) -> bool:
        DueWork.objects.filter(pk=row.pk).update(state=WorkState.DONE, finished_at=at)
        return False

    monkeypatch.setattr(due_work, "is_set", worker_is_quicker)

    record_schedules(at=at)

    row.refresh_from_db()
    assert row.state == WorkState.DONE


# --- Handing out ----------------------------------------------------------------------------------


def test_what_is_due_already_is_noted_by_whoever_does_it_and_not_by_the_tick(at: datetime) -> None:
    """A backlog of a thousand would be read again every second, by every worker."""
    ScheduledPage.make(go_live_at=at - seconds(1))
    ScheduledPage.make(live=True, expire_at=at - seconds(1))

    assert find_upcoming(at, horizon=seconds(3)) == []
    assert not DueWork.objects.exists()

    assert [work.due_at for work in find_due(at)] == [at - seconds(1)] * 2


def test_looking_ahead_does_not_read_what_a_release_has_due_already(at: datetime) -> None:
    release = ReleaseFactory(check_asked_at=at)

    assert find_upcoming(at, horizon=seconds(3)) == []
    assert not DueWork.objects.exists()
    assert [work.object_id for work in find_due(at)] == [str(release.pk)]


def test_find_upcoming_returns_what_is_within_the_horizon_once(at: datetime) -> None:
    ScheduledPage.make(go_live_at=at - seconds(1))
    soon = ScheduledPage.make(go_live_at=at + seconds(2))
    ScheduledPage.make(go_live_at=at + seconds(4))

    first = find_upcoming(at, horizon=seconds(3))

    assert [work.object_id for work in first] == [str(soon.pk)]
    assert find_upcoming(at, horizon=seconds(3)) == []


def test_what_was_handed_out_is_still_found_when_due(at: datetime) -> None:
    ScheduledPage.make(go_live_at=at + seconds(2))
    (handed_out,) = find_upcoming(at, horizon=seconds(3))

    assert find_due(at + seconds(2)) == [handed_out]


# --- The model ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"kind": "explode"}, "due_work_kind_is_known"),
        ({"state": "lost"}, "due_work_(state_is_known|finished_when_closed)"),
        ({"state": "done"}, "due_work_finished_when_closed"),
        ({"state": "running"}, "due_work_running_has_an_end"),
        ({"tries": 1}, "due_work_tries_within_attempts"),
    ],
)
def test_the_database_refuses_an_impossible_item(values: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        DueWorkFactory(**values)


def test_the_database_refuses_the_same_schedule_twice(at: datetime) -> None:
    work = DueWorkFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        DueWorkFactory(object_id=work.object_id, due_at=work.due_at)


def test_the_database_refuses_an_outcome_without_an_end() -> None:
    with (
        pytest.raises(IntegrityError, match="due_attempt_finished_with_outcome"),
        transaction.atomic(),
    ):
        DueAttemptFactory(outcome=AttemptOutcome.DONE)


def test_lateness_is_never_negative(at: datetime) -> None:
    assert DueWorkFactory.build(due_at=at + seconds(5), content_type=None).lateness(at) == seconds(
        0
    )
    assert DueWorkFactory.build(due_at=at - seconds(5), content_type=None).lateness(at) == seconds(
        5
    )


def test_the_texts_of_the_records(at: datetime) -> None:
    work = DueWorkFactory(title="Hotels")
    assert str(work) == "Come down: Hotels"
    assert str(DueAttemptFactory(work=work, outcome="")) == f"{work.pk} #1 "
    beat = Heartbeat(name="worker", beaten_at=datetime(2026, 3, 18, 6, 0, 1, tzinfo=UTC))
    assert str(beat) == "worker 2026-03-18 06:00:01"


def test_is_set_of_a_model_that_is_no_more(at: datetime) -> None:
    gone = ContentType.objects.create(app_label="campaign_releases", model="former")
    assert not schedules.is_set(("expiry", gone.pk, "1", None, at))
