"""Pages that fill themselves from other pages and records."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from wagtail.models import Page

from campaign.pages.models import HomePage, UpdateIndexPage
from campaign.pages.models.updates import UPDATES_PER_PAGE
from tests.factories import pages as make
from tests.factories.content_blocks import GlossaryTermFactory, HotspotFactory, SignFactory


def _html(client: Client, page: Page, path: str = "") -> str:
    response = client.get(f"{page.url}{path}")
    assert response.status_code == 200
    return response.content.decode().partition("<main")[2].partition("</main>")[0]


@pytest.fixture
def updates(home: HomePage) -> UpdateIndexPage:
    index = make.UpdateIndexPageFactory(parent=home)
    for number in range(UPDATES_PER_PAGE + 1):
        make.UpdatePageFactory(
            parent=index,
            title=f"Update {number}",
            date=date(2026, 1, 1) + timedelta(days=number),
        )
    make.UpdatePageFactory(parent=index, title="Not yet", date=date(2026, 12, 1), draft=True)
    return index


def test_updates_are_shown_newest_first(updates: UpdateIndexPage, client: Client) -> None:
    html = _html(client, updates)

    positions = [html.find(f">Update {number}<") for number in range(UPDATES_PER_PAGE, 0, -1)]
    assert positions == sorted(positions)
    assert -1 not in positions
    assert ">Update 0<" not in html
    assert "Not yet" not in html
    assert f'<a rel="next" href="{updates.url}page/2/">' in html
    assert 'rel="prev"' not in html


def test_older_updates_have_an_address_of_their_own(
    updates: UpdateIndexPage, client: Client
) -> None:
    html = _html(client, updates, "page/2/")

    assert ">Update 0<" in html
    assert ">Update 1<" not in html
    assert f'<a rel="prev" href="{updates.url}">' in html
    assert 'rel="next"' not in html


def test_first_updates_have_one_address_only(updates: UpdateIndexPage, client: Client) -> None:
    response = client.get(f"{updates.url}page/1/")

    assert (response.status_code, response["Location"]) == (301, updates.url)


@pytest.mark.parametrize("path", ["page/3/", "page/0/", "page/x/"])
def test_page_of_updates_that_is_not_there_is_not_found(
    updates: UpdateIndexPage, client: Client, path: str
) -> None:
    assert client.get(f"{updates.url}{path}").status_code == 404


def test_list_without_updates_says_so(home: HomePage, client: Client) -> None:
    index = make.UpdateIndexPageFactory(parent=home)

    assert "There are no updates yet." in _html(client, index)


def test_glossary_is_in_alphabetical_order_with_anchors(home: HomePage, client: Client) -> None:
    page = make.GlossaryPageFactory(parent=home)
    for term in ("trafficking", "Consent", "capacity", "Hidden"):
        GlossaryTermFactory(term=term, slug=term.lower(), live=term != "Hidden")

    html = _html(client, page)

    order = [html.find(f'id="{slug}"') for slug in ("capacity", "consent", "trafficking")]
    assert order == sorted(order)
    assert -1 not in order
    assert "Hidden" not in html
    assert '<a href="#letter-2">T</a>' in html
    assert '<h2 id="letter-2">T</h2>' in html


def test_glossary_shows_the_terms_of_its_own_language(home: HomePage, client: Client) -> None:
    page = make.GlossaryPageFactory(parent=home)
    GlossaryTermFactory(term="Ours")
    GlossaryTermFactory(term="Theirs", locale=make.add_locale("ur"))

    html = _html(client, page)

    assert ("Ours" in html, "Theirs" in html) == (True, False)


def test_places_are_listed_in_the_order_of_the_editor(home: HomePage, client: Client) -> None:
    index = make.HotspotIndexPageFactory(parent=home)
    for name in ("Zebra crossings", "Airports"):
        make.HotspotPageFactory(parent=index, title=name)
    make.HotspotPageFactory(parent=index, title="Secret plans", draft=True)

    for page in (home, index):
        html = _html(client, page)
        assert 0 < html.find("Zebra crossings") < html.find("Airports")
        assert "Secret plans" not in html
        assert "<svg" in html


def test_home_page_lists_the_readers_it_has_pages_for(home: HomePage, client: Client) -> None:
    section = make.SectionPageFactory(parent=home)
    make.AudiencePageFactory(parent=section, audience_label="Taxi drivers")
    make.AudiencePageFactory(parent=section, audience_label="Nobody yet", draft=True)

    html = _html(client, home)

    assert ("Taxi drivers" in html, "Nobody yet" in html) == (True, False)


def test_section_lists_its_pages_of_every_type(home: HomePage, client: Client) -> None:
    section = make.SectionPageFactory(parent=home)
    make.GuidancePageFactory(parent=section, title="How it starts", summary="Slowly.")
    make.StandardPageFactory(parent=section, title="About this")
    make.GuidancePageFactory(parent=section, title="In preparation", draft=True)

    html = _html(client, section)

    assert "How it starts" in html
    assert "Slowly." in html
    assert "About this" in html
    assert "In preparation" not in html


@pytest.fixture
def hotels(home: HomePage) -> Any:
    hotspot = HotspotFactory(name="Hotels")
    index = make.HotspotIndexPageFactory(parent=home)
    return make.HotspotPageFactory(parent=index, hotspot=hotspot)


def test_signs_of_a_place_are_grouped_by_what_is_observed(hotels: Any, client: Client) -> None:
    for code, text, observed in [
        ("HO-01", "Pays cash", "adult"),
        ("HO-02", "Looks afraid", "child"),
        ("HO-03", "Many short visits", "place"),
    ]:
        SignFactory(code=code, text=text, observed=observed, hotspots=[hotels.hotspot])
    SignFactory(code="HO-04", text="Not confirmed", awaiting=True, hotspots=[hotels.hotspot])
    SignFactory(code="HO-05", text="Withdrawn sign", draft=True, hotspots=[hotels.hotspot])
    SignFactory(code="CH-01", text="A general sign")

    html = _html(client, hotels)

    order = [html.find(text) for text in ("Looks afraid", "Pays cash", "Many short visits")]
    assert order == sorted(order)
    assert -1 not in order
    for hidden in ("Not confirmed", "Withdrawn sign", "A general sign"):
        assert hidden not in html


def test_signs_come_between_fair_words_and_what_to_do(hotels: Any, client: Client) -> None:
    SignFactory(
        code="HO-01", text="Pays cash", caution="Many people do.", hotspots=[hotels.hotspot]
    )
    hotels.body = [("text", "<p>More about such places.</p>")]
    hotels.save()

    html = _html(client, hotels)

    order = [
        html.find(text)
        for text in (
            "Most guests are here for ordinary reasons.",
            "Pays cash",
            "Many people do.",
            'href="tel:999"',
            "Note what you saw.",
            "Tell your manager.",
            "More about such places.",
        )
    ]
    assert order == sorted(order)
    assert -1 not in order


def test_page_of_an_unpublished_kind_of_place_shows_no_signs(hotels: Any, client: Client) -> None:
    SignFactory(code="HO-01", text="Pays cash", hotspots=[hotels.hotspot])
    hotels.hotspot.unpublish()

    assert "Pays cash" not in _html(client, hotels)


def test_action_panel_stands_once_on_the_page_of_a_place(hotels: Any, client: Client) -> None:
    without = _html(client, hotels).count('class="action-panel"')
    panel = {
        "type": "action_panel",
        "id": "3f0c2f0e-0000-4000-8000-000000000001",
        "value": {"heading": "", "lead": "", "not_sure": [], "anonymous": [], "child": []},
    }
    hotels.what_to_do = [(panel["type"], panel["value"])]
    hotels.save()

    assert (without, _html(client, hotels).count('class="action-panel"')) == (1, 1)
