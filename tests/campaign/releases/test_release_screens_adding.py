"""“Add to release”: where it is offered, what it asks, and what it says."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from campaign.assurance.rules import key_of
from campaign.releases.enums import ItemAction
from campaign.releases.heartbeats import Beating, beat
from campaign.releases.models import Release
from tests.factories.content_blocks import GlossaryTermFactory
from tests.factories.pages import add_locale, campaign_home
from tests.factories.releases import ReleaseStory, ScheduledPage, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> Any:
    beat(Beating.WORKER, at=timezone.now())
    return campaign_home()


@pytest.fixture
def desk(client: Client, home: Any) -> Client:
    client.force_login(UserFactory(editor_in_chief=True))
    return client


def adding(thing: Any, **query: str) -> str:
    return reverse("campaign_release:add_to_release", args=key_of(thing))


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def raw(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return unescape(response.content.decode())


# --- Where it is offered --------------------------------------------------------------------------


def test_it_is_offered_wherever_a_page_has_a_menu(desk: Client, home: Any) -> None:
    page = ReleaseStory.page("Hotels", parent=home)

    for address in (
        reverse("wagtailadmin_explore", args=[home.pk]),
        reverse("wagtailadmin_pages:edit", args=[page.pk]),
    ):
        assert adding(page) in raw(desk, address)


def test_it_is_offered_wherever_a_record_has_a_menu(desk: Client) -> None:
    term = ReleaseStory.term("Grooming")
    viewset = term.snippet_viewset

    for address in (
        reverse(viewset.get_url_name("list")),
        reverse(viewset.get_url_name("edit"), args=[term.pk]),
    ):
        assert adding(term) in raw(desk, address)


def test_it_is_not_offered_for_an_alias_or_the_root(desk: Client, home: Any) -> None:
    page = ReleaseStory.page("Hotels", parent=home)
    alias = page.create_alias(update_slug="hotels-again")

    assert adding(alias) not in raw(desk, reverse("wagtailadmin_explore", args=[home.pk]))
    assert adding(Page.objects.get(depth=1)) not in raw(desk, reverse("wagtailadmin_explore_root"))


def test_who_may_not_edit_the_thing_is_refused(client: Client, home: Any) -> None:
    editor = UserFactory()
    editor.groups.add(Group.objects.get(name="Editors"))
    client.force_login(editor)
    root_page = Page.objects.get(depth=1)

    response = client.get(adding(root_page), follow=True)

    assert "cannot be added to a release, or not by you" in text_of(response)


def test_who_has_nothing_to_do_with_releases_is_not_offered_it(client: Client, home: Any) -> None:
    group = Group.objects.get(name="Editors")
    group.permissions.remove(*group.permissions.filter(codename__endswith="_release"))
    editor = UserFactory()
    editor.groups.add(group)
    client.force_login(editor)
    page = ReleaseStory.page("Hotels", parent=home)

    assert adding(page) not in raw(client, reverse("wagtailadmin_explore", args=[home.pk]))
    assert client.get(adding(page))["Location"] == reverse("wagtailadmin_home")
    assert "/admin/releases/" not in raw(client, reverse("wagtailadmin_home"))


# --- The small form -------------------------------------------------------------------------------


def test_a_thing_is_added_to_an_open_release(desk: Client, at: datetime) -> None:
    page, release = ReleaseStory.page("Hotels"), ReleaseStory.draft(at=at)

    response = desk.post(adding(page), {"release": str(release.pk)}, follow=True)

    assert "1 thing was added to the release “March”." in text_of(response)
    assert response.redirect_chain[-1][0] == reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert release.items.get().title == "Hotels"


def test_a_new_release_is_made_on_the_way(desk: Client) -> None:
    term = ReleaseStory.term("Grooming")

    missing = desk.post(adding(term), {"release": "new", "title": ""})
    assert "Give the new release a title." in text_of(missing)
    assert not Release.objects.exists()

    desk.post(adding(term), {"release": "new", "title": "Glossary week"})
    assert Release.objects.get().items.get().title == "Grooming"


def test_closed_releases_are_not_offered(desk: Client, at: datetime) -> None:
    ReleaseStory.live(ReleaseStory.page(), at=at)
    page = ReleaseStory.page("Hotels")

    offered = desk.get(adding(page)).context["form"].fields["release"].choices

    assert offered == [("new", "A new release")]


def test_what_is_public_may_be_withdrawn_instead(desk: Client, at: datetime) -> None:
    page, release = ReleaseStory.page("Hotels", live=True), ReleaseStory.draft(at=at)

    desk.post(adding(page), {"release": str(release.pk), "action": "withdraw"})

    item = release.items.get()
    assert item.action == ItemAction.WITHDRAW
    assert item.revision is None


def test_the_public_version_can_be_pinned_instead_of_the_newest(desk: Client, at: datetime) -> None:
    page, release = ReleaseStory.page("Hotels", live=True), ReleaseStory.draft(at=at)
    public = page.live_revision
    ReleaseStory.edit(page, title="Hotels, draft")

    desk.post(adding(page), {"release": str(release.pk), "action": "publish", "version": "live"})

    assert release.items.get().revision_id == public.pk


def test_what_makes_no_sense_is_not_asked(desk: Client, at: datetime) -> None:
    ReleaseStory.draft(at=at)
    shown = raw(desk, adding(ReleaseStory.page("Hotels")))

    for name in ("action", "version", "include_translations", "include_descendants"):
        assert f'name="{name}"' not in shown
    assert 'name="take_over_schedule"' not in shown


def test_translations_and_pages_below_come_along_when_asked(desk: Client, at: datetime) -> None:
    french = add_locale("fr")
    page = ReleaseStory.page("Hotels")
    page.get_parent().specific.copy_for_translation(french)
    translation = page.copy_for_translation(french)
    below = ReleaseStory.page("Small hotels", parent=Page.objects.get(pk=page.pk))
    release = ReleaseStory.draft(at=at)

    desk.post(
        adding(page),
        {
            "release": str(release.pk),
            "include_translations": "on",
            "include_descendants": "on",
        },
    )

    assert {item.object_id for item in release.items.all()} == {
        str(page.pk),
        str(translation.pk),
        str(below.pk),
    }


def test_a_schedule_of_its_own_is_named_and_can_be_taken_over(desk: Client, at: datetime) -> None:
    page = ScheduledPage.make(
        "Hotels", go_live_at=at + timedelta(days=3), parent=Page.objects.get(depth=2)
    )
    release = ReleaseStory.draft(at=at)

    refused = desk.post(adding(page), {"release": str(release.pk)})
    assert "“Hotels” is scheduled by itself for" in text_of(refused)
    assert release.items.count() == 0

    desk.post(adding(page), {"release": str(release.pk), "take_over_schedule": "on"})
    assert release.items.count() == 1


def test_what_is_in_a_release_already_leads_there(desk: Client, at: datetime) -> None:
    page = ReleaseStory.page("Hotels")
    release = ReleaseStory.draft(page, at=at)

    response = desk.get(adding(page), follow=True)

    assert "“Hotels” is in this release already." in text_of(response)
    assert response.redirect_chain[-1][0] == (
        reverse("campaign_release:view", args=[release.pk]) + "#items"
    )


def test_adding_to_an_approved_release_says_that_it_must_be_approved_again(
    desk: Client, at: datetime
) -> None:
    release = ReleaseStory.approved(ReleaseStory.page(), at=at)

    response = desk.post(
        adding(ReleaseStory.page("Taxis")), {"release": str(release.pk)}, follow=True
    )

    assert "That release must be approved again." in text_of(response)


@pytest.mark.parametrize("key", [("1", "999999"), ("999999", "1"), ("1", "x")])
def test_what_is_not_there_is_not_found(desk: Client, key: tuple[str, str]) -> None:
    response = desk.get(reverse("campaign_release:add_to_release", args=[int(key[0]), key[1]]))

    assert response.status_code == 404


# --- Many at once ---------------------------------------------------------------------------------


def bulk(model: str, app: str, *things: Any) -> str:
    address = reverse("wagtail_bulk_action", args=[app, model, "add_to_release"])
    return f"{address}?{'&'.join(f'id={thing.pk}' for thing in things)}&next=/admin/"


def test_many_pages_are_added_at_once(desk: Client, home: Any, at: datetime) -> None:
    pages = [ReleaseStory.page(title, parent=home) for title in ("Hotels", "Taxis")]
    below = ReleaseStory.page("Small hotels", parent=Page.objects.get(pk=pages[0].pk))
    release = ReleaseStory.draft(at=at)
    address = bulk("page", "wagtailcore", *pages)
    assert "Taxis" in text_of(desk.get(address))

    response = desk.post(
        address,
        {"release": str(release.pk), "action": "publish", "include_descendants": "on"},
        follow=True,
    )

    assert "3 things were added to the release “March”." in text_of(response)
    assert {item.object_id for item in release.items.all()} == {
        str(page.pk) for page in (*pages, below)
    }


def test_many_records_are_added_at_once(desk: Client, at: datetime) -> None:
    terms = [ReleaseStory.term(name) for name in ("Grooming", "Consent")]
    release = ReleaseStory.draft(at=at)

    desk.post(
        bulk("glossaryterm", "content_blocks", *terms),
        {"release": str(release.pk), "action": "publish"},
    )

    assert {item.title for item in release.items.all()} == {"Grooming", "Consent"}


def test_one_that_cannot_be_added_stops_all_and_links_to_where_it_is(
    desk: Client, home: Any, at: datetime
) -> None:
    taken, free = ReleaseStory.page("Hotels", parent=home), ReleaseStory.page("Taxis", parent=home)
    other = ReleaseStory.draft(taken, at=at)
    release = ReleaseStory.draft(at=at)

    response = desk.post(
        bulk("page", "wagtailcore", free, taken),
        {"release": str(release.pk), "action": "publish"},
    )

    assert "“Hotels” is in the release “March” already." in text_of(response)
    assert reverse("campaign_release:view", args=[other.pk]) in response.content.decode()
    assert release.items.count() == 0


def test_an_alias_among_many_is_named_and_left_out(desk: Client, home: Any, at: datetime) -> None:
    page = ReleaseStory.page("Hotels", parent=home)
    alias = page.create_alias(update_slug="hotels-again")
    release = ReleaseStory.draft(at=at)
    address = bulk("page", "wagtailcore", page, alias)
    assert "Left out, because you may not edit them" in text_of(desk.get(address))

    desk.post(address, {"release": str(release.pk), "action": "publish"})

    assert [item.object_id for item in release.items.all()] == [str(page.pk)]


# --- A notice in the editor -----------------------------------------------------------------------


def test_the_editor_of_a_page_says_that_it_is_in_a_release(desk: Client, at: datetime) -> None:
    page = ReleaseStory.page("Hotels")
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert "This is in the release" not in text_of(desk.get(address))
    release = ReleaseStory.approved(page, at=at)

    response = desk.get(address)

    said = text_of(response)
    assert "This is in the release “March”. No time is set yet" in said
    assert "Editing it voids the approval of that release." in said
    assert reverse("campaign_release:view", args=[release.pk]) in response.content.decode()


def test_the_editor_of_a_record_says_so_too(desk: Client, at: datetime) -> None:
    term = ReleaseStory.term("Grooming")
    ReleaseStory.draft(term, at=at)
    address = reverse(term.snippet_viewset.get_url_name("edit"), args=[term.pk])

    said = text_of(desk.get(address))

    assert "This is in the release “March”." in said
    assert "Editing it voids" not in said


def test_a_record_that_is_in_no_release_says_nothing(desk: Client) -> None:
    term = GlossaryTermFactory()

    shown = text_of(desk.get(reverse(term.snippet_viewset.get_url_name("edit"), args=[term.pk])))

    assert "This is in the release" not in shown
