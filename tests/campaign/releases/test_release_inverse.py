"""Put back what was public before a release."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from wagtail.management.commands.purge_revisions import purge_revisions
from wagtail.models import Page, Revision

from campaign.releases import inverse, membership, releasing
from campaign.releases.enums import Cause, ReleaseState
from campaign.releases.exceptions import (
    InOtherReleaseError,
    NotApprovableError,
    NothingToPutBackError,
)
from campaign.releases.gate import acting
from campaign.releases.models import Release
from campaign.releases.moving import steps_at_end, steps_back
from tests.factories.releases import ReleaseStory, UserFactory

pytestmark = pytest.mark.django_db
story = ReleaseStory
HOUR = timedelta(hours=1)


@pytest.fixture
def chief() -> Any:
    return UserFactory(editor_in_chief=True)


def public(*things: Any) -> list[str | None]:
    """What readers see of each thing: its name, or nothing."""
    rows = [type(thing).objects.get(pk=thing.pk) for thing in things]
    return [(getattr(row, "title", "") or row.term) if row.live else None for row in rows]


def changed_site(at: datetime) -> tuple[Release, list[Any]]:
    """A release that brought a page, changed a page and a record, and withdrew a page."""
    new, old = story.page("New"), story.page("Old", live=True)
    page, term = story.page("Page v1", live=True), story.term("Term v1", live=True)
    story.edit(page, title="Page v2")
    story.edit(term, term="Term v2")
    release = story.live(new, page, term, at=at, withdraw=[old])
    things = [new, page, term, old]
    assert public(*things) == ["New", "Page v2", "Term v2", None]
    return release, things


def test_one_action_puts_back_what_was_public_before(at: datetime, chief: Any) -> None:
    release, things = changed_site(at)

    undone = inverse.put_back(release, user=chief, at=at + HOUR, reason="A wrong number")

    assert public(*things) == [None, "Page v1", "Term v1", "Old"]
    release.refresh_from_db()
    assert (undone.state, undone.inverse_of, undone.approved_by) == ("live", release, chief)
    assert (undone.description, undone.title) == ("A wrong number", "Put back: March")
    assert (release.state, release.ended_at) == ("ended", at + HOUR)
    assert {(item.title, item.action) for item in undone.items.all()} == {
        ("New", "withdraw"),
        ("Page v1", "publish"),
        (str(things[2]).replace("Term v2", "Term v1"), "publish"),
        ("Old", "publish"),
    }
    assert not undone.items.filter(open=True).exists()


def test_putting_back_can_itself_be_put_back(at: datetime, chief: Any) -> None:
    release, things = changed_site(at)
    undone = inverse.put_back(release, user=chief, at=at + HOUR, reason="")

    inverse.put_back(undone, user=chief, at=at + 2 * HOUR, reason="It was right after all")

    assert public(*things) == ["New", "Page v2", "Term v2", None]


def test_purged_versions_lose_nothing(at: datetime, chief: Any) -> None:
    release, things = changed_site(at)
    before = Revision.objects.count()
    for thing in things[1:]:
        # A draft that somebody has begun since stays the newest.
        draft = type(thing).objects.get(pk=thing.pk).get_latest_revision_as_object()
        draft.save_revision()
    purge_revisions()
    assert Revision.objects.count() < before
    assert set(release.items.values_list("previous_revision", flat=True)) == {None}

    inverse.put_back(release, user=chief, at=at + HOUR, reason="")

    assert public(*things) == [None, "Page v1", "Term v1", "Old"]
    page = Page.objects.get(pk=things[1].pk).specific
    assert page.get_latest_revision_as_object().title == "Page v2"
    assert page.has_unpublished_changes


def test_a_version_made_again_is_the_newest_when_nothing_came_after(
    at: datetime, chief: Any
) -> None:
    page = story.page("Old", live=True)
    release = story.live(at=at, withdraw=[page])
    Revision.objects.all().delete()

    inverse.put_back(release, user=chief, at=at + HOUR, reason="")

    page.refresh_from_db()
    assert page.live
    assert page.latest_revision == page.live_revision
    assert page.latest_revision is not None


def test_putting_back_goes_the_usual_way_too(at: datetime, chief: Any) -> None:
    release, things = changed_site(at)

    draft = inverse.make_inverse(release, user=chief, at=at)

    assert (draft.state, draft.inverse_of, draft.items.filter(open=True).count()) == (
        "draft",
        release,
        4,
    )
    assert public(*things) == ["New", "Page v2", "Term v2", None]
    ReleaseStory.approve(draft, at=at)
    releasing.publish_now(Release.objects.get(pk=draft.pk), user=chief, at=at + HOUR)
    assert public(*things) == [None, "Page v1", "Term v1", "Old"]
    release.refresh_from_db()
    assert release.state == ReleaseState.ENDED


def test_an_inverse_is_kept_from_what_is_in_another_release(at: datetime, chief: Any) -> None:
    release, things = changed_site(at)
    story.draft(things[1], at=at)

    with pytest.raises(InOtherReleaseError):
        inverse.make_inverse(release, user=chief, at=at)


def test_at_once_it_does_not_wait_for_another_release_whose_approval_is_void(
    at: datetime, chief: Any
) -> None:
    release, things = changed_site(at)
    story.edit(things[1], title="Page v3")
    other = story.approved(things[1], at=at)

    inverse.put_back(release, user=chief, at=at + HOUR, reason="")

    other.refresh_from_db()
    assert public(*things) == [None, "Page v1", "Term v1", "Old"]
    assert other.state == ReleaseState.DRAFT
    assert other.approval_void_reason == "“Page v1” was put back to what it was before “March”."
    assert other.items.get().open


def test_it_needs_the_permission_to_approve_and_to_publish_everything(at: datetime) -> None:
    release, things = changed_site(at)

    with pytest.raises(NotApprovableError, match="permission to approve"):
        inverse.put_back(release, user=UserFactory(), at=at, reason="")
    user = UserFactory()
    user.user_permissions.add(*permissions("approve_release", "publish_glossaryterm"))
    with pytest.raises(NotApprovableError, match="You may not publish"):
        inverse.put_back(release, user=user, at=at, reason="")
    assert public(*things) == ["New", "Page v2", "Term v2", None]


def permissions(*codenames: str) -> Any:
    return Permission.objects.filter(codename__in=codenames)


def test_there_is_nothing_to_put_back_of_what_is_not_live(at: datetime, chief: Any) -> None:
    with pytest.raises(NothingToPutBackError, match="“March” is not live"):
        inverse.put_back(story.approved(story.page(), at=at), user=chief, at=at, reason="")


# --- What was changed since ----------------------------------------------------------------------


def plan(release: Release) -> list[tuple[str, Any, str]]:
    return [(step.item.title, step.action, step.why) for step in steps_back(release)]


def at_end(release: Release) -> list[tuple[str, Any, str]]:
    return [(step.item.title, step.action, step.why) for step in steps_at_end(release)]


def test_what_a_person_has_done_since_stays(at: datetime, chief: Any) -> None:
    taken_down, gone = story.page("Taken down"), story.page("Gone")
    back, never = story.page("Back", live=True), story.page("Never")
    release = story.live(taken_down, gone, at=at, withdraw=[back, never])
    with acting(cause=Cause.TAKEDOWN):
        taken_down.refresh_from_db()
        taken_down.unpublish()
    gone.refresh_from_db()
    gone.delete()
    back.save_revision().publish()

    assert sorted(plan(release), key=lambda one: one[0]) == [
        ("Back", None, "Somebody has published it again since."),
        ("Gone", None, "It has been deleted."),
        ("Never", None, "It was not public before."),
        ("Taken down", None, "Somebody has taken it down since."),
    ]
    with pytest.raises(NothingToPutBackError, match="changed by hand"):
        inverse.make_inverse(release, user=chief, at=at)


def test_an_end_leaves_what_is_newer_than_the_release(at: datetime) -> None:
    corrected, same = story.page("Corrected", live=True), story.page("Same", live=True)
    later, new = story.page("Later"), story.page("New")
    for page in (corrected, same):
        story.edit(page, title=f"{page.title} v2")
    release = story.live(corrected, same, later, new, at=at)
    story.edit(corrected, title="Corrected v3").publish()
    story.edit(later, title="Later v2")
    story.live(later, at=at + HOUR)

    assert at_end(release) == [
        ("Same v2", "publish", ""),
        ("New", "withdraw", ""),
        ("Corrected v2", None, "A newer version has been published since."),
        ("Later", None, "It went live again with “March”."),
    ]
    ended = releasing.end_release(release, user=release.owner, at=at + 2 * HOUR)

    assert public(corrected, same, later, new) == ["Corrected v3", "Same", "Later v2", None]
    assert ended.state == ReleaseState.ENDED


def test_what_is_public_is_compared_by_what_it_says_when_versions_are_gone(at: datetime) -> None:
    page = story.page("Page v1", live=True)
    story.edit(page, title="Page v2")
    release = story.live(page, at=at)
    Revision.objects.all().delete()

    assert at_end(release) == [("Page v2", "publish", "")]
    page.refresh_from_db()
    page.title = "Page v3"
    page.save_revision().publish()
    Revision.objects.all().delete()
    assert at_end(release) == [("Page v2", None, "A newer version has been published since.")]


def test_a_later_release_that_has_ended_too_does_not_keep_it(at: datetime) -> None:
    page = story.page("Page")
    first = story.live(page, at=at)
    second = story.live(page, at=at + HOUR)
    releasing.end_release(second, user=second.owner, at=at + 2 * HOUR)

    assert at_end(first) == [("Page", "withdraw", "")]


def test_a_release_ends_although_its_things_are_in_another_one(at: datetime) -> None:
    page = story.page("Page")
    release = story.live(page, at=at)
    next_one = story.draft(page, at=at)

    releasing.end_release(release, user=release.owner, at=at + HOUR)

    assert public(page) == [None]
    assert membership.is_newest(next_one.items.get())
