"""The frame of a page: menu, path, languages, numbers."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory
from wagtail.models import Site

from campaign.pages.models import CampaignSettings
from campaign.pages.templatetags.campaign_layout import (
    footer_routes,
    frame_url,
    home_page,
    page_languages,
    path_to_page,
    primary_menu,
)
from tests.factories.content_blocks import ContactRouteFactory
from tests.factories.pages import (
    ContactDirectoryPageFactory,
    GuidancePageFactory,
    SectionPageFactory,
    StandardPageFactory,
    campaign_home,
    campaign_settings,
)

pytestmark = pytest.mark.django_db


def request_for(path: str = "/en/") -> HttpRequest:
    return RequestFactory(SERVER_NAME="testserver").get(path)


def context_of(page: Any = None, **more: Any) -> dict[str, Any]:
    return {"request": request_for(), "page": page, **more}


def test_menu_holds_public_pages_that_an_editor_put_there() -> None:
    home = campaign_home()
    shown = GuidancePageFactory(parent=home, title="Signs", show_in_menus=True)
    GuidancePageFactory(parent=home, title="Not chosen")
    GuidancePageFactory(parent=home, title="Draft", show_in_menus=True, draft=True)
    menu = primary_menu(context_of(home))
    assert [(item.text, item.url) for item in menu] == [("Signs", shown.url)]


def test_menu_marks_the_section_that_the_reader_is_in() -> None:
    home = campaign_home()
    section = SectionPageFactory(parent=home, title="Guidance", show_in_menus=True)
    GuidancePageFactory(parent=home, title="Signs", show_in_menus=True)
    page = GuidancePageFactory(parent=section, title="Myths")
    menu = primary_menu(context_of(page))
    assert [(item.text, item.current) for item in menu] == [("Guidance", True), ("Signs", False)]


def test_menu_calls_the_directory_by_its_use() -> None:
    home = campaign_home()
    directory = ContactDirectoryPageFactory(parent=home, title="Contacts", show_in_menus=True)
    campaign = campaign_settings(contact_directory=directory)
    menu = primary_menu(context_of(home, campaign=campaign))
    assert [item.text for item in menu] == ["Get help"]


def test_path_leads_from_home_to_the_parent() -> None:
    home = campaign_home(title="Look closer")
    section = SectionPageFactory(parent=home, title="Guidance")
    page = GuidancePageFactory(parent=section)
    assert [item.text for item in path_to_page(context_of(page))] == ["Look closer", "Guidance"]
    assert path_to_page(context_of(home)) == []


def test_frame_links_only_to_public_pages() -> None:
    home = campaign_home()
    page = StandardPageFactory(parent=home, slug="leaving-this-site")
    campaign = campaign_settings(safety_page=page)
    assert frame_url(context_of(home, campaign=campaign), "safety_page") == page.url
    page.unpublish()
    campaign = CampaignSettings.objects.get()
    assert frame_url(context_of(home, campaign=campaign), "safety_page") == ""
    assert frame_url(context_of(home), "safety_page") == ""


def test_footer_has_999_and_101_even_without_records() -> None:
    assert [route.number for route in footer_routes(context_of())] == ["999", "101"]


@pytest.mark.parametrize("state", [{"status": "checking"}, {"live": False}])
def test_footer_leaves_out_a_number_that_is_not_to_be_trusted(state: dict[str, Any]) -> None:
    ContactRouteFactory(slug="childline", number="+448001111", **state)
    assert [route.slug for route in footer_routes(context_of())] == ["999", "101"]


def test_footer_adds_published_routes_in_a_fixed_order() -> None:
    ContactRouteFactory(slug="childline", number="+448001111")
    ContactRouteFactory(slug="101", number="101")
    slugs = [route.slug for route in footer_routes(context_of())]
    assert slugs[1:] == ["101", "childline"]


def test_footer_asks_the_database_once_per_request(django_assert_max_num_queries: Any) -> None:
    context = context_of()
    footer_routes(context)
    with django_assert_max_num_queries(0):
        footer_routes(context)


def test_frame_stands_without_a_site() -> None:
    Site.objects.all().delete()
    context = context_of()
    assert home_page(context) is None
    assert primary_menu(context) == []
    assert path_to_page(context) == []
    assert page_languages(context) == []


def test_site_with_one_language_lists_none() -> None:
    assert page_languages(context_of(campaign_home())) == []


def test_page_carries_exit_address_numbers_and_honest_text(client: Client) -> None:
    campaign_home()
    campaign_settings(exit_url="https://example.org/weather")
    html = client.get("/en/").content.decode()
    assert 'data-exit="https://example.org/weather"' in html
    assert (
        html.count('href="https://example.org/weather" rel="nofollow noreferrer" data-leave') == 2
    )
    assert 'href="tel:999"' in html
    assert "Leaving quickly does not remove this page from your history." in html


def test_guard_stands_before_everything_that_could_be_painted(client: Client) -> None:
    campaign_home()
    html = client.get("/en/").content.decode()
    assert html.index("<script>") < html.index("<title>") < html.index("<style>")
