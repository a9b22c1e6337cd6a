"""Search: nothing of it stays anywhere, and it never shows what is not public."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Locale

from campaign.pages.models import HomePage
from campaign.pages.search import MOST_RESULTS, search_public
from tests.factories import pages as make
from tests.factories.content_blocks import ON, ContactRouteFactory, HotspotFactory, SignFactory


@pytest.fixture
def url() -> str:
    return reverse("campaign_search")


def _search(home: HomePage, words: str) -> Any:
    return search_public(words, root=home, locale=Locale.objects.get(language_code="en"), on=ON)


def test_search_leaves_no_trace(home: HomePage, url: str) -> None:
    client = Client(enforce_csrf_checks=True)

    response = client.post(url, {"q": "grooming"})

    html = response.content.decode()
    assert (url, response.status_code) == ("/en/search/", 200)
    assert (dict(response.cookies), response["Cache-Control"]) == ({}, "no-store")
    assert "cookie" not in response.get("Vary", "").lower()
    head = html.partition("</head>")[0]
    assert "<title>Search – Look closer</title>" in head
    assert "grooming" not in head
    assert '<meta name="robots" content="noindex">' in head
    field = html.partition('<input class="search__input"')[2].partition(">")[0]
    assert ('type="search"' in field, 'autocomplete="off"' in field) == (True, True)


def test_form_keeps_words_out_of_the_address_and_the_browser(
    home: HomePage, url: str, client: Client
) -> None:
    html = client.get(url).content.decode()

    assert f'<form class="search" method="post" action="{url}" autocomplete="off"' in html
    assert html.count('autocomplete="off"') == 2
    assert "csrfmiddlewaretoken" not in html


def test_words_in_the_address_are_ignored(home: HomePage, url: str, client: Client) -> None:
    make.GuidancePageFactory(parent=home, title="Grooming")

    assert "What we found" not in client.get(url, {"q": "grooming"}).content.decode()


def test_empty_search_asks_for_words(home: HomePage, url: str, client: Client) -> None:
    html = client.post(url, {"q": "  "}).content.decode()

    assert "Type one or more words to search for." in html


def test_search_without_result_shows_who_to_call(home: HomePage, url: str, client: Client) -> None:
    html = client.post(url, {"q": "nothing like it"}).content.decode()
    main = html.partition("<main")[2].partition("</main>")[0]

    assert "We found nothing" in main
    assert 'href="tel:999"' in main


def test_only_public_pages_of_the_language_are_found(home: HomePage) -> None:
    make.GuidancePageFactory(parent=home, title="Hotels: open")
    make.GuidancePageFactory(parent=home, title="Hotels: sensitive", sensitive=True)
    make.GuidancePageFactory(parent=home, title="Hotels: draft", draft=True)
    closed = make.GuidancePageFactory(parent=home, title="Hotels: closed")
    closed.view_restrictions.create(restriction_type="login")
    urdu = home.copy_for_translation(make.add_locale("ur"))
    urdu.title = "Hotels: other language"
    urdu.save_revision().publish()

    found = {page.title for page in _search(home, "hotels").pages}

    assert found == {"Hotels: open", "Hotels: sensitive"}


def test_words_in_the_blocks_are_found(home: HomePage) -> None:
    page = make.GuidancePageFactory(parent=home, body=[make.text_block("<p>A zebra</p>")])

    assert [found.pk for found in _search(home, "zebra").pages] == [page.pk]


def test_contact_routes_are_found_behind_999(home: HomePage, url: str, client: Client) -> None:
    ContactRouteFactory(slug="childline", name="Childline")
    ContactRouteFactory(slug="childline-draft", name="Childline draft", draft=True)

    cards = _search(home, "childline").cards

    assert [card.route.slug for card in cards] == ["999", "childline"]
    make.GuidancePageFactory(parent=home, title="About Childline")
    html = client.post(url, {"q": "childline"}).content.decode()
    assert html.index("People to contact") < html.index("What we found")


def test_signs_are_found_with_the_page_that_shows_them(home: HomePage) -> None:
    hotels, parks, later = (HotspotFactory() for _number in range(3))
    index = make.HotspotIndexPageFactory(parent=home)
    page = make.HotspotPageFactory(parent=index, hotspot=hotels)
    make.HotspotPageFactory(parent=index, hotspot=later, draft=True)
    SignFactory(code="HO-01", text="Pays with cash", hotspots=[hotels])
    SignFactory(code="HO-02", text="Cash, not confirmed", awaiting=True, hotspots=[hotels])
    SignFactory(code="PK-01", text="Cash in a park", hotspots=[parks])
    SignFactory(code="LA-01", text="Cash later", hotspots=[later])
    closed = HotspotFactory()
    closed_page = make.HotspotPageFactory(parent=index, hotspot=closed)
    closed_page.view_restrictions.create(restriction_type="login")
    SignFactory(code="CL-01", text="Cash behind a login", hotspots=[closed])

    found = _search(home, "cash").signs

    assert [(item.sign.code, item.page.pk) for item in found] == [("HO-01", page.pk)]


def test_long_question_is_cut(home: HomePage, url: str, client: Client) -> None:
    html = client.post(url, {"q": "x" * 5000}).content.decode()

    assert f'value="{"x" * 100}"' in html


def test_result_list_has_an_end(home: HomePage) -> None:
    for number in range(MOST_RESULTS + 1):
        make.GuidancePageFactory(parent=home, title=f"Hotels {number}")

    assert len(_search(home, "hotels").pages) == MOST_RESULTS


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_search_takes_no_other_method(
    home: HomePage, url: str, client: Client, method: str
) -> None:
    assert getattr(client, method)(url).status_code == 405


def test_nothing_is_found_without_words(home: HomePage) -> None:
    assert not _search(home, "   ")


def test_nothing_is_found_in_a_language_without_a_home_page(home: HomePage, settings: Any) -> None:
    settings.LANGUAGES = settings.WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("ur", "Urdu")]

    assert not search_public("page", root=home, locale=make.add_locale("ur"), on=ON)
