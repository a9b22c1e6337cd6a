"""What is in a release, and who is kept from publishing it alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction
from wagtail.management.commands.purge_revisions import purge_revisions
from wagtail.models import Collection, Locale, ModelLogEntry, Page, Revision

from campaign.assurance.rules import key_of
from campaign.releases import membership
from campaign.releases.enums import (
    Cause,
    ItemAction,
    LanguagePolicy,
    ReleaseState,
)
from campaign.releases.exceptions import (
    GateRefusedError,
    InOtherReleaseError,
    NotReleasableError,
    OwnScheduleError,
    ReleaseStateError,
)
from campaign.releases.gate import acting
from campaign.releases.models import Release, ReleaseItem
from campaign.releases.moving import hash_of
from tests.factories.releases import ReleaseFactory, ReleaseStory, ScheduledPage, UserFactory

pytestmark = pytest.mark.django_db
story = ReleaseStory


@pytest.fixture
def editor() -> Any:
    return UserFactory(editor_in_chief=True)


def history_of(release: Release) -> list[str]:
    entries = ModelLogEntry.objects.for_instance(release).order_by("timestamp", "pk")
    return [entry.action.rpartition(".")[2] for entry in entries]


# --- Adding --------------------------------------------------------------------------------------


def test_a_page_is_added_at_its_newest_version(at: datetime, editor: Any) -> None:
    page = story.page("Taxis", live=True)
    newest = story.edit(page, title="Taxis at night")

    release = story.draft(page, at=at, user=editor)

    item = release.items.get()
    assert (item.revision, item.title, item.action) == (newest, "Taxis at night", "publish")
    assert (item.key, item.content_hash) == (key_of(page), hash_of(newest.content))
    assert (item.open, item.added_by) == (True, editor)
    assert history_of(release) == ["create", "add"]


def test_a_record_without_versions_gets_one_of_what_is_in_the_database(at: datetime) -> None:
    term = story.term("Grooming")
    Revision.objects.for_instance(term).delete()

    item = story.draft(term, at=at).items.get()

    assert item.revision is not None
    assert item.revision.content["term"] == "Grooming"


def test_adding_twice_changes_nothing(at: datetime, editor: Any) -> None:
    page = story.page()
    release = story.draft(page, at=at)
    first = release.items.get()

    assert membership.add_item(release, page, user=editor, at=at) == first
    assert release.items.count() == 1


def test_several_things_are_added_or_none(at: datetime, editor: Any) -> None:
    free, taken = story.page("Free"), story.page("Taken")
    story.draft(taken, at=at)
    release = story.draft(at=at)

    with pytest.raises(InOtherReleaseError):
        membership.add_items(release, [free, taken], user=editor, at=at)
    assert release.items.count() == 0
    assert len(membership.add_items(release, [free], user=editor, at=at)) == 1


def test_a_thing_is_in_one_open_release_and_the_error_names_it(at: datetime, editor: Any) -> None:
    page = story.page("Taxis")
    first = story.draft(page, at=at)

    with pytest.raises(InOtherReleaseError, match="“Taxis” is in the release “March”") as caught:
        membership.add_item(story.draft(at=at), page, user=editor, at=at)
    assert caught.value.other == first


def test_the_database_keeps_a_thing_out_of_two_open_releases(at: datetime) -> None:
    item = story.draft(story.page(), at=at).items.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        ReleaseItem.objects.create(
            release=ReleaseFactory(),
            content_type=item.content_type,
            object_id=item.object_id,
            added_at=at,
        )


def test_two_who_add_at_the_same_moment_are_told_the_same(at: datetime, editor: Any) -> None:
    page = story.page("Taxis")
    story.draft(page, at=at)

    with pytest.raises(InOtherReleaseError):
        # As if the look before had been a moment too early.
        membership.insert_item(
            ReleaseFactory(), page, action=ItemAction.WITHDRAW, revision=None, user=editor, at=at
        )


def test_another_fault_of_the_database_is_not_hidden(at: datetime, editor: Any) -> None:
    release = story.draft(story.page(), at=at)
    page = Page.objects.get(pk=release.items.get().object_id)
    release.items.update(open=False)

    with pytest.raises(IntegrityError), transaction.atomic():
        membership.insert_item(
            release, page, action=ItemAction.WITHDRAW, revision=None, user=editor, at=at
        )


def test_what_is_over_frees_its_things(at: datetime, editor: Any) -> None:
    page = story.page()
    release = story.draft(page, at=at)

    membership.cancel_release(release, user=editor, reason="Not wanted")
    membership.add_item(story.draft(at=at), page, user=editor, at=at)

    release.refresh_from_db()
    assert release.state == ReleaseState.CANCELLED
    with pytest.raises(ReleaseStateError, match="cannot be cancelled: it is cancelled"):
        membership.cancel_release(release, user=editor)
    with pytest.raises(ReleaseStateError):
        membership.add_item(release, story.page(), user=editor, at=at)


def test_an_alias_goes_along_with_its_original(at: datetime, editor: Any) -> None:
    page = story.page("Taxis")
    alias = page.create_alias(update_slug="taxis-too")

    with pytest.raises(NotReleasableError, match="is an alias"):
        membership.add_item(story.draft(at=at), alias, user=editor, at=at)


def test_what_has_no_drafts_cannot_be_released(at: datetime, editor: Any) -> None:
    collection = Collection.get_first_root_node()

    with pytest.raises(NotReleasableError, match="has no drafts"):
        membership.add_item(story.draft(at=at), collection, user=editor, at=at)


# --- A schedule of its own -----------------------------------------------------------------------


def test_an_own_schedule_is_refused_or_taken_over(at: datetime, editor: Any) -> None:
    page = ScheduledPage.make(go_live_at=at + timedelta(days=3))
    release = story.draft(at=at)

    with pytest.raises(OwnScheduleError, match="is scheduled by itself for"):
        membership.add_item(release, page, user=editor, at=at)
    assert Revision.objects.filter(approved_go_live_at__isnull=False).count() == 1

    membership.add_item(release, page, user=editor, at=at, take_over_schedule=True)
    assert not Revision.objects.filter(approved_go_live_at__isnull=False).exists()


# --- Pinning and removing ------------------------------------------------------------------------


def test_a_pin_moves_only_when_asked(at: datetime, editor: Any) -> None:
    page = story.page("Taxis")
    release = story.draft(page, at=at)
    item = release.items.get()
    first = item.revision

    newest = story.edit(page, title="Taxis at night")
    item.refresh_from_db()
    assert (item.revision, membership.is_newest(item)) == (first, False)

    assert membership.pin_all_to_newest(release, user=editor, at=at) == [item]
    item.refresh_from_db()
    assert (item.revision, item.title, membership.is_newest(item)) == (
        newest,
        "Taxis at night",
        True,
    )
    assert membership.pin(item, user=editor, at=at) is False
    assert membership.pin(item, user=editor, at=at, revision=first) is True


def test_a_version_that_says_the_same_is_the_newest(at: datetime) -> None:
    page = story.page("Taxis")
    item = story.draft(page, at=at).items.get()

    story.edit(page)

    assert membership.is_newest(item)


def test_only_a_version_of_the_thing_itself_is_pinned(at: datetime, editor: Any) -> None:
    item = story.draft(story.page(), at=at).items.get()

    with pytest.raises(NotReleasableError, match="no version of"):
        membership.pin(item, user=editor, at=at, revision=story.edit(story.page()))


def test_what_comes_down_has_no_version(at: datetime, editor: Any) -> None:
    item = story.draft(at=at, withdraw=[story.page(live=True)]).items.get()

    assert (item.revision, membership.is_newest(item)) == (None, True)
    with pytest.raises(NotReleasableError, match="only comes down"):
        membership.pin(item, user=editor, at=at)


def test_a_description_may_change_at_any_time(at: datetime, editor: Any) -> None:
    release = story.approved(story.page(), at=at)

    release = membership.change_description(
        release, title="April", description="The taxi weeks", owner=editor, user=editor
    )

    release.refresh_from_db()
    assert (release.title, release.description, release.owner) == (
        "April",
        "The taxi weeks",
        editor,
    )
    assert release.state == ReleaseState.APPROVED


def test_versions_of_an_open_release_are_not_purged(at: datetime, editor: Any) -> None:
    page = story.page(live=True)
    item = story.draft(page, at=at).items.get()
    story.edit(page, title="Newer")
    story.edit(page, title="Newest")

    purge_revisions()
    item.refresh_from_db()
    assert item.revision is not None
    with pytest.raises(models.ProtectedError):
        item.revision.delete()

    membership.cancel_release(item.release, user=editor)
    purge_revisions()
    item.refresh_from_db()
    assert item.revision is None


@pytest.mark.parametrize("kind", ["page", "term"])
def test_what_is_deleted_leaves_the_release_and_voids_the_approval(at: datetime, kind: str) -> None:
    thing: Any = story.page("Taxis") if kind == "page" else story.term("Taxis")
    release = story.approved(thing, story.page(), at=at)

    thing.delete()

    release.refresh_from_db()
    assert [item.title for item in release.items.all()] != ["Taxis"]
    assert release.items.count() == 1
    assert release.state == ReleaseState.DRAFT
    assert release.approval_void_reason == "“Taxis” was deleted."


def test_what_is_deleted_outside_any_release_disturbs_none(at: datetime) -> None:
    release = story.approved(story.page(), at=at)

    story.page("Elsewhere").delete()

    release.refresh_from_db()
    assert release.state == ReleaseState.APPROVED


def test_what_a_version_says_does_not_depend_on_the_order_in_which_it_is_written() -> None:
    block = '[{"type": "text", "value": "x"}]'
    other = '[{"value": "x", "type": "text"}]'
    assert hash_of({"body": block, "a": [block], "b": {"c": block}}) == hash_of(
        {"body": other, "a": [other], "b": {"c": other}}
    )
    assert hash_of({"title": "[not json"}) != hash_of({"title": "[not JSON"})
    assert hash_of({"title": "A", "path": "0001"}) == hash_of({"title": "A", "path": "0002"})


# --- Suggestions ---------------------------------------------------------------------------------


def linking(*targets: Page) -> str:
    return "".join(f'<p><a linktype="page" id="{page.pk}">{page.title}</a></p>' for page in targets)


def with_links(title: str, *targets: Page) -> Any:
    return story.page(title, body=[{"type": "text", "value": linking(*targets)}])


def test_what_is_linked_to_and_not_public_is_suggested_in_turn(at: datetime) -> None:
    public = story.page("Public", live=True)
    far = story.page("Far")
    near = with_links("Near", far, public)
    inside = story.page("Inside")
    release = story.draft(with_links("Start", near, inside, public), inside, at=at)
    other = story.draft(far, at=at)

    found = membership.suggestions(release)

    assert [(one.instance.title, one.linked_from, one.blocked_by) for one in found] == [
        ("Near", ("Start",), None),
        ("Far", ("Near",), other),
    ]


def test_what_one_thing_links_to_twice_is_linked_from_once(at: datetime) -> None:
    target = story.page("Target")
    texts = [{"type": "text", "value": linking(target)} for _number in range(2)]
    release = story.draft(story.page("Start", body=texts), at=at)

    (found,) = membership.suggestions(release)
    assert found.linked_from == ("Start",)


def test_suggestions_end_in_a_circle_and_at_the_limit(at: datetime) -> None:
    one = story.page("One")
    two = with_links("Two", one)
    story.edit(one, body=[{"type": "text", "value": linking(two)}])
    start = with_links("Start", two, one)
    release = story.draft(start, at=at)

    found = membership.suggestions(release)
    assert [(each.instance.title, each.linked_from) for each in found] == [
        ("Two", ("Start", "One")),
        ("One", ("Start", "Two")),
    ]
    assert [each.instance.title for each in membership.suggestions(release, limit=1)] == ["Two"]


# --- The gate ------------------------------------------------------------------------------------


def test_what_is_in_an_open_release_is_not_published_alone(at: datetime) -> None:
    page = story.page("Taxis")
    release = story.draft(page, at=at)

    with pytest.raises(GateRefusedError, match="belongs to the release “March”"):
        story.edit(page, title="Early").publish()
    with pytest.raises(GateRefusedError):
        story.edit(page, go_live_at=at + timedelta(days=9)).publish()
    page.refresh_from_db()
    assert (page.live, page.title) == (False, "Taxis")

    membership.remove_item(release.items.get(), user=release.owner)
    story.edit(page, go_live_at=None).publish()
    page.refresh_from_db()
    assert page.live


def test_what_is_in_an_open_release_is_not_withdrawn_alone(at: datetime) -> None:
    page = story.page(live=True)
    story.draft(page, at=at)

    with pytest.raises(GateRefusedError):
        page.unpublish()
    page.refresh_from_db()
    assert page.live


def test_another_release_does_not_move_it_either(at: datetime) -> None:
    page = story.page()
    story.draft(page, at=at)

    with (
        acting(cause=Cause.RELEASE, release_id=ReleaseFactory().pk),
        pytest.raises(GateRefusedError),
    ):
        story.edit(page).publish()


def test_an_end_that_was_set_is_not_kept_by_a_release(at: datetime) -> None:
    page = story.page(live=True)
    story.draft(page, at=at)

    with acting(cause=Cause.SCHEDULE):
        page.unpublish()

    page.refresh_from_db()
    assert not page.live


def test_a_takedown_takes_it_out_of_the_release_with_a_record(at: datetime, editor: Any) -> None:
    page = story.page("Taxis", live=True)
    other = story.page("Hotels")
    release = story.approved(page, other, at=at)

    with acting(cause=Cause.TAKEDOWN, user=editor, reason="A wrong number"):
        page.unpublish()

    release.refresh_from_db()
    assert [item.title for item in release.items.all()] == ["Hotels"]
    assert release.state == ReleaseState.DRAFT
    assert release.approval_void_reason == "“Taxis” was taken down: A wrong number"
    assert history_of(release)[-2:] == ["remove", "void_approval"]


def test_a_takedown_of_something_else_changes_no_release(at: datetime) -> None:
    release = story.approved(story.page(), at=at)
    page = story.page(live=True)

    with acting(cause=Cause.TAKEDOWN):
        page.unpublish()

    release.refresh_from_db()
    assert release.state == ReleaseState.APPROVED


# --- Every change of what would go out voids the approval ---------------------------------------


def add(release: Release, at: datetime) -> None:
    membership.add_item(release, story.page("Late"), user=release.owner, at=at)


def remove(release: Release, at: datetime) -> None:
    membership.remove_item(release.items.get(), user=release.owner)


def pin(release: Release, at: datetime) -> None:
    item = release.items.get()
    story.edit(item.instance())
    membership.pin(item, user=release.owner, at=at)


def language(release: Release, at: datetime) -> None:
    locale = Locale.objects.create(language_code="ur")
    membership.set_language(release, locale, policy=LanguagePolicy.WAIT, user=release.owner, at=at)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (add, "“Late” was added."),
        (remove, "“Taxis” was removed."),
        (pin, "“Taxis” was set to another version."),
        (language, "The language Urdu was set to “Wait: nothing goes live without it”."),
    ],
)
def test_a_change_after_approval_voids_it(at: datetime, change: Any, reason: str) -> None:
    release = story.approved(story.page("Taxis"), at=at)

    change(release, at)

    release.refresh_from_db()
    assert release.state == ReleaseState.DRAFT
    assert release.approval_void_reason == reason
    assert (release.approved_by, release.approved_at, release.approved_digest) == (None, None, "")
