"""The page of one release: what it shows, and what can be done from it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from wagtail.models import Page

from campaign.releases.enums import CheckTrigger, ReleaseState
from campaign.releases.heartbeats import Beating, beat
from campaign.releases.models import Release
from campaign.releases.preflight import check_release
from tests.factories.pages import add_locale, campaign_home, text_block
from tests.factories.releases import ReleaseStory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief() -> Any:
    """Somebody who may do everything."""
    beat(Beating.WORKER, at=timezone.now())
    campaign_home()
    return UserFactory(editor_in_chief=True)


@pytest.fixture
def desk(client: Client, chief: Any) -> Client:
    client.force_login(chief)
    return client


def address(release: Release, act: str = "view", *more: Any) -> str:
    return reverse(f"campaign_release:{act}", args=[release.pk, *more])


def text_of(response: Any) -> str:
    """The text of an answer as a reader meets it: no tags, no double spaces."""
    assert response.status_code == 200
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def shown(desk: Client, release: Release) -> str:
    return text_of(desk.get(address(release)))


def did(desk: Client, release: Release, act: str, *more: Any, **data: Any) -> str:
    """Do an act and read the page to which it leads."""
    return text_of(desk.post(address(release, act, *more), data, follow=True))


# --- What the page shows --------------------------------------------------------------------------


def test_an_empty_release_says_what_to_do_next(desk: Client, at: datetime) -> None:
    release = ReleaseStory.draft(at=at)

    page = shown(desk, release)

    assert "Nothing is in this release yet." in page
    assert "Add what goes live with it (to do)" in page
    assert "No time is set yet" in page
    assert "There is nothing in this release yet." in page


def test_items_are_shown_with_type_version_and_editor(desk: Client, at: datetime) -> None:
    page = ReleaseStory.page("Hotels in spring")
    term = ReleaseStory.term("Grooming")
    release = ReleaseStory.draft(page, term, at=at)

    response = desk.get(address(release))

    text = text_of(response)
    assert "Hotels in spring" in text
    assert "guidance page" in text.lower()
    assert "Grooming" in text
    assert reverse("wagtailadmin_pages:edit", args=[page.pk]) in response.content.decode()
    assert "Add what goes live with it (done)" in text


def test_the_times_are_said_in_words(desk: Client, at: datetime) -> None:
    release = ReleaseStory.draft(ReleaseStory.page(), at=at)
    start = (at + timedelta(days=400)).replace(month=3, day=18, hour=6, minute=0, second=0)
    ReleaseStory.timed(release, start, start + timedelta(days=14))

    text = shown(desk, release)

    assert re.search(
        r"Everything goes live together on \w{3} 18 March \d{4}, 06:00 UTC "
        r"and comes down on \w{3} 1 April \d{4}, 06:00 UTC\.",
        text,
    )


@pytest.mark.parametrize("count", [3, 20])
def test_the_page_needs_few_queries(
    desk: Client,
    at: datetime,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    release = ReleaseStory.draft(*(ReleaseStory.page() for _number in range(count)), at=at)
    check_release(release, trigger=CheckTrigger.ASKED, at=at)
    desk.get(address(release))

    with django_assert_num_queries(25):
        desk.get(address(release))


def test_a_newer_version_is_shown_and_can_be_taken(desk: Client, at: datetime) -> None:
    page = ReleaseStory.page("Hotels")
    release = ReleaseStory.draft(page, at=at)
    item = release.items.get()
    newer = ReleaseStory.edit(page, title="Hotels and more")

    assert "There is a newer version" in shown(desk, release)
    said = did(desk, release, "pin", item.pk)

    assert "The newest version of “Hotels and more” goes out." in said
    assert "There is a newer version" not in said
    item.refresh_from_db()
    assert item.revision_id == newer.pk


def test_a_version_that_says_the_same_is_not_called_newer(desk: Client, at: datetime) -> None:
    page = ReleaseStory.page("Hotels")
    release = ReleaseStory.draft(page, at=at)
    ReleaseStory.edit(page)

    assert "There is a newer version" not in shown(desk, release)
    did(desk, release, "pin", release.items.get().pk)
    again = did(desk, release, "pin", release.items.get().pk)
    assert "“Hotels” is at its newest version already." in again


def test_all_items_can_be_set_to_their_newest_versions(desk: Client, at: datetime) -> None:
    pages = [ReleaseStory.page("Hotels"), ReleaseStory.page("Taxis")]
    release = ReleaseStory.draft(*pages, at=at)
    for page in pages:
        ReleaseStory.edit(page, title=f"{page.title} now")

    assert "2 items were set to their newest versions." in did(desk, release, "pin_all")


def test_what_was_deleted_is_said(desk: Client, at: datetime) -> None:
    page = ReleaseStory.page("Hotels", live=True)
    release = ReleaseStory.live(page, at=at)
    Page.objects.get(pk=page.pk).delete()

    assert "Has been deleted" in shown(desk, release)


# --- Adding and removing --------------------------------------------------------------------------


def test_a_page_is_added_from_the_release(desk: Client, at: datetime) -> None:
    page, release = ReleaseStory.page("Hotels"), ReleaseStory.draft(at=at)

    assert "“Hotels” is in this release." in did(desk, release, "add_page", page=page.pk)
    assert [item.title for item in release.items.all()] == ["Hotels"]


@pytest.mark.parametrize("chosen", ["", "0", "x"])
def test_adding_without_a_page_says_to_choose_one(desk: Client, at: datetime, chosen: str) -> None:
    release = ReleaseStory.draft(at=at)

    assert "Choose a page first." in did(desk, release, "add_page", page=chosen)


def test_adding_what_is_in_another_release_names_it_next_to_the_items(
    desk: Client, at: datetime
) -> None:
    page = ReleaseStory.page("Hotels")
    ReleaseStory.draft(page, at=at)
    other = ReleaseStory.draft(at=at)

    response = desk.post(address(other, "add_page"), {"page": page.pk}, follow=True)

    items = response.content.decode().partition('id="items"')[2].partition("</section>")[0]
    assert "is in the release “March” already" in unescape(items)
    # It is said once.
    assert "already" not in shown(desk, other)


def test_removing_asks_first_and_can_be_undone(desk: Client, at: datetime) -> None:
    page = ReleaseStory.page("Hotels")
    release = ReleaseStory.draft(page, at=at)
    item = release.items.get()
    asked = text_of(desk.get(address(release, "remove_item", item.pk)))
    assert "“Hotels” stays as it is, with its drafts." in asked
    assert release.items.count() == 1

    response = desk.post(address(release, "remove_item", item.pk), follow=True)

    assert release.items.count() == 0
    assert "“Hotels” was removed." in text_of(response)
    undo = re.search(r'data-w-action-url-value="([^"]+)"', response.content.decode())
    assert undo is not None
    desk.post(unescape(undo[1]))
    assert release.items.get().revision_id == item.revision_id


def test_an_item_of_another_release_is_not_found(desk: Client, at: datetime) -> None:
    other = ReleaseStory.draft(ReleaseStory.page(), at=at)
    release = ReleaseStory.draft(at=at)

    response = desk.post(address(release, "remove_item", other.items.get().pk))

    assert response.status_code == 404
    assert other.items.count() == 1


def test_changing_what_was_approved_says_that_it_must_be_approved_again(
    desk: Client, at: datetime
) -> None:
    release = ReleaseStory.approved(ReleaseStory.page(), at=at)

    said = did(desk, release, "add_page", page=ReleaseStory.page("Taxis").pk)

    assert "What goes out has changed, so it must be approved again." in said
    assert "The approval no longer stands. “Taxis” was added." in said


def test_suggestions_are_added_one_by_one_or_all(desk: Client, at: datetime) -> None:
    hidden = [ReleaseStory.page("Consent"), ReleaseStory.page("Myths")]
    links = "".join(f'<a linktype="page" id="{page.pk}">x</a>' for page in hidden)
    release = ReleaseStory.draft(
        ReleaseStory.page("Hotels", body=[text_block(f"<p>{links}</p>")]), at=at
    )
    offered = text_of(desk.get(address(release, "suggestions")))
    assert "Consent" in offered
    assert "Add all 2" in offered

    type_id = release.items.get().content_type_id
    said = did(desk, release, "add_suggested", key=f"{type_id}-{hidden[0].pk}")
    assert "“Consent” is in this release." in said
    assert "“Myths” is in this release." in did(desk, release, "add_suggested")
    assert release.items.count() == 3
    assert "There was nothing left to add." in did(desk, release, "add_suggested")
    assert "Everything that it links to is public" in text_of(
        desk.get(address(release, "suggestions"))
    )


def test_a_suggestion_in_another_release_links_to_it(desk: Client, at: datetime) -> None:
    hidden = ReleaseStory.page("Consent")
    other = ReleaseStory.draft(hidden, at=at)
    body = [text_block(f'<p><a linktype="page" id="{hidden.pk}">x</a></p>')]
    release = ReleaseStory.draft(ReleaseStory.page("Hotels", body=body), at=at)

    response = desk.get(address(release, "suggestions"))

    assert address(other) in response.content.decode()
    assert "Add all" not in text_of(response)


# --- Languages ------------------------------------------------------------------------------------


def test_languages_are_set_changed_and_removed(desk: Client, at: datetime) -> None:
    french = add_locale("fr")
    release = ReleaseStory.draft(ReleaseStory.page("Hotels"), at=at)

    said = did(desk, release, "set_language", locale=french.pk, policy="wait")
    assert "nothing goes live without it" in said
    did(desk, release, "set_language", locale=french.pk, policy="go_when_ready")
    assert release.languages.get().policy == "go_when_ready"

    assert "Remove this language?" in text_of(
        desk.get(address(release, "remove_language", french.pk))
    )
    did(desk, release, "remove_language", french.pk)
    assert release.languages.count() == 0


def test_setting_no_language_says_to_choose_one(desk: Client, at: datetime) -> None:
    add_locale("fr")
    release = ReleaseStory.draft(at=at)

    assert "Choose a language first." in did(desk, release, "set_language", locale="9999")


def test_a_site_with_one_language_shows_nothing_about_languages(desk: Client, at: datetime) -> None:
    assert "Languages" not in shown(desk, ReleaseStory.draft(at=at))


# --- Check, approve, schedule ---------------------------------------------------------------------


def test_a_check_that_fails_says_what_to_do_and_where(desk: Client, at: datetime) -> None:
    hidden = ReleaseStory.page("Consent")
    body = [text_block(f'<p><a linktype="page" id="{hidden.pk}">x</a></p>')]
    page = ReleaseStory.page("Hotels", body=body)
    release = ReleaseStory.draft(page, at=at)

    said = did(desk, release, "check")

    assert "As it is, this release would not go live." in said
    assert "Stops a release" in said
    assert "Consent" in said
    assert "It would not go live as it is. Checked on" in said


def test_a_check_that_is_older_than_a_change_is_called_so(desk: Client, at: datetime) -> None:
    release = ReleaseStory.draft(ReleaseStory.page("Hotels"), at=at)
    said = did(desk, release, "check")
    assert "Nothing would fail." in said
    assert "Something has changed since" not in said

    did(desk, release, "add_page", page=ReleaseStory.page("Taxis").pk)

    assert "Something has changed since: check again." in shown(desk, release)


def test_only_an_open_release_is_checked(desk: Client, at: datetime) -> None:
    release = ReleaseStory.live(ReleaseStory.page(), at=at)

    assert desk.post(address(release, "check")).status_code == 404


def test_the_author_reads_why_somebody_else_has_to_approve(
    client: Client, chief: Any, at: datetime
) -> None:
    release = ReleaseStory.draft(ReleaseStory.page(), at=at, user=chief)
    client.force_login(chief)

    page = shown(client, release)
    assert "This release is yours: somebody else has to approve it." in page
    assert address(release, "approve") not in client.get(address(release)).content.decode()

    said = did(client, release, "approve")
    assert "This release is yours: somebody else has to approve it." in said
    release.refresh_from_db()
    assert release.state == ReleaseState.DRAFT


def test_somebody_else_approves_and_takes_it_back(desk: Client, at: datetime) -> None:
    release = ReleaseStory.draft(ReleaseStory.page(), at=at)
    refused = did(desk, release, "approve")
    assert "It has not been checked yet. Check it first, and look at what is found." in refused

    assert "Checked: nothing would fail." in did(desk, release, "check")
    assert "Approved." in did(desk, release, "approve")
    assert "Have it approved (done)" in shown(desk, release)

    assert "Take the approval back?" in text_of(desk.get(address(release, "void")))
    refused = desk.post(address(release, "void"), {"reason": ""})
    assert "This field is required." in text_of(refused)
    said = did(desk, release, "void", reason="The minister has changed.")
    assert "The approval was taken back." in said
    assert "The minister has changed." in said
    release.refresh_from_db()
    assert release.state == ReleaseState.DRAFT


def test_scheduling_and_taking_it_off(desk: Client, at: datetime) -> None:
    release = ReleaseStory.approved(ReleaseStory.page(), at=at)
    assert "Set the time at which it goes live first." in did(desk, release, "schedule")
    release = ReleaseStory.draft(ReleaseStory.page(), at=at)
    ReleaseStory.timed(release, at + timedelta(days=2))
    did(desk, release, "check")
    did(desk, release, "approve")

    assert "Scheduled. Everything goes live together on" in did(desk, release, "schedule")
    release.refresh_from_db()
    assert release.state == ReleaseState.SCHEDULED

    assert "The approval stands" in text_of(desk.get(address(release, "unschedule")))
    assert "It is off its schedule." in did(desk, release, "unschedule")
    release.refresh_from_db()
    assert release.state == ReleaseState.APPROVED


def test_scheduling_what_would_fail_says_so_where_the_button_is(desk: Client, at: datetime) -> None:
    hidden = ReleaseStory.page("Consent", live=True)
    body = [text_block(f'<p><a linktype="page" id="{hidden.pk}">x</a></p>')]
    release = ReleaseStory.draft(ReleaseStory.page("Hotels", body=body), at=at)
    ReleaseStory.timed(release, at + timedelta(days=2))
    did(desk, release, "check")
    did(desk, release, "approve")
    hidden.unpublish()

    said = did(desk, release, "schedule")

    assert "would not go live as it is. See what was found" in said
    release.refresh_from_db()
    assert release.state == ReleaseState.APPROVED


# --- At once --------------------------------------------------------------------------------------


def test_publishing_now_needs_the_title_typed(desk: Client, at: datetime) -> None:
    page = ReleaseStory.page("Hotels")
    release = ReleaseStory.approved(page, at=at)
    asked = text_of(desk.get(address(release, "publish")))
    assert "Hotels" in asked
    assert "Goes live" in asked

    refused = text_of(desk.post(address(release, "publish"), {"typed": "April"}))
    assert "That is not the title. Nothing has happened." in refused
    assert not Page.objects.get(pk=page.pk).live

    assert "Everything is live." in did(desk, release, "publish", typed=" march ")
    assert Page.objects.get(pk=page.pk).live


def test_ending_now_says_what_happens_to_each(desk: Client, at: datetime) -> None:
    new, old = ReleaseStory.page("New"), ReleaseStory.page("Old", live=True)
    ReleaseStory.edit(old, title="Old, changed")
    release = ReleaseStory.live(new, old, at=at)
    asked = text_of(desk.get(address(release, "end")))
    assert "New Comes down: it was not public before" in asked
    assert "Old, changed Shows again what it showed before" in asked

    assert "It has ended." in did(desk, release, "end", typed="March")
    assert not Page.objects.get(pk=new.pk).live
    assert Page.objects.get(pk=old.pk).title == "Old"


def test_cancelling_needs_a_reason_and_frees_the_items(desk: Client, at: datetime) -> None:
    release = ReleaseStory.draft(ReleaseStory.page(), at=at)
    assert "It never goes live" in text_of(desk.get(address(release, "cancel")))

    said = did(desk, release, "cancel", reason="The campaign was dropped.")

    assert "“March” was cancelled." in said
    release.refresh_from_db()
    assert release.state == ReleaseState.CANCELLED
    assert not release.items.filter(open=True).exists()
    assert "Cancelled: The campaign was dropped." in shown(desk, release)


def test_putting_back_at_once(desk: Client, at: datetime) -> None:
    page = ReleaseStory.page("Hotels", live=True)
    ReleaseStory.edit(page, title="Hotels, wrong")
    release = ReleaseStory.live(page, at=at)
    asked = text_of(desk.get(address(release, "put_back")))
    assert "Hotels, wrong Shows again what it showed before" in asked

    said = did(desk, release, "put_back", reason="The text was wrong.")

    assert "What was public before is public again." in said
    assert "Puts back “March”" in said
    assert Page.objects.get(pk=page.pk).title == "Hotels"
    assert "Put back: March" in shown(desk, release)


def test_putting_back_as_a_release_that_goes_the_usual_way(desk: Client, at: datetime) -> None:
    page = ReleaseStory.page("Hotels")
    release = ReleaseStory.live(page, at=at)

    said = did(desk, release, "put_back", reason="Later", later="1")

    assert "A release that puts it back was made." in said
    assert Page.objects.get(pk=page.pk).live
    assert release.inverses.get().state == ReleaseState.DRAFT


def test_what_is_not_live_cannot_be_put_back_and_says_why(desk: Client, at: datetime) -> None:
    release = ReleaseStory.draft(ReleaseStory.page(), at=at)

    said = did(desk, release, "put_back", reason="No")

    assert "“March” is not live: there is nothing to put back." in said


def test_the_history_tells_what_was_done(desk: Client, at: datetime) -> None:
    release = ReleaseStory.live(ReleaseStory.page("Hotels"), at=at)

    page = shown(desk, release)

    for said in ("Created", "“Hotels” was added", "Approved", "Everything went live"):
        assert said in page
