"""From an address to a page: as Wagtail finds it, in fewer questions; nothing closed is listed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from wagtail.models import Page

from campaign.pages.models import HomePage
from tests.factories import pages as make


@pytest.fixture
def section(home: HomePage) -> Page:
    """A section with one page below it."""
    section: Page = make.SectionPageFactory(parent=home, slug="guidance", show_in_menus=True)
    make.GuidancePageFactory(parent=section, slug="consent", title="What consent is")
    return section


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("guidance/", 200),
        ("guidance/consent/", 200),
        ("consent/", 404),
        ("guidance/nothing/", 404),
        ("nothing/consent/", 404),
        ("guidance/consent/more/", 404),
        ("guidance/guidance/", 404),
    ],
)
def test_address_is_the_whole_path(
    section: Page, client: Client, address: str, status: int
) -> None:
    assert client.get(f"/en/{address}").status_code == status


def test_live_page_below_a_draft_is_found_as_wagtail_finds_it(
    home: HomePage, client: Client
) -> None:
    section = make.SectionPageFactory(parent=home, slug="draft", draft=True)
    below = make.GuidancePageFactory(parent=section, slug="live")

    assert client.get("/en/draft/").status_code == 404
    assert client.get(below.url).status_code == 200


def test_page_that_serves_addresses_of_its_own_is_asked(home: HomePage, client: Client) -> None:
    index = make.UpdateIndexPageFactory(parent=home, slug="updates")
    make.UpdatePageFactory(parent=index, slug="first")

    statuses = [
        client.get(f"/en/updates/{rest}").status_code
        for rest in ("", "first/", "page/1/", "page/9/", "first/page/2/")
    ]

    assert statuses == [200, 200, 301, 404, 404]


def test_path_to_a_page_is_shown_without_asking_for_it(section: Page, client: Client) -> None:
    html = client.get("/en/guidance/consent/").content.decode()

    crumbs = html.partition('class="wrap crumbs"')[2].partition("</nav>")[0]
    assert [crumbs.index('href="/en/"'), crumbs.index('href="/en/guidance/"')] == sorted(
        [crumbs.index('href="/en/"'), crumbs.index('href="/en/guidance/"')]
    )


def test_closed_page_is_in_no_menu_and_no_list(
    home: HomePage, section: Page, client: Client
) -> None:
    page = section.get_children().get()
    assert "What consent is" in client.get(section.url).content.decode()

    page.view_restrictions.create(restriction_type="login")
    assert "What consent is" not in client.get(section.url).content.decode()
    assert 'href="/en/guidance/"' in client.get("/en/").content.decode()

    section.view_restrictions.create(restriction_type="login")
    assert 'href="/en/guidance/"' not in client.get("/en/").content.decode()


@pytest.mark.parametrize("closed", ["home", "section", "page"])
def test_restriction_covers_everything_below(
    home: HomePage, section: Page, client: Client, closed: str
) -> None:
    page = section.get_children().get()
    {"home": home, "section": section, "page": page}[closed].view_restrictions.create(
        restriction_type="login"
    )

    response: Any = client.get(page.url)

    assert response.status_code == 302
    assert "login" in response.url
