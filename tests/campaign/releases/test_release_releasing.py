"""Releases go live and end at their moment: all of it, or nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from wagtail.models import ModelLogEntry, Page

from campaign.releases import approval, membership, releasing, states, wall_time
from campaign.releases.attempts import Result, attempt, run_due, try_again
from campaign.releases.due_work import record_schedules
from campaign.releases.effects import run_effects
from campaign.releases.enums import (
    OPEN_RELEASE_STATES,
    RELEASE_TRANSITIONS,
    Cause,
    ReleaseState,
    WorkKind,
)
from campaign.releases.exceptions import (
    AmbiguousTimeError,
    ApprovalBrokenError,
    ItemFailedError,
    NonexistentTimeError,
    PreflightFailedError,
    ReleaseStateError,
    ReleaseTimeError,
)
from campaign.releases.gate import bulk_writes
from campaign.releases.models import DueWork, Effect, LedgerEntry, Release
from campaign.releases.signals import (
    public_state_changed,
    release_ended,
    release_time_moved,
    release_went_live,
)
from tests.factories.releases import ReleaseStory, ScheduledPage

pytestmark = pytest.mark.django_db
story = ReleaseStory
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def is_live(*things: Any) -> list[bool]:
    return [type(thing).objects.get(pk=thing.pk).live for thing in things]


def results_of(moment: datetime) -> list[tuple[str, Result]]:
    with time_machine.travel(moment, tick=False):
        return [(work.kind, result) for work, result in run_due(at=moment)]


def history_of(release: Release) -> list[str]:
    entries = ModelLogEntry.objects.for_instance(release).order_by("timestamp", "pk")
    return [entry.action.rpartition(".")[2] for entry in entries]


def due_work(kind: WorkKind) -> DueWork:
    return DueWork.objects.get(kind=kind)


# --- The whole way -------------------------------------------------------------------------------


def test_a_release_goes_live_at_its_moment_and_ends_the_same_way(at: datetime) -> None:
    term = story.term("Grooming")
    parent = story.page("Taxis")
    child = story.page("Drivers", parent=parent)
    old = story.page("Old", live=True)
    things = (term, parent, child, old)
    release = story.scheduled(
        child,
        parent,
        term,
        at=at,
        goes_live_at=at + 2 * HOUR,
        ends_at=at + 2 * DAY,
        withdraw=[old],
    )
    assert is_live(*things) == [False, False, False, True]
    assert results_of(at + 2 * HOUR - timedelta(seconds=1)) == [("release_check", Result.DONE)]
    assert is_live(*things) == [False, False, False, True]

    assert results_of(at + 2 * HOUR) == [("release_start", Result.DONE)]
    release.refresh_from_db()
    assert release.state == ReleaseState.LIVE
    assert is_live(*things) == [True, True, True, False]

    assert results_of(at + 2 * DAY) == [("release_end", Result.DONE)]
    release.refresh_from_db()
    assert release.state == ReleaseState.ENDED
    assert is_live(*things) == [False, False, False, True]
    assert history_of(release)[-4:] == ["approve", "schedule", "publish", "end"]
    assert results_of(at + 3 * DAY) == []


def test_what_moves_says_on_whose_behalf_and_in_which_order(at: datetime) -> None:
    term, parent = story.term("Grooming"), story.page("Parent")
    child = story.page("Child", parent=parent)
    old = story.page("Old", live=True)
    below = story.page("Below", parent=old, live=True)
    release = story.approved(child, parent, term, at=at, withdraw=[old, below])
    seen = []

    def watch(change: Any, **_arguments: Any) -> None:
        name = getattr(change.instance, "title", "Grooming")
        seen.append((name, change.is_public))
        acting = change.acting
        assert (acting.cause, acting.release_id) == (Cause.RELEASE, release.pk)
        assert (acting.user, acting.approved_by) == (release.owner, release.approved_by)
        assert change.at == at

    public_state_changed.connect(watch)
    try:
        releasing.publish_now(release, user=release.owner, at=at)
    finally:
        public_state_changed.disconnect(watch)

    rehearsed = len(seen) // 2
    assert seen[rehearsed:] == [
        ("Grooming", True),
        ("Parent", True),
        ("Child", True),
        ("Below", False),
        ("Old", False),
    ]


def test_the_ledger_names_the_release_and_the_approver(at: datetime) -> None:
    release = story.live(story.page("Taxis"), at=at)

    entry = LedgerEntry.objects.latest("pk")
    assert (entry.release_id, entry.approved_by_name) == (
        release.pk,
        release.approved_by.get_username(),
    )


def test_what_was_public_before_is_kept(at: datetime) -> None:
    new, page = story.page("New"), story.page("Page v1", live=True)
    before = Page.objects.get(pk=page.pk).live_revision
    story.edit(page, title="Page v2")
    release = story.live(new, page, at=at)

    kept = {item.title: item for item in release.items.all()}
    assert (kept["New"].was_live, kept["New"].previous_content) == (False, None)
    assert (kept["Page v2"].was_live, kept["Page v2"].previous_revision) == (True, before)
    assert kept["Page v2"].previous_content["title"] == "Page v1"
    assert not release.items.filter(open=True).exists()


def test_a_time_in_the_version_itself_does_not_count(at: datetime) -> None:
    page = story.page("Taxis")
    story.edit(page, go_live_at=at + 30 * DAY)
    release = story.live(page, at=at)

    page.refresh_from_db()
    assert (release.state, page.live, page.go_live_at) == ("live", True, None)


def test_receivers_are_told_after_the_commit(
    at: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    told = []

    def went_live(release: Release, **_arguments: Any) -> None:
        told.append(("live", release.state))
        raise RuntimeError("A receiver may fail")

    def ended(release: Release, **_arguments: Any) -> None:
        told.append(("ended", release.state))

    release = story.approved(story.page(), at=at)
    release_went_live.connect(went_live)
    release_ended.connect(ended)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            release = releasing.publish_now(release, user=release.owner, at=at)
            assert told == []
        with django_capture_on_commit_callbacks(execute=True):
            releasing.end_release(release, user=release.owner, at=at + HOUR)
    finally:
        release_went_live.disconnect(went_live)
        release_ended.disconnect(ended)

    assert told == [("live", "live"), ("ended", "ended")]


# --- All or nothing ------------------------------------------------------------------------------


def test_one_item_that_fails_keeps_all_from_going_live_until_it_does_not(
    at: datetime, saves_fail: Any
) -> None:
    term = story.term("Grooming")
    pages = [story.page(title) for title in ("One", "Two", "Three")]
    release = story.scheduled(term, *pages, at=at, goes_live_at=at + HOUR / 2)
    before = (Effect.objects.count(), LedgerEntry.objects.count())

    with saves_fail(pages[2]):
        assert results_of(at + HOUR / 2) == [("release_start", Result.RETRYING)]

    assert is_live(term, *pages) == [False] * 4
    assert (Effect.objects.count(), LedgerEntry.objects.count()) == before
    release.refresh_from_db()
    assert (release.state, release.published_at) == ("scheduled", None)
    assert release.items.filter(open=True, was_live=None).count() == 4
    work = due_work(WorkKind.RELEASE_START)
    assert work.last_error == "ItemFailedError: Three: No space left on device"

    assert results_of(at + HOUR) == [("release_start", Result.DONE)]
    assert is_live(term, *pages) == [True] * 4


def test_a_release_that_goes_on_failing_is_failed_its_owner_told_and_may_be_tried_again(
    at: datetime, saves_fail: Any
) -> None:
    page, other = story.page("One"), story.page("Two")
    release = story.scheduled(page, other, at=at, goes_live_at=at + HOUR / 2)

    with saves_fail(other):
        moment = at + HOUR / 2
        for _number in range(5):
            assert results_of(moment) == [("release_start", Result.RETRYING)]
            moment += HOUR
        assert results_of(moment) == [("release_start", Result.FAILED)]

    release.refresh_from_db()
    assert (release.state, is_live(page, other)) == ("failed", [False, False])
    (message,) = mail.outbox
    assert message.to == [release.owner.email]
    assert message.subject == "Action needed: “March” did not go live"
    assert "is not live" in message.body
    assert "Two: No space left on device" in message.body
    assert history_of(release)[-1] == "fail"
    with time_machine.travel(moment + DAY, tick=False):
        record_schedules(at=moment + DAY)
        work = due_work(WorkKind.RELEASE_START)
        assert work.state == "failed"
        assert try_again(work, at=moment + DAY) is Result.DONE
    release.refresh_from_db()
    assert (release.state, is_live(page, other)) == ("live", [True, True])


def test_an_end_that_fails_keeps_all_of_it_public(at: datetime, saves_fail: Any) -> None:
    pages = [story.page("One"), story.page("Two")]
    release = story.live(*pages, at=at)
    Release.objects.update(ends_at=at + HOUR)

    with saves_fail(pages[0]):
        assert results_of(at + HOUR) == [("release_end", Result.RETRYING)]
    assert is_live(*pages) == [True, True]
    release.refresh_from_db()
    assert release.state == ReleaseState.LIVE

    assert results_of(at + 2 * HOUR) == [("release_end", Result.DONE)]
    assert is_live(*pages) == [False, False]


def test_an_end_that_used_its_attempts_up_leaves_the_release_live(
    at: datetime, saves_fail: Any
) -> None:
    page = story.page("One")
    release = story.live(page, at=at)
    Release.objects.update(ends_at=at + HOUR)

    with saves_fail(page):
        for number in range(1, 7):
            results_of(at + number * HOUR)

    release.refresh_from_db()
    assert (release.state, due_work(WorkKind.RELEASE_END).state) == ("live", "failed")
    (message,) = mail.outbox
    assert message.subject == "Action needed: “March” did not come down"


def test_published_at_once_it_is_all_or_nothing_too(at: datetime, saves_fail: Any) -> None:
    pages = [story.page("One"), story.page("Two")]
    release = story.approved(*pages, at=at)

    with saves_fail(pages[1]), pytest.raises(PreflightFailedError) as caught:
        releasing.publish_now(release, user=release.owner, at=at)
    assert not caught.value.check.ok
    assert is_live(*pages) == [False, False]

    with saves_fail(pages[1]), pytest.raises(ItemFailedError, match="Two: No space left"):
        releasing.go_live(states.locked(release), user=release.owner, at=at)


def test_a_failed_or_scheduled_release_may_go_live_at_once(at: datetime) -> None:
    release = story.scheduled(story.page(), at=at, goes_live_at=at + DAY)

    release = releasing.publish_now(release, user=release.owner, at=at + HOUR)

    assert release.state == ReleaseState.LIVE
    assert results_of(at + 2 * DAY) == []


# --- Only what was approved ----------------------------------------------------------------------


def test_what_was_changed_past_everything_does_not_go_live(at: datetime) -> None:
    page = story.page()
    release = story.approved(page, at=at)
    Release.objects.filter(pk=release.pk).update(ends_wall="2099-01-01T00:00:00")

    with pytest.raises(ApprovalBrokenError, match="is not what was approved any more"):
        releasing.go_live(states.locked(release), user=release.owner, at=at)
    assert is_live(page) == [False]


def test_an_approver_who_may_no_longer_publish_keeps_it_from_going_live(at: datetime) -> None:
    release = story.approved(story.page("Taxis"), at=at)
    release.approved_by.is_superuser = False
    release.approved_by.save()

    with pytest.raises(ApprovalBrokenError, match="may no longer publish “Taxis”"):
        releasing.go_live(states.locked(release), user=release.owner, at=at)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"revision": None}, "does not exist any more"),
        ({"content_hash": "0" * 64}, "was changed after it was pinned"),
        ({"object_id": "999999"}, "has been deleted"),
    ],
)
def test_an_item_that_is_not_what_was_pinned_fails(
    at: datetime, change: dict[str, Any], error: str
) -> None:
    release = story.approved(story.page("Taxis"), at=at)
    release.items.update(**change)
    Release.objects.update(approved_digest=approval.digest_of(release))

    with pytest.raises(ItemFailedError, match=error):
        releasing.go_live(states.locked(release), user=release.owner, at=at)


def test_a_version_that_would_not_be_public_fails(at: datetime) -> None:
    page = story.page("Taxis")
    release = story.approved(page, at=at)

    def hide(change: Any, **_arguments: Any) -> None:
        if change.is_public:
            with bulk_writes():
                Page.objects.filter(pk=page.pk).update(live=False)

    public_state_changed.connect(hide)
    try:
        with pytest.raises(ItemFailedError, match="but is not public"):
            releasing.go_live(states.locked(release), user=release.owner, at=at)
    finally:
        public_state_changed.disconnect(hide)


def test_what_is_down_already_needs_not_come_down(at: datetime) -> None:
    page = story.page("Draft")
    release = story.live(story.page(), at=at, withdraw=[page])

    assert release.items.get(title="Draft").was_live is False
    assert is_live(page) == [False]


# --- Scheduling ----------------------------------------------------------------------------------


def test_a_schedule_needs_an_approval_a_time_ahead_and_a_preflight(at: datetime) -> None:
    page = story.page("Taxis")
    draft = story.draft(page, at=at)
    with pytest.raises(ReleaseStateError, match="“March” cannot be scheduled: it is draft"):
        releasing.schedule_release(draft, user=draft.owner, at=at)
    with pytest.raises(ReleaseStateError, match="cannot be published: it is draft"):
        releasing.publish_now(draft, user=draft.owner, at=at)

    release = ReleaseStory.approve(draft, at=at)
    with pytest.raises(ReleaseTimeError, match="Set the time"):
        releasing.schedule_release(release, user=release.owner, at=at)

    story.timed(release, at + DAY)
    release = ReleaseStory.approve(release, at=at)
    with pytest.raises(ReleaseTimeError, match="has passed"):
        releasing.schedule_release(release, user=release.owner, at=at + DAY)

    release.items.update(content_hash="0" * 64)
    with pytest.raises(PreflightFailedError) as caught:
        releasing.schedule_release(release, user=release.owner, at=at)
    release.refresh_from_db()
    assert (release.state, caught.value.check.trigger) == ("approved", "schedule")
    assert release.checks.get(trigger="schedule") == caught.value.check


def test_two_who_schedule_at_once_schedule_once(at: datetime) -> None:
    release = story.scheduled(story.page(), at=at, goes_live_at=at + DAY)
    stale = Release.objects.get(pk=release.pk)
    stale.state = ReleaseState.APPROVED

    with pytest.raises(ReleaseStateError, match="it is scheduled"):
        releasing.schedule_release(stale, user=stale.owner, at=at)

    membership.cancel_release(release, user=release.owner)
    with pytest.raises(ReleaseStateError, match="it is cancelled"):
        releasing.publish_now(stale, user=stale.owner, at=at)


def test_off_the_schedule_it_is_approved_still_and_nothing_happens(at: datetime) -> None:
    page = story.page()
    release = story.scheduled(page, at=at, goes_live_at=at + DAY)
    record_schedules(at=at)

    release = releasing.unschedule_release(release, user=release.owner)

    assert (release.state, release.scheduled_at) == ("approved", None)
    assert results_of(at + 2 * DAY) == []
    assert due_work(WorkKind.RELEASE_START).state == "superseded"
    assert is_live(page) == [False]
    with pytest.raises(ReleaseStateError, match="taken off the schedule"):
        releasing.unschedule_release(release, user=release.owner)


def test_an_edit_before_the_moment_keeps_it_from_going_live(at: datetime) -> None:
    page = story.page()
    release = story.scheduled(page, at=at, goes_live_at=at + HOUR / 2)

    story.edit(page, title="Edited")

    assert results_of(at + HOUR) == []
    release.refresh_from_db()
    assert (release.state, is_live(page)) == ("draft", [False])


def test_only_what_is_live_ends(at: datetime) -> None:
    release = story.approved(story.page(), at=at)

    with pytest.raises(ReleaseStateError, match="cannot be ended: it is approved"):
        releasing.end_release(release, user=release.owner, at=at)


# --- Due work ------------------------------------------------------------------------------------


def moments(release: Release, at: datetime) -> list[tuple[str, timedelta]]:
    record_schedules(at=at)
    rows = DueWork.objects.open().filter(object_id=str(release.pk), kind__startswith="release_")
    return [(row.kind, row.due_at - release.goes_live_at) for row in rows.in_order()]


def test_a_scheduled_release_is_checked_a_day_and_an_hour_before(at: datetime) -> None:
    release = story.scheduled(story.page(), at=at, goes_live_at=at + 2 * DAY, ends_at=at + 9 * DAY)
    nothing = timedelta(0)
    assert moments(release, at) == [
        ("release_check", -DAY),
        ("release_check", -HOUR),
        ("release_start", nothing),
    ]

    assert results_of(at + DAY) == [("release_check", Result.DONE)]
    assert moments(release, at) == [("release_check", -HOUR), ("release_start", nothing)]
    assert results_of(at + 2 * DAY) == [
        ("release_check", Result.DONE),
        ("release_start", Result.DONE),
    ]
    assert moments(release, at) == [("release_end", 7 * DAY)]
    assert [(check.trigger, check.ok) for check in release.checks.order_by("pk")] == [
        ("asked", True),
        ("schedule", True),
        ("day_before", True),
        ("hour_before", True),
    ]
    assert due_work(WorkKind.RELEASE_END).owner == release.owner


def test_a_check_that_finds_something_tells_the_owner_and_is_done(at: datetime) -> None:
    page, beside = story.page("Taxis", slug="taxis"), story.page("Beside", live=True)
    release = story.scheduled(page, at=at, goes_live_at=at + 2 * DAY)
    ScheduledPage.schedule(beside, go_live_at=at + 2 * HOUR)
    release.items.update(content_hash="0" * 64)

    assert results_of(at + DAY)[-1] == ("release_check", Result.DONE)
    run_effects(at + 2 * DAY)

    assert [message.subject for message in mail.outbox] == [
        "Action needed: the release “March” would not go live"
    ]
    release.refresh_from_db()
    assert release.state == ReleaseState.SCHEDULED


def test_a_check_whose_release_is_off_the_schedule_is_superseded(at: datetime) -> None:
    release = story.scheduled(story.page(), at=at, goes_live_at=at + 2 * DAY, ends_at=at + 9 * DAY)
    record_schedules(at=at)
    check, start = DueWork.objects.filter(kind__in=("release_check", "release_start")).in_order()[
        ::2
    ]
    Release.objects.update(state=ReleaseState.APPROVED, scheduled_at=None)

    with time_machine.travel(at + 2 * DAY, tick=False):
        assert attempt(check.pk, at=at + 2 * DAY) is Result.SUPERSEDED
        assert attempt(start.pk, at=at + 2 * DAY) is Result.SUPERSEDED
    Release.objects.filter(pk=release.pk).update(
        state=ReleaseState.LIVE, published_at=at, ends_at=at + 3 * DAY
    )
    record_schedules(at=at)
    Release.objects.update(ends_at=at + 4 * DAY)
    with time_machine.travel(at + 3 * DAY, tick=False):
        end = due_work(WorkKind.RELEASE_END)
        assert attempt(end.pk, at=at + 3 * DAY) is Result.SUPERSEDED


def test_a_release_whose_whole_time_has_passed_is_never_shown(at: datetime) -> None:
    page = story.page()
    release = story.scheduled(page, at=at, goes_live_at=at + HOUR / 2, ends_at=at + HOUR)

    assert results_of(at + 2 * HOUR) == [("release_start", Result.CANCELLED)]

    release.refresh_from_db()
    assert (release.state, is_live(page)) == ("cancelled", [False])
    assert "its whole time had passed" in due_work(WorkKind.RELEASE_START).reason
    assert results_of(at + 3 * HOUR) == []
    (message,) = mail.outbox
    assert message.subject == "Not published: “March”, because its time had passed"


# --- Times ---------------------------------------------------------------------------------------

LONDON = "Europe/London"
NOW = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)


def wall(text: str) -> datetime:
    """What a clock on the wall shows."""
    return datetime.fromisoformat(text)


def times(release: Release, **changes: Any) -> Release:
    return releasing.set_release_times(
        release, **({"zone": LONDON, "user": release.owner, "at": NOW} | changes)
    )


def test_the_wall_time_the_zone_and_the_moment_are_kept() -> None:
    release = times(
        story.draft(at=NOW),
        goes_live=wall("2027-06-18T06:00"),
        ends=wall("2027-10-31T01:30"),
        ends_fold=1,
    )

    assert (release.goes_live_wall, release.zone) == ("2027-06-18T06:00:00", LONDON)
    assert release.goes_live_at == datetime(2027, 6, 18, 5, 0, tzinfo=UTC)
    assert (release.ends_wall, release.ends_fold) == ("2027-10-31T01:30:00", 1)
    assert release.ends_at == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    assert release.zone_data == wall_time.zone_data_version(LONDON)
    assert history_of(release) == ["create", "set_times"]


def test_times_that_do_not_exist_or_exist_twice_are_not_guessed() -> None:
    release = story.draft(at=NOW)

    with pytest.raises(NonexistentTimeError):
        times(release, goes_live=wall("2027-03-28T01:30"))
    with pytest.raises(AmbiguousTimeError):
        times(release, goes_live=wall("2027-10-31T01:30"))


@pytest.mark.parametrize(
    ("goes_live", "ends", "error"),
    [
        (wall("2027-01-04T09:00"), None, "goes live has passed"),
        (None, wall("2027-01-04T09:00"), "ends has passed"),
        (wall("2027-02-02T00:00"), wall("2027-02-02T00:00"), "end after it goes live"),
    ],
)
def test_times_have_to_be_ahead_and_in_order(
    goes_live: datetime | None, ends: datetime | None, error: str
) -> None:
    with pytest.raises(ReleaseTimeError, match=error):
        times(story.draft(at=NOW), goes_live=goes_live, ends=ends)


def test_another_time_voids_the_approval_and_the_same_one_does_not() -> None:
    release = times(story.draft(story.page(), at=NOW), goes_live=wall("2027-06-18T06:00"))
    release = ReleaseStory.approve(release, at=NOW)

    release = times(release, goes_live=wall("2027-06-18T06:00"))
    assert release.state == ReleaseState.APPROVED

    release = times(release, goes_live=wall("2027-06-18T07:00"))
    assert (release.state, release.approval_void_reason) == ("draft", "Its times were changed.")
    assert release.goes_live_wall == "2027-06-18T07:00:00"


def test_only_the_end_of_a_live_release_moves() -> None:
    release = times(story.draft(story.page(), at=NOW), goes_live=wall("2027-06-18T06:00"))
    release = ReleaseStory.approve(release, at=NOW)
    release = releasing.publish_now(release, user=release.owner, at=NOW)
    goes_live = wall("2027-06-18T06:00")

    with pytest.raises(ReleaseTimeError, match="only its end can change"):
        times(release, goes_live=wall("2027-07-01T06:00"))
    release = times(release, goes_live=goes_live, ends=wall("2027-07-01T06:00"))
    assert (release.state, release.ends_wall) == ("live", "2027-07-01T06:00:00")

    release = releasing.end_release(release, user=release.owner, at=NOW)
    with pytest.raises(ReleaseStateError, match="given another time: it is ended"):
        times(release, goes_live=goes_live)


def test_new_zone_data_move_the_moment_and_not_the_promise(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    release = times(
        story.draft(story.page(), at=NOW),
        goes_live=wall("2027-06-18T06:00"),
        ends=wall("2027-12-01T06:00"),
    )
    release = ReleaseStory.approve(release, at=NOW)
    assert releasing.recompute_times(at=NOW) == []
    # As if clocks had not gone forward when it was set.
    former = datetime(2027, 6, 18, 6, 0, tzinfo=UTC)
    Release.objects.update(goes_live_at=former, zone_data="2001a/former")
    told = []

    def listen(**arguments: Any) -> None:
        told.append((arguments["field"], arguments["was"], arguments["now"]))

    release_time_moved.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            assert releasing.recompute_times(at=NOW) == [release]
    finally:
        release_time_moved.disconnect(listen)
    assert releasing.recompute_times(at=NOW) == []
    run_effects(NOW + 400 * DAY)

    release.refresh_from_db()
    moved = datetime(2027, 6, 18, 5, 0, tzinfo=UTC)
    assert (release.goes_live_at, release.state) == (moved, "approved")
    assert release.approved_digest == approval.digest_of(release)
    assert told == [("goes_live", former, moved)]
    (message,) = mail.outbox
    assert message.subject == "The release “March” keeps its time on the clock"
    assert "set for 2027-06-18 06:00:00 in London" in message.body
    assert "from 18 June 2027, 07:00 BST to 18 June 2027, 06:00 BST" in message.body


def test_the_next_time_that_there_is_counts_where_clocks_skip_it_now() -> None:
    release = times(story.draft(at=NOW), goes_live=wall("2027-03-28T00:30"))
    Release.objects.update(
        goes_live_wall="2027-03-28T01:30:00",
        goes_live_at=datetime(2027, 3, 28, 1, 30, tzinfo=UTC),
        zone_data="2001a/former",
    )

    assert releasing.recompute_times(at=NOW) == [release]
    release.refresh_from_db()
    assert release.goes_live_at == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)


def test_what_has_passed_what_is_over_and_a_zone_that_is_gone_stay() -> None:
    passed = times(story.draft(at=NOW), goes_live=wall("2027-06-18T06:00"))
    over = times(story.draft(at=NOW), goes_live=wall("2027-06-18T06:00"))
    lost = times(story.draft(at=NOW), goes_live=wall("2027-06-18T06:00"))
    newer = times(story.draft(at=NOW), goes_live=wall("2027-06-18T06:00"))
    membership.cancel_release(over, user=over.owner)
    Release.objects.update(zone_data="2001a/former")
    Release.objects.filter(pk=passed.pk).update(goes_live_at=NOW - DAY, ends_at=NOW + DAY)
    Release.objects.filter(pk=lost.pk).update(zone="Europe/Atlantis")
    Release.objects.filter(pk=newer.pk).update(
        zone_data="9999z/newer", goes_live_at=NOW + 300 * DAY
    )

    assert releasing.recompute_times(at=NOW) == []
    passed.refresh_from_db()
    assert passed.goes_live_at == NOW - DAY


# --- The table of states -------------------------------------------------------------------------


def test_the_table_of_states_is_complete() -> None:
    assert set(RELEASE_TRANSITIONS) == set(ReleaseState)
    reached = {state for states in RELEASE_TRANSITIONS.values() for state in states}
    assert reached == set(ReleaseState)
    for state in ReleaseState:
        closed = not RELEASE_TRANSITIONS[state] & set(OPEN_RELEASE_STATES)
        assert state.is_open != closed


def test_a_release_is_called_what_its_title_is(at: datetime) -> None:
    release = story.scheduled(story.page("Taxis"), at=at, goes_live_at=at + DAY)
    check, item = release.checks.get(trigger="schedule"), release.items.get()

    assert str(release) == "March"
    assert str(item) == "Taxis"
    assert str(check).startswith("March ")
    assert (release.is_open, release.is_approved) == (True, True)
