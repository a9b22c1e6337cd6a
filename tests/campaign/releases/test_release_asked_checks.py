"""A large release is checked by a worker: asked for once, made once, waited for."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from campaign.releases import membership, preflight, releasing
from campaign.releases.attempts import Result, run_due
from campaign.releases.due_work import record_schedules
from campaign.releases.enums import ReleaseState, WorkKind, WorkState
from campaign.releases.exceptions import PreflightFailedError, PreflightPendingError
from campaign.releases.heartbeats import Beating, beat
from campaign.releases.models import DueAttempt, DueWork, Heartbeat, Release
from tests.factories.pages import campaign_home
from tests.factories.releases import ReleaseStory, UserFactory

story = ReleaseStory
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
LARGE = preflight.FEW_ITEMS + 1


@pytest.fixture
def site(transactional_db: None) -> None:
    """Due work is carried out in transactions of its own, so the test has none around it."""
    campaign_home()


pytestmark = pytest.mark.usefixtures("site")


def large(at: datetime) -> Release:
    return story.draft(*(story.page(f"Page {number}") for number in range(LARGE)), at=at)


def checks() -> Any:
    return DueWork.objects.filter(kind=WorkKind.RELEASE_CHECK)


def again(release: Release) -> Release:
    return Release.objects.get(pk=release.pk)


# --- The wish ------------------------------------------------------------------------------------


def test_a_small_release_is_checked_at_once(at: datetime) -> None:
    release = story.draft(story.page(), at=at)

    check = preflight.ask_for_check(release, at=at)

    assert check == release.checks.get()
    assert not checks().exists()


def test_a_large_one_is_checked_by_the_worker_once_however_often_it_was_asked(
    at: datetime,
) -> None:
    release = large(at)

    assert preflight.ask_for_check(release, at=at) is None
    assert preflight.ask_for_check(release, at=at + SECOND) is None

    work = checks().get()
    assert (work.due_at, work.state, release.checks.count()) == (at, WorkState.DUE, 0)
    assert preflight.waiting_check(again(release)) == work
    results = run_due(at=at + 2 * SECOND)
    assert [result for _work, result in results] == [Result.DONE]
    assert [check.trigger for check in release.checks.all()] == ["asked"]
    assert preflight.waiting_check(again(release)) is None
    assert run_due(at=at + DAY) == []


def test_a_check_for_now_replaces_one_for_the_set_time(at: datetime) -> None:
    release = story.timed(large(at), at + DAY)

    preflight.ask_for_check(release, at=at)
    preflight.ask_for_check(release, at=at + SECOND, for_now=True)
    preflight.ask_for_check(release, at=at + 2 * SECOND)
    run_due(at=at + 3 * SECOND)

    assert [check.goes_live_at for check in release.checks.all()] == [None]
    assert sorted(checks().values_list("state", flat=True)) == ["done", "superseded"]
    assert not again(release).check_asked_for_now


def test_what_is_over_is_not_checked_any_more(at: datetime) -> None:
    release = large(at)
    preflight.ask_for_check(release, at=at)
    membership.cancel_release(release, user=release.owner)

    run_due(at=at + SECOND)

    assert preflight.waiting_check(again(release)) is None
    assert checks().get().state == WorkState.SUPERSEDED
    assert not release.checks.exists()


def test_a_worker_that_dies_in_the_middle_is_followed_by_another(at: datetime) -> None:
    release = large(at)
    preflight.ask_for_check(release, at=at)
    checks().update(state=WorkState.RUNNING, attempts=1, tries=1, next_attempt_at=at + 5 * SECOND)
    DueAttempt.objects.create(work=checks().get(), number=1, started_at=at)

    assert run_due(at=at + 4 * SECOND) == []
    preflight.ask_for_check(release, at=at + 4 * SECOND)
    assert checks().get().state == WorkState.RUNNING
    assert [result for _work, result in run_due(at=at + 6 * SECOND)] == [Result.DONE]

    assert release.checks.count() == 1


def test_a_check_that_was_given_up_can_be_asked_for_again(
    at: datetime,
) -> None:
    release = large(at)
    preflight.ask_for_check(release, at=at)
    checks().update(state=WorkState.FAILED, attempts=6, tries=6, last_error="disk full")
    record_schedules(at=at + SECOND, until=at + SECOND)
    assert checks().get().state == WorkState.FAILED

    preflight.ask_for_check(release, at=at + 2 * SECOND)
    run_due(at=at + 3 * SECOND)

    assert release.checks.count() == 1
    assert sorted(checks().values_list("state", flat=True)) == ["done", "superseded"]


# --- What waits for it ---------------------------------------------------------------------------


def test_scheduling_a_large_release_waits_for_its_check(at: datetime) -> None:
    release = story.approve(story.timed(large(at), at + DAY), at=at)
    later = at + timedelta(hours=1)

    with pytest.raises(PreflightPendingError, match="is being checked first"):
        releasing.schedule_release(release, user=release.owner, at=later)
    assert again(release).state == ReleaseState.APPROVED
    run_due(at=later)

    scheduled = releasing.schedule_release(again(release), user=release.owner, at=later + SECOND)
    assert scheduled.state == ReleaseState.SCHEDULED
    assert scheduled.checks.count() == 2


def test_a_fresh_check_of_the_same_moment_is_enough(at: datetime) -> None:
    release = story.approve(story.timed(large(at), at + DAY), at=at)

    assert releasing.schedule_release(release, user=release.owner, at=at).checks.count() == 1


def test_publishing_a_large_release_waits_for_a_check_for_now(at: datetime) -> None:
    release = story.approve(story.timed(large(at), at + DAY), at=at)

    with pytest.raises(PreflightPendingError):
        releasing.publish_now(release, user=release.owner, at=at)
    assert not Page.objects.filter(title__startswith="Page ", live=True).exists()
    run_due(at=at)

    releasing.publish_now(again(release), user=release.owner, at=at + SECOND)
    assert Page.objects.filter(title__startswith="Page ", live=True).count() == LARGE


def test_a_large_release_of_which_the_check_found_something_does_not_go_on(
    at: datetime,
) -> None:
    above = story.page("Above", live=True)
    release = large(at)
    membership.add_item(release, story.page("Below", parent=above), user=release.owner, at=at)
    release = story.approve(release, at=at)
    above.unpublish()
    later = at + timedelta(hours=1)
    with pytest.raises(PreflightPendingError):
        releasing.publish_now(release, user=release.owner, at=later)
    run_due(at=later)

    with pytest.raises(PreflightFailedError):
        releasing.publish_now(again(release), user=release.owner, at=later)
    assert not Page.objects.filter(title__startswith="Page ", live=True).exists()


# --- On the page ---------------------------------------------------------------------------------


@pytest.fixture
def desk(client: Client) -> Client:
    beat(Beating.WORKER, at=timezone.now())
    client.force_login(UserFactory(editor_in_chief=True))
    return client


def address(release: Release, act: str = "view") -> str:
    return reverse(f"campaign_release:{act}", args=[release.pk])


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def test_the_page_says_how_the_check_stands_and_looks_again(desk: Client, at: datetime) -> None:
    release = large(at)

    response = desk.post(address(release, "check"), follow=True)

    assert f"{LARGE} items are checked in a moment…" in text_of(response)
    page = response.content.decode()
    assert address(release, "check_status") in page
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
    assert "Check now" not in page
    checks().update(state=WorkState.RUNNING, attempts=1, tries=1, next_attempt_at=at + DAY)
    status = desk.get(address(release, "check_status"))
    assert f"Checking all {LARGE} items together…" in text_of(status)
    assert "w-init-delay" in status.content.decode()


def test_the_page_shows_the_result_when_it_is_there(desk: Client, at: datetime) -> None:
    release = large(at)
    desk.post(address(release, "check"))
    run_due(at=timezone.now() + SECOND)

    status = desk.get(address(release, "check_status"))

    assert "The check is there. Go on with the release" in text_of(status)
    assert "Nothing would fail." in text_of(status)
    assert "w-init" not in status.content.decode()
    page = desk.get(address(release)).content.decode()
    assert "http-equiv" not in page
    assert "Check again" in page


def test_the_page_says_what_to_do_when_no_worker_answers(desk: Client, at: datetime) -> None:
    release = large(at)
    beat_long_ago()

    said = text_of(desk.post(address(release, "check"), follow=True))

    assert "does not answer. Ask whoever runs this site to start the Celery worker" in said


def beat_long_ago() -> None:
    Heartbeat.objects.update(beaten_at=timezone.now() - timedelta(hours=1))


def test_the_page_says_what_went_wrong(desk: Client, at: datetime) -> None:
    release = large(at)
    desk.post(address(release, "check"))

    checks().update(attempts=1, tries=1, last_error="OSError: disk full")
    assert "The last try failed and is repeated: OSError: disk full" in text_of(
        desk.get(address(release))
    )
    checks().update(state=WorkState.FAILED)
    said = text_of(desk.get(address(release)))
    assert "could not be made. It was tried several times. OSError: disk full" in said
    assert "Check now" in said


def test_scheduling_says_that_it_is_checked_first(desk: Client, at: datetime) -> None:
    release = story.approve(story.timed(large(at), at + DAY), at=at - timedelta(hours=1))

    said = text_of(desk.post(address(release, "schedule"), follow=True))

    assert "“March” is being checked first; nothing else has happened yet." in said
    assert "items are checked in a moment…" in said
    assert again(release).state == ReleaseState.APPROVED
