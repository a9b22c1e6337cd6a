"""Who may approve a release, and what takes an approval back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from wagtail.models import GroupPagePermission, ModelLogEntry, Page

from campaign.assurance.rules import key_of
from campaign.releases import approval, membership, preflight
from campaign.releases.enums import CheckTrigger, LanguagePolicy, ReleaseState
from campaign.releases.exceptions import NotApprovableError, ReleaseStateError
from campaign.releases.models import Release, ReleaseCheck
from campaign.releases.moving import things_of
from campaign.releases.signals import release_approval_voided
from tests.factories.pages import add_locale, campaign_home
from tests.factories.releases import ReleaseStory, UserFactory

pytestmark = pytest.mark.django_db
story = ReleaseStory


def approver(*codenames: str, below: Page | None = None) -> Any:
    """Somebody who may approve, and publish below a page if one is given."""
    user = UserFactory()
    group = Group.objects.create(name=f"group of {user}")
    user.groups.add(group)
    group.permissions.add(*Permission.objects.filter(codename__in=codenames))
    if below is not None:
        GroupPagePermission.objects.create(
            group=group,
            page=below,
            permission=Permission.objects.get(codename="publish_page"),
        )
    return user


def check(release: Release, at: datetime) -> ReleaseCheck:
    return preflight.check_release(release, trigger=CheckTrigger.ASKED, at=at)


def test_somebody_else_approves_what_goes_out(at: datetime) -> None:
    page = story.page()
    release = story.draft(page, at=at)
    user = approver("approve_release", below=page.get_parent())
    check(release, at)

    release = approval.approve(release, user=user, at=at)

    assert (release.state, release.approved_by, release.approved_at) == ("approved", user, at)
    assert release.approved_digest == approval.digest_of(release)
    entry = ModelLogEntry.objects.for_instance(release).latest("timestamp")
    assert (entry.action, entry.user) == ("campaign_releases.release.approve", user)
    with pytest.raises(ReleaseStateError, match="cannot be approved: it is approved"):
        approval.approve(release, user=user, at=at)


def why(release: Release, user: Any) -> str | None:
    return approval.why_not_approvable(release, user=user)


def test_the_permission_is_needed(at: datetime) -> None:
    page = story.page()
    release = story.draft(page, at=at)

    user = approver(below=page.get_parent())
    assert why(release, user) == "You do not have the permission to approve releases."
    with pytest.raises(NotApprovableError):
        approval.approve(release, user=user, at=at)


def test_an_empty_release_is_not_approved(at: datetime) -> None:
    assert why(story.draft(at=at), approver("approve_release")) == (
        "There is nothing in this release yet."
    )


def test_the_author_does_not_approve_unless_one_pair_of_eyes_is_enough(
    at: datetime, settings: Any
) -> None:
    author = UserFactory(editor_in_chief=True)
    release = story.draft(story.page(), at=at, user=author)

    assert why(release, author) == "This release is yours: somebody else has to approve it."
    settings.CAMPAIGN_RELEASES = {"four_eyes": False}
    check(release, at)
    assert why(release, author) is None


def test_who_wrote_the_last_version_does_not_approve(at: datetime) -> None:
    page = story.page("Taxis")
    writer = UserFactory(editor_in_chief=True)
    story.edit(page, user=writer, title="Taxis")
    release = story.draft(story.page(), page, at=at, withdraw=[story.page(live=True)])
    check(release, at)

    assert why(release, writer) == (
        "You wrote the last version of “Taxis”: somebody else has to approve."
    )
    assert why(release, UserFactory(editor_in_chief=True)) is None


def test_the_approver_may_publish_every_thing(at: datetime) -> None:
    page = story.page("Taxis")
    term = story.term("Grooming")
    release = story.draft(page, term, at=at)
    check(release, at)

    assert why(release, approver("approve_release", "publish_glossaryterm")) == (
        "You may not publish “Taxis”, so somebody else has to approve this."
    )
    assert why(release, approver("approve_release", below=page.get_parent())) == (
        f"You may not publish “{term}”, so somebody else has to approve this."
    )
    user = approver("approve_release", "publish_glossaryterm", below=page.get_parent())
    assert why(release, user) is None


def test_nobody_is_kept_by_what_was_deleted_and_nobody_without_account_moves(at: datetime) -> None:
    page = story.page()

    assert approval.may_move(None, None)
    assert not approval.may_move(None, page)
    assert not approval.may_move(UserFactory(editor_in_chief=True, is_active=False), page)


# --- The digest ----------------------------------------------------------------------------------


def test_the_digest_covers_what_goes_out_when_and_in_which_languages(at: datetime) -> None:
    release = story.draft(story.page("One"), story.page("Two"), at=at)
    seen = {approval.digest_of(release)}

    def changed() -> bool:
        release.refresh_from_db()
        digest = approval.digest_of(release)
        is_new = digest not in seen
        seen.add(digest)
        return is_new

    assert not changed()
    Release.objects.update(goes_live_wall="2027-03-18T06:00:00")
    assert changed()
    Release.objects.update(goes_live_fold=1)
    assert changed()
    Release.objects.update(ends_wall="2027-04-01T00:00:00")
    assert changed()
    membership.set_language(
        release, add_locale("ur"), policy=LanguagePolicy.WAIT, user=release.owner, at=at
    )
    assert changed()
    release.items.filter(title="One").update(action="withdraw")
    assert changed()
    release.items.filter(title="One").delete()
    assert changed()
    release.items.update(content_hash="0" * 64)
    assert changed()
    Release.objects.update(title="Called otherwise", description="In other words")
    assert not changed()


# --- Edits ---------------------------------------------------------------------------------------


def test_an_edit_after_approval_voids_it_and_the_pin_stays(at: datetime) -> None:
    page = story.page("Taxis")
    writer = UserFactory(username="ada")
    release = story.approved(page, at=at)
    approved_by = release.approved_by
    pinned = release.items.get().revision
    told = []

    def listen(**arguments: Any) -> None:
        told.append((arguments["release"], arguments["reason"], arguments["approved_by"]))

    release_approval_voided.connect(listen)
    try:
        edit(page, user=writer, title="Taxis at night")
    finally:
        release_approval_voided.disconnect(listen)

    release.refresh_from_db()
    assert (release.state, release.approved_by, release.scheduled_at) == ("draft", None, None)
    assert release.approval_void_reason.startswith("ada edited “Taxis at night” on ")
    assert release.items.get().revision == pinned
    assert told == [(release, release.approval_void_reason, approved_by)]


def edit(page: Page, **fields: Any) -> None:
    with TestCase.captureOnCommitCallbacks(execute=True):
        story.edit(page, **fields)


def test_an_edit_of_a_scheduled_release_takes_it_off_the_schedule(at: datetime) -> None:
    page = story.page("Taxis")
    release = story.approved(page, at=at)
    Release.objects.filter(pk=release.pk).update(
        state=ReleaseState.SCHEDULED, scheduled_at=at, goes_live_at=at
    )

    story.edit(page, title="Taxis at night")

    release.refresh_from_db()
    assert (release.state, release.scheduled_at) == ("draft", None)
    assert release.approval_void_reason.startswith("Somebody edited “Taxis at night”")


def test_a_save_that_changes_nothing_is_no_edit(at: datetime) -> None:
    page = story.page("Taxis")
    release = story.approved(page, at=at)

    story.edit(page)
    story.edit(story.page("Elsewhere"), title="Changed")

    release.refresh_from_db()
    assert release.state == ReleaseState.APPROVED


def test_a_version_written_over_after_approval_voids_it(at: datetime) -> None:
    page = story.page("Taxis")
    release = story.approved(page, at=at)
    item = release.items.get()
    before = item.content_hash

    # As autosave does it.
    draft = page.get_latest_revision_as_object()
    draft.title = "Taxis at night"
    draft.save_revision(overwrite_revision=item.revision)

    release.refresh_from_db()
    item.refresh_from_db()
    assert release.state == ReleaseState.DRAFT
    assert item.content_hash != before


def test_a_draft_release_notes_what_its_version_says_now(at: datetime) -> None:
    page = story.page("Taxis")
    release = story.draft(page, at=at)
    item = release.items.get()
    draft = page.get_latest_revision_as_object()
    draft.title = "Taxis at night"
    draft.save_revision(overwrite_revision=item.revision)

    approved = story.approve(release, at=at)

    assert approved.approval_void_reason == ""
    assert membership.is_newest(approved.items.get())


def test_what_was_written_past_all_signals_is_seen_when_approving(at: datetime) -> None:
    page = story.page("Taxis")
    release = story.draft(page, at=at)
    release.items.update(content_hash="0" * 64)

    story.approve(release, at=at)

    assert release.items.get().content_hash != "0" * 64


def test_there_is_nothing_to_take_back_from_a_draft(at: datetime) -> None:
    release = story.draft(story.page(), at=at)

    assert approval.void_approval(release, reason="No reason") is False
    release.refresh_from_db()
    assert release.approval_void_reason == ""


# --- What was checked ----------------------------------------------------------------------------


def test_nothing_is_approved_that_was_not_checked_as_it_is(at: datetime) -> None:
    release, chief = story.draft(story.page(), at=at), UserFactory(editor_in_chief=True)

    with pytest.raises(NotApprovableError, match=r"has not been checked yet\. Check it first"):
        approval.approve(release, user=chief, at=at)

    check(release, at)
    membership.add_item(release, story.page(), user=release.owner, at=at)
    with pytest.raises(NotApprovableError, match="has changed since it was checked"):
        approval.approve(release, user=chief, at=at)

    check(release, at)
    story.timed(release, at + timedelta(days=1))
    assert "has changed since" in str(why(Release.objects.get(pk=release.pk), chief))

    check(release, at)
    assert approval.approve(release, user=chief, at=at).is_approved


def test_nothing_is_approved_of_which_the_check_found_what_stops_it(at: datetime) -> None:
    child = story.page("Drivers", parent=story.page("Hidden"))
    release = story.draft(child, at=at)

    assert not check(release, at).ok

    with pytest.raises(NotApprovableError, match=r"found what stops it\. Put that right"):
        approval.approve(release, user=UserFactory(editor_in_chief=True), at=at)


def test_a_check_is_fresh_for_its_moment_for_a_while_and_while_nothing_changes(
    at: datetime,
) -> None:
    release = story.timed(story.draft(story.page(), at=at), at + timedelta(days=1))
    found = check(release, at)
    late = at + approval.FRESH_FOR

    assert approval.fresh_check(release, at=late) == found
    assert approval.fresh_check(release, at=late + timedelta(seconds=1)) is None
    assert approval.fresh_check(release, at=at, for_now=True) is None
    now = preflight.check_release(release, trigger=CheckTrigger.ASKED, at=at, for_now=True)
    assert approval.fresh_check(release, at=at, for_now=True) == now
    assert approval.fresh_check(release, at=at) == found
    membership.add_item(release, story.page(), user=release.owner, at=at)
    assert approval.fresh_check(release, at=at) is None


def test_who_may_approve_is_asked_with_as_many_queries_for_twenty_as_for_three(
    at: datetime,
) -> None:
    home = campaign_home()
    user = approver("approve_release", "publish_glossaryterm", below=home)
    counts = {}
    for number in (3, 20):
        pages = [story.page(parent=home) for _page in range(number)]
        release = story.draft(*pages, story.term(f"Term {number}"), at=at)
        preflight.check_release(release, trigger=CheckTrigger.ASKED, at=at)
        person = type(user).objects.get(pk=user.pk)
        with CaptureQueriesContext(connection) as queries:
            assert why(release, person) is None
        counts[number] = len(queries)

    assert counts[3] == counts[20]


def test_things_are_found_by_their_keys_and_what_is_gone_is_left_out(at: datetime) -> None:
    page, term = story.page(), story.term("Grooming")
    without_language = UserFactory()
    gone = ContentType.objects.create(app_label="gone", model="gone")
    keys = [key_of(page), key_of(term), (gone.pk, "1"), (key_of(page)[0], "0")]
    keys.append(key_of(without_language))

    found = {key_of(thing): thing for thing in (page, term, without_language)}
    assert things_of(keys) == found
