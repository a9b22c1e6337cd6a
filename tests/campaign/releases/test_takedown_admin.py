"""Taking down and putting back, as a person does it in the admin."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Locale

from campaign.assurance.enums import Severity
from campaign.assurance.findings import Finding
from campaign.pages.models import GuidancePage, HomePage
from campaign.releases import takedown
from campaign.releases.enums import TakedownState
from campaign.releases.gate import Transition, register_gatekeeper, unregister_gatekeeper
from campaign.releases.models import Release, Takedown
from tests.factories import pages as make
from tests.factories.content_blocks import SignFactory

pytestmark = pytest.mark.django_db

REASON = "A mother has asked us to."
FORM = {"reason": REASON, "answer": "gone", "confirmation": "take down"}


@pytest.fixture
def home() -> HomePage:
    return make.campaign_home()


@pytest.fixture
def guidance(home: HomePage) -> GuidancePage:
    page = make.GuidancePageFactory(parent=home, slug="hotels", title="Hotels & B&Bs")
    page.save_revision().publish()
    return GuidancePage.objects.get(pk=page.pk)


@pytest.fixture
def moderator(db: None) -> Client:
    user = User.objects.create_user("moderator", first_name="Mo")
    user.groups.add(Group.objects.get(name="Moderators"))
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["take_down", "view_takedown"])
    )
    client = Client()
    client.force_login(user)
    return client


def url(name: str, *args: Any) -> str:
    return reverse(f"campaign_releases_takedowns:{name}", args=args)


def down(target: Any, **options: Any) -> Takedown:
    return takedown.take_down(
        target, **({"user": None, "reason": REASON, "at": timezone.now()} | options)
    )


@pytest.mark.parametrize("typed", ["take down", "Hotels & B&Bs", " hotels  & b&bs "])
def test_a_page_is_taken_down_with_a_reason_and_a_typed_confirmation(
    guidance: GuidancePage, moderator: Client, typed: str
) -> None:
    form = moderator.get(url("page", guidance.pk))
    assert "1 thing that is public or scheduled comes down at once" in form.content.decode()
    assert GuidancePage.objects.get(pk=guidance.pk).live

    response = moderator.post(
        url("page", guidance.pk), FORM | {"confirmation": typed, "explanation_en": "A mistake."}
    )

    found = Takedown.objects.get()
    assert response["Location"] == url("detail", found.pk)
    assert not GuidancePage.objects.get(pk=guidance.pk).live
    assert (found.reason, found.taken_down_by.username) == (REASON, "moderator")
    assert found.explanations == {"en": "A mistake."}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reason": " "}, "This field is required."),
        ({"confirmation": ""}, "so that nothing is taken down by mistake"),
        ({"confirmation": "Hotels"}, "so that nothing is taken down by mistake"),
        ({"answer": "redirect"}, "Choose the page to which readers are to be led."),
        ({"answer": "redirect", "redirect_path": "https://example.com/"}, "not led off this site"),
        ({"answer": "redirect", "redirect_path": "/en/hotels/"}, "go in a circle"),
    ],
)
def test_what_is_missing_or_wrong_is_said_in_the_form_and_nothing_comes_down(
    guidance: GuidancePage, moderator: Client, changes: dict[str, str], message: str
) -> None:
    response = moderator.post(url("page", guidance.pk), FORM | changes)

    assert response.status_code == 200
    assert message in response.content.decode()
    assert REASON in response.content.decode() or "reason" in changes
    assert GuidancePage.objects.get(pk=guidance.pk).live
    assert not Takedown.objects.exists()


def test_a_drill_needs_neither_and_changes_nothing(
    guidance: GuidancePage, moderator: Client
) -> None:
    response = moderator.post(url("page", guidance.pk), {"drill": "1", "answer": "gone"})

    found = Takedown.objects.get()
    assert response["Location"] == url("detail", found.pk)
    assert (found.drill, found.state) == (True, TakedownState.DRILL_WAITING)
    assert GuidancePage.objects.get(pk=guidance.pk).live
    page = moderator.get(url("detail", found.pk))
    assert "The worker is measuring." in page.content.decode()
    assert page["Refresh"] == "2"


def test_the_pages_below_are_offered_with_their_number(home: HomePage, moderator: Client) -> None:
    section = make.SectionPageFactory(parent=home)
    children = [make.GuidancePageFactory(parent=section) for _child in range(2)]

    form = moderator.get(url("page", section.pk)).content.decode()
    assert "Take down the pages below it too (2 in all languages)" in form
    moderator.post(url("page", section.pk), FORM | {"with_descendants": "on"})

    assert not any(GuidancePage.objects.get(pk=child.pk).live for child in children)


def test_every_kind_of_target_has_its_form(
    guidance: GuidancePage, moderator: Client, at: datetime
) -> None:
    sign = SignFactory()
    release = Release.objects.create(title="Spring", created_at=at)
    for address, title in (
        (url("page", guidance.pk), "Take down “Hotels &amp; B&amp;Bs”"),
        (url("snippet", "content_blocks", "sign", sign.pk), f"Take down “{sign}”"),
        (url("release", release.pk), "Take down “Spring”"),
        (url("language", Locale.get_default().pk), "Take down “English”"),
        (url("campaign"), "Take down “The whole campaign”"),
    ):
        response = moderator.get(address)
        assert response.status_code == 200
        assert title in response.content.decode()
    assert "Nothing of it is public" in moderator.get(url("release", release.pk)).content.decode()
    assert "never public without its source" in (
        moderator.get(url("language", Locale.get_default().pk)).content.decode()
    )


@pytest.mark.parametrize("model", ["nothing", "openinghours"])
def test_what_cannot_be_public_cannot_be_taken_down(moderator: Client, model: str) -> None:
    assert moderator.get(url("snippet", "content_blocks", model, "1")).status_code == 404


def test_its_page_shows_each_address_until_all_are_gone(
    guidance: GuidancePage, moderator: Client
) -> None:
    found = down(guidance)
    page = moderator.get(url("detail", found.pk))
    assert "0 of 1 addresses were fetched and are gone." in page.content.decode()
    assert page["Refresh"] == "2"
    address = found.addresses.get()
    address.gone_at = found.taken_down_at + timezone.timedelta(seconds=1.25)
    address.last_status, address.next_check_at = 410, None
    address.save()

    page = moderator.get(url("detail", found.pk))

    html = " ".join(page.content.decode().split())
    assert "1 address was fetched and is gone; it took 1.3 seconds." in html
    assert ">410</td>" in html
    assert "Refresh" not in page


def test_undoing_lists_what_comes_back_and_puts_it_back(
    guidance: GuidancePage, moderator: Client
) -> None:
    found = down(guidance)
    assert "Public again" in moderator.get(url("undo", found.pk)).content.decode()
    assert not GuidancePage.objects.get(pk=guidance.pk).live

    response = moderator.post(url("undo", found.pk), {"reason": "She agrees now."})

    assert response["Location"] == url("detail", found.pk)
    assert GuidancePage.objects.get(pk=guidance.pk).live
    found.refresh_from_db()
    assert (found.state, found.undo_reason) == (TakedownState.UNDONE, "She agrees now.")
    assert moderator.get(url("undo", found.pk))["Location"] == url("detail", found.pk)
    assert moderator.post(url("undo", found.pk))["Location"] == url("detail", found.pk)


def test_what_cannot_be_put_back_is_said(guidance: GuidancePage, moderator: Client) -> None:
    def stop(transition: Transition) -> list[Finding]:
        return [
            Finding(rule="x", severity=Severity.CRITICAL, why="It names a child.", what_to_do="")
        ]

    found = down(guidance)
    register_gatekeeper("test", stop)
    try:
        response = moderator.post(url("undo", found.pk))
    finally:
        unregister_gatekeeper("test")

    html = response.content.decode()
    assert "Nothing has been put back, because “Hotels &amp; B&amp;Bs” could not be" in html
    assert "It names a child." in html
    assert Takedown.objects.get().is_standing
    assert not GuidancePage.objects.get(pk=guidance.pk).live


def test_the_list_says_what_why_who_and_how_long(
    guidance: GuidancePage, moderator: Client, django_assert_max_num_queries: Any
) -> None:
    assert "Nothing has been taken down." in moderator.get(url("list")).content.decode()
    found = down(guidance, user=User.objects.get(username="moderator"))

    html = moderator.get(url("list")).content.decode()

    assert "Hotels &amp; B&amp;Bs" in html
    assert REASON in html
    assert "Not gone everywhere" in html
    assert url("detail", found.pk) in html
    assert url("choose") in html


def test_menus_offer_it_to_those_who_may(
    guidance: GuidancePage, moderator: Client, home: HomePage
) -> None:
    sign = SignFactory()
    editor = Client()
    user = User.objects.create_user("editor")
    user.groups.add(Group.objects.get(name="Editors"))
    editor.force_login(user)
    places = {
        reverse("wagtailadmin_pages:edit", args=[guidance.pk]): url("page", guidance.pk),
        reverse("wagtailadmin_explore", args=[home.pk]): url("page", guidance.pk),
        reverse("wagtailsnippets_content_blocks_sign:list"): url(
            "snippet", "content_blocks", "sign", sign.pk
        ),
        reverse("wagtailsnippets_content_blocks_sign:edit", args=[sign.pk]): url(
            "snippet", "content_blocks", "sign", sign.pk
        ),
    }
    for place, address in places.items():
        assert address in moderator.get(place).content.decode(), place
        assert address not in editor.get(place).content.decode(), place
