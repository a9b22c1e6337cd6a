"""Editors' mishaps: a record in use, two tabs, a date that has passed. Nothing is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page
from wagtail.test.utils.form_data import nested_form_data, streamfield

from campaign.pages.models import GuidancePage, HomePage
from content_blocks.models import Hotspot
from tests.factories import pages as make
from tests.factories.content_blocks import HotspotFactory


@pytest.fixture
def editor(admin_client: Client, admin_user: Any) -> Client:
    return admin_client


def _data(page: Page, **changes: Any) -> dict[str, Any]:
    fields = {"title": page.title, "slug": page.slug, "body": streamfield([])}
    return nested_form_data({**fields, **changes})


def test_hotspot_that_a_page_uses_cannot_be_deleted(home: HomePage, editor: Client) -> None:
    hotels = HotspotFactory(name="Hotels")
    index = make.HotspotIndexPageFactory(parent=home)
    page = make.HotspotPageFactory(parent=index, hotspot=hotels, title="Hotels and B&Bs")
    url = reverse("wagtailsnippets_content_blocks_hotspot:delete", args=[hotels.pk])

    asked = editor.get(url, follow=True)
    deleted = editor.post(url, follow=True)

    assert (asked.status_code, deleted.status_code) == (200, 200)
    assert "Hotels" in deleted.content.decode()
    assert Hotspot.objects.filter(pk=hotels.pk).exists()
    page.refresh_from_db()
    assert (page.live, page.hotspot_id) == (True, hotels.pk)


def test_hotspot_in_use_is_refused_with_the_reason(home: HomePage, editor: Client) -> None:
    hotels = HotspotFactory(name="Hotels")
    index = make.HotspotIndexPageFactory(parent=home)
    make.HotspotPageFactory(parent=index, hotspot=hotels)
    url = reverse("wagtailsnippets_content_blocks_hotspot:delete", args=[hotels.pk])

    words = editor.post(url, follow=True).content.decode()

    assert "was not deleted" in words or "prevent it from being deleted" in words


def test_two_tabs_keep_both_versions(home: HomePage, editor: Client) -> None:
    section = make.SectionPageFactory(parent=home)
    page = make.GuidancePageFactory(parent=section, title="First")
    page.save_revision().publish()
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    for _tab in range(2):
        assert editor.get(url).status_code == 200

    editor.post(url, _data(page, title="From the first tab"))
    editor.post(url, _data(page, title="From the second tab"))

    kept = [revision.as_object().title for revision in page.revisions.order_by("created_at", "pk")]
    assert kept == ["First", "From the first tab", "From the second tab"]
    page.refresh_from_db()
    assert page.title == "First"


def test_second_tab_is_told_of_the_first(home: HomePage, editor: Client, admin_user: Any) -> None:
    section = make.SectionPageFactory(parent=home)
    page = make.GuidancePageFactory(parent=section, title="First")
    opened = page.save_revision(user=admin_user)
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    session = editor.get(url).context["editing_sessions"].current_session
    editor.post(url, _data(page, title="From the other tab"))

    ping = editor.post(
        reverse(
            "wagtailadmin_editing_sessions:ping",
            args=["campaign_pages", "guidancepage", page.pk, session.pk],
        ),
        {"revision_id": opened.pk},
    )

    assert "saved a new version" in ping.json()["html"]


@pytest.mark.parametrize("action", ["action-publish", "action-save"])
def test_time_that_has_passed_is_refused_and_nothing_goes_live(
    home: HomePage, editor: Client, action: str
) -> None:
    section = make.SectionPageFactory(parent=home)
    page = make.GuidancePageFactory(parent=section, title="A plan", draft=True)
    last_year = timezone.localtime() - timedelta(days=365)
    data = _data(page, go_live_at=f"{last_year:%Y-%m-%d %H:%M}") | {action: "1"}

    response = editor.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), data)

    assert response.context["form"].errors["go_live_at"] == [
        "This time has passed. Choose a time to come, or leave it empty to publish the page now."
    ]
    page.refresh_from_db()
    assert not page.live


def test_page_that_went_live_on_time_can_still_be_edited(home: HomePage, editor: Client) -> None:
    section = make.SectionPageFactory(parent=home)
    went_live = timezone.localtime().replace(second=0, microsecond=0) - timedelta(days=1)
    page = make.GuidancePageFactory(parent=section, title="A plan", go_live_at=went_live)
    data = _data(page, title="Corrected", go_live_at=f"{went_live:%Y-%m-%d %H:%M}")

    editor.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), data | {"action-publish": "1"})

    assert GuidancePage.objects.get(pk=page.pk).title == "Corrected"


def test_expiry_in_the_past_is_refused_in_words(home: HomePage, editor: Client) -> None:
    section = make.SectionPageFactory(parent=home)
    page = make.GuidancePageFactory(parent=section, title="A plan", draft=True)
    yesterday = timezone.localtime() - timedelta(days=1)
    data = _data(page, expire_at=f"{yesterday:%Y-%m-%d %H:%M}") | {"action-publish": "1"}

    response = editor.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), data)

    form = response.context["form"]
    assert form.errors["expire_at"] == ["Expiry date/time must be in the future."]
    page.refresh_from_db()
    assert not page.live
