from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.contenttypes.models import ContentType
from django.utils.dateparse import parse_datetime
from wagtail.models import Page, PageLogEntry, Revision
from wagtail.signals import page_published

from campaign.releases.attempts import Result, attempt, run_due
from campaign.releases.due_work import find_due, record_schedules
from campaign.releases.enums import WorkKind, WorkState
from campaign.releases.gate import bulk_writes
from campaign.releases.models import DueWork
from campaign.releases.publishing import PERFORMERS, WINDOW_MISSED_ACTION
from content_blocks.models import GlossaryTerm
from tests.factories.releases import ScheduledPage

pytestmark = pytest.mark.django_db


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def results_of(at: datetime) -> list[tuple[str, Result]]:
    return [(work.kind, result) for work, result in run_due(at=at)]


def approved(page: Page) -> list[datetime]:
    return list(
        Revision.objects.for_instance(page)
        .filter(approved_go_live_at__isnull=False)
        .values_list("approved_go_live_at", flat=True)
    )


def test_every_kind_of_work_can_be_carried_out() -> None:
    assert {kind for kind in WorkKind if kind not in PERFORMERS} == set()


# --- An expiry and a later schedule (platform.md S2) ----------------------------------------------


def test_an_expiry_keeps_a_later_schedule(at: datetime) -> None:
    page = ScheduledPage.make(live=True, expire_at=at - seconds(1))
    later = ScheduledPage.schedule(page, go_live_at=at + seconds(600))

    assert results_of(at) == [("expiry", Result.DONE)]

    assert not Page.objects.get(pk=page.pk).live
    assert approved(page) == [later.approved_go_live_at]
    assert not Page.objects.get(pk=page.pk).live


def test_an_expiry_before_an_overdue_schedule_ends_with_the_new_version(at: datetime) -> None:
    page = ScheduledPage.make(live=True, expire_at=at - seconds(60))
    later = ScheduledPage.schedule(page, go_live_at=at - seconds(30))

    assert results_of(at) == [("expiry", Result.DONE), ("go_live", Result.DONE)]

    page.refresh_from_db()
    assert (page.live, page.live_revision) == (True, later)


def test_a_new_version_without_an_expiry_supersedes_the_old_one_s(at: datetime) -> None:
    page = ScheduledPage.make(live=True, expire_at=at - seconds(30))
    ScheduledPage.schedule(page, go_live_at=at - seconds(60))

    assert results_of(at) == [("go_live", Result.DONE), ("expiry", Result.SUPERSEDED)]
    assert Page.objects.get(pk=page.pk).live


# --- A window wholly missed (S3) ------------------------------------------------------------------


def test_a_window_wholly_missed_is_never_shown(at: datetime) -> None:
    page = ScheduledPage.make(go_live_at=at - seconds(7200), expire_at=at - seconds(3600))
    shown: list[bool] = []

    def watch(instance: Any, **kwargs: Any) -> None:
        shown.append(instance.live)

    page_published.connect(watch)
    try:
        assert results_of(at) == [("go_live", Result.CANCELLED)]
    finally:
        page_published.disconnect(watch)

    assert shown == []
    assert approved(page) == []
    assert results_of(at + seconds(10)) == []
    entry = PageLogEntry.objects.get(page=page, action=WINDOW_MISSED_ACTION)
    assert parse_datetime(entry.data["expire_at"]) == at - seconds(3600)
    assert "had passed before it could be published" in DueWork.objects.get().reason


def test_a_missed_window_takes_down_what_it_would_have_replaced(at: datetime) -> None:
    page = ScheduledPage.make(live=True)
    ScheduledPage.schedule(page, go_live_at=at - seconds(7200), expire_at=at - seconds(3600))

    assert results_of(at) == [("go_live", Result.CANCELLED)]

    page.refresh_from_db()
    assert (page.live, page.expired) == (False, True)


def test_a_window_that_is_still_open_is_shown(at: datetime) -> None:
    page = ScheduledPage.make(go_live_at=at - seconds(3600), expire_at=at + seconds(3600))

    assert results_of(at) == [("go_live", Result.DONE)]
    assert Page.objects.get(pk=page.pk).live


def test_a_late_go_live_is_taken_down_at_its_end(at: datetime) -> None:
    page = ScheduledPage.make(go_live_at=at - seconds(3600), expire_at=at + seconds(3600))
    run_due(at=at)

    assert results_of(at + seconds(3600)) == [("expiry", Result.DONE)]
    assert not Page.objects.get(pk=page.pk).live


# --- The schedule changed between finding and doing ----------------------------------------------


def test_a_withdrawn_schedule_is_superseded_under_lock(at: datetime) -> None:
    page = ScheduledPage.make(go_live_at=at - seconds(1))
    (work,) = find_due(at)
    with bulk_writes():
        Revision.objects.update(approved_go_live_at=None)

    assert attempt(work.pk, at=at) is Result.SUPERSEDED
    assert not Page.objects.get(pk=page.pk).live


def test_a_postponed_expiry_is_superseded_under_lock(at: datetime) -> None:
    page = ScheduledPage.make(live=True, expire_at=at - seconds(1))
    (work,) = find_due(at)
    with bulk_writes():
        Page.objects.filter(pk=page.pk).update(expire_at=at + seconds(60))

    assert attempt(work.pk, at=at) is Result.SUPERSEDED
    assert Page.objects.get(pk=page.pk).live


def test_a_page_that_was_unpublished_by_hand_is_not_taken_down_twice(at: datetime) -> None:
    page = ScheduledPage.make(live=True, expire_at=at - seconds(1))
    (work,) = find_due(at)
    page.unpublish()

    assert attempt(work.pk, at=at) is Result.SUPERSEDED
    actions = PageLogEntry.objects.filter(page=page, action__startswith="wagtail.unpublish")
    assert list(actions.values_list("action", flat=True)) == ["wagtail.unpublish"]


def test_a_deleted_page_is_superseded_under_lock(at: datetime) -> None:
    page = ScheduledPage.make(live=True, expire_at=at - seconds(1))
    (work,) = find_due(at)
    Page.objects.get(pk=page.pk).delete()

    assert attempt(work.pk, at=at) is Result.SUPERSEDED


def test_a_model_that_is_no_more_is_superseded(at: datetime) -> None:
    ScheduledPage.make(live=True, expire_at=at - seconds(1))
    (work,) = find_due(at)
    gone = ContentType.objects.create(app_label="campaign_releases", model="formermodel")
    DueWork.objects.update(content_type=gone)

    assert attempt(work.pk, at=at) is Result.SUPERSEDED


def test_a_version_that_publishing_leaves_scheduled_is_a_failure(at: datetime) -> None:
    """The version's own date is later than the approved one: Wagtail would schedule it again."""
    page = ScheduledPage.make(go_live_at=at + timedelta(days=30))
    revision = Revision.objects.get(approved_go_live_at__isnull=False)
    with bulk_writes():
        Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=at - seconds(1))

    assert results_of(at) == [("go_live", Result.RETRYING)]

    assert approved(page) == [at - seconds(1)]
    assert "ScheduleStillSetError" in DueWork.objects.get().last_error


# --- Aliases and snippets -------------------------------------------------------------------------


def test_an_alias_comes_down_once_with_its_source(at: datetime) -> None:
    page = ScheduledPage.make(live=True, expire_at=at - seconds(1))
    alias = page.create_alias(update_slug="alias")
    assert (alias.live, alias.expire_at) == (True, page.expire_at)

    run_due(at=at)

    assert not Page.objects.get(pk=alias.pk).live
    assert {work.state for work in DueWork.objects.all()} <= {
        WorkState.DONE,
        WorkState.SUPERSEDED,
    }


def test_a_snippet_goes_live_and_comes_down(at: datetime) -> None:
    term = scheduled_term(go_live_at=at - seconds(60), expire_at=at + seconds(60))

    assert results_of(at) == [("go_live", Result.DONE)]
    term.refresh_from_db()
    assert term.live

    assert results_of(at + seconds(60)) == [("expiry", Result.DONE)]
    term.refresh_from_db()
    assert (term.live, term.expired) == (False, True)


def test_a_snippet_whose_window_was_missed_is_never_shown(at: datetime) -> None:
    term = scheduled_term(go_live_at=at - seconds(60), expire_at=at - seconds(30))

    assert results_of(at) == [("go_live", Result.CANCELLED)]
    term.refresh_from_db()
    assert not term.live


def scheduled_term(*, go_live_at: datetime, expire_at: datetime) -> Any:
    with time_machine.travel(go_live_at - timedelta(days=1), tick=False):
        term = GlossaryTerm.objects.create(
            slug="grooming", term="Grooming", definition="Building trust to abuse it.", live=False
        )
        term.go_live_at = go_live_at
        term.expire_at = expire_at
        term.save_revision().publish()
    record_schedules(at=go_live_at - timedelta(days=1))
    return term
