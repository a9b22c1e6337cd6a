"""Contacts in order: 999 first, then by how soon; in the support section the independent first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from django.test import Client
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file_svg
from wagtail.models import Page

from campaign.pages.directory import (
    AUDIENCE_PATHS,
    Section,
    directory_sections,
    independence,
    support_section,
)
from campaign.pages.models import HomePage
from content_blocks.enums import Audience, Independence, PoliceIndependence
from content_blocks.models import ContactRoute
from tests.factories import pages as make
from tests.factories.content_blocks import ON, ContactRouteFactory


def _names(sections: Sequence[Section]) -> list[tuple[str, list[str]]]:
    return [
        (str(section.heading), [card.route.slug for card in section.cards]) for section in sections
    ]


@pytest.mark.django_db
def test_directory_without_records_still_shows_999() -> None:
    assert _names(directory_sections(None, on=ON)) == [("In danger now", ["999"])]


@pytest.mark.django_db
def test_directory_is_by_how_soon_then_by_audience_then_by_name() -> None:
    ContactRouteFactory(slug="later", urgency="any_time")
    ContactRouteFactory(slug="b-adults", name="B", audiences=["worried_adult"])
    ContactRouteFactory(slug="a-adults", name="A", audiences=["worried_adult"])
    ContactRouteFactory(slug="z-children", name="Z", audiences=["child", "worried_adult"])
    ContactRouteFactory(slug="999-text", urgency="now")
    ContactRouteFactory(slug="hidden", draft=True)

    assert _names(directory_sections(None, on=ON)) == [
        ("In danger now", ["999", "999-text"]),
        ("Tell someone today", ["z-children", "a-adults", "b-adults"]),
        ("Any time you are ready", ["later"]),
    ]


@pytest.mark.django_db
def test_999_is_shown_once_even_if_its_record_says_something_else() -> None:
    ContactRouteFactory(slug="999", number="999", number_display="999", urgency="today")

    assert _names(directory_sections(None, on=ON)) == [("In danger now", ["999"])]


@pytest.mark.django_db
def test_directory_for_one_audience_leaves_the_others_out() -> None:
    ContactRouteFactory(slug="for-children", audiences=["child"])
    ContactRouteFactory(slug="for-adults", audiences=["worried_adult"])

    assert _names(directory_sections(Audience.CHILD, on=ON)) == [
        ("In danger now", ["999"]),
        ("Tell someone today", ["for-children"]),
    ]


@pytest.mark.django_db
def test_withdrawn_route_shows_what_replaces_it() -> None:
    new = ContactRouteFactory(slug="hopian", name="Hopian", audiences=["survivor"])
    ContactRouteFactory(
        slug="rise", name="Rise", withdrawn=True, replaced_by=new, audiences=["child"]
    )

    [_emergency, today] = directory_sections(Audience.CHILD, on=ON)

    assert [(card.route.slug, card.presented.replaced_name) for card in today.cards] == [
        ("hopian", "Rise")
    ]


@pytest.mark.django_db
def test_support_puts_independent_routes_before_council_and_police() -> None:
    council, police = Independence, PoliceIndependence
    for slug, of_council, of_police in [
        ("police", council.YES, police.NO),
        ("council", council.NO, police.NO),
        ("partly", council.YES, police.PART),
        ("unknown", council.UNKNOWN, police.UNKNOWN),
        ("charity-b", council.YES, police.YES),
        ("charity-a", council.YES, police.YES),
    ]:
        ContactRouteFactory(
            slug=slug,
            name=slug,
            audiences=["survivor"],
            independent_of_council=of_council,
            independent_of_police=of_police,
        )

    section = support_section(Audience.SURVIVOR, on=ON)

    assert [card.route.slug for card in section.cards] == [
        "999",
        "charity-a",
        "charity-b",
        "partly",
        "police",
        "council",
        "unknown",
    ]


def test_address_of_an_audience_says_nothing_about_the_reader() -> None:
    telling = {"child", "abuse", "survivor", "victim", "exploitation", "behaviour", "whistle"}

    assert not [path for path in AUDIENCE_PATHS.values() if telling & set(path.split("-"))]
    assert set(AUDIENCE_PATHS) == set(Audience.values)


@pytest.mark.parametrize("audience", AUDIENCE_PATHS)
def test_directory_has_a_page_for_each_audience(
    home: HomePage, client: Client, audience: str
) -> None:
    page = make.ContactDirectoryPageFactory(parent=home)
    ContactRouteFactory(name="Only for them", audiences=[audience])
    ContactRouteFactory(
        name="For others", audiences=[value for value in Audience.values if value != audience]
    )
    url = f"{page.url}{AUDIENCE_PATHS[audience]}/"

    response = client.get(url)

    html = response.content.decode()
    assert response.status_code == 200
    assert "Only for them" in html
    assert "For others" not in html
    assert f'<link rel="canonical" href="http://testserver{url}">' in html
    assert f'<a href="{url}" aria-current="page">' in html
    assert (response["Cache-Control"], response.cookies) == ("no-store", {})


def test_directory_has_no_page_for_anything_else(home: HomePage, client: Client) -> None:
    page = make.ContactDirectoryPageFactory(parent=home)

    assert client.get(f"{page.url}survivor/").status_code == 404


def test_route_past_its_review_date_says_so(
    home: HomePage, client: Client, time_machine: Any
) -> None:
    page = make.ContactDirectoryPageFactory(parent=home)
    ContactRouteFactory(name="Old line", review_due=date(2026, 11, 20))
    time_machine.move_to("2026-11-22 12:00+00:00")

    html = client.get(page.url).content.decode()

    assert "We are checking these details" in html


# Wagtail leaves the temporary file of a new rendition to the garbage collector.
@pytest.mark.filterwarnings("ignore:Unclosed file <tempfile.Spooled:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_support_section_never_shows_the_council_logo(
    whole_campaign: dict[str, Page], client: Client
) -> None:
    # A drawing: it is shown as it is, also where the template asks for another format.
    logo = get_image_model().objects.create(
        title="Coat of arms", file=get_test_image_file_svg(), description="Arms"
    )
    make.campaign_settings(logo=logo)

    html = {
        name: client.get(whole_campaign[name].url).content.decode()
        for name in ("GuidancePage", "SupportIndexPage", "SupportPage")
    }

    assert {name: 'class="brand__logo"' in text for name, text in html.items()} == {
        "GuidancePage": True,
        "SupportIndexPage": False,
        "SupportPage": False,
    }
    assert '<body class="support">' in html["SupportPage"]


def test_support_page_lists_contacts_only_when_asked(home: HomePage, client: Client) -> None:
    index = make.SupportIndexPageFactory(parent=home)
    ContactRouteFactory(
        name="For mothers and fathers", audiences=["family"], who_pays="A charity pays."
    )
    quiet = make.SupportPageFactory(parent=index)
    listing = make.SupportPageFactory(parent=index, contacts_for="family")

    assert "For mothers and fathers" not in client.get(quiet.url).content.decode()
    html = client.get(listing.url).content.decode()
    assert "For mothers and fathers" in html
    assert "A charity pays." in html


def test_support_section_folds_what_is_being_checked_behind_what_can_be_reached(
    home: HomePage, client: Client
) -> None:
    index = make.SupportIndexPageFactory(parent=home)
    make.SupportPageFactory(parent=index, title="Your choices")
    ContactRouteFactory(name="Can be reached", audiences=["survivor"])
    for name in ("A checked one", "Another checked one"):
        ContactRouteFactory(name=name, audiences=["survivor"], status="checking")

    html = client.get(index.url).content.decode()

    order = [
        html.index(text)
        for text in (
            "Your choices",
            ">People you can talk to<",
            'href="tel:999"',
            "Can be reached",
            "Services whose details we are checking",
            "Until we have checked, you can use:",
            "A checked one",
        )
    ]
    order[2] = html.index('href="tel:999"', order[1])
    assert order == sorted(order)
    folded = html.partition("Services whose details we are checking")[2].partition("</section>")[0]
    assert folded.count('class="contact-value__fallback"') == 1
    assert "Can be reached" not in folded


def test_support_section_has_nothing_to_unfold_when_all_is_in_order(
    home: HomePage, client: Client
) -> None:
    ContactRouteFactory(name="Can be reached", audiences=["survivor"])

    html = client.get(make.SupportIndexPageFactory(parent=home).url).content.decode()

    assert "Services whose details we are checking" not in html


def test_independent_of_the_police_alone_comes_between() -> None:
    def of(council: str, police: str) -> ContactRoute:
        return ContactRoute(
            name="Same", independent_of_council=council, independent_of_police=police
        )

    ranks = [
        independence(of(*answers))[0]
        for answers in (("yes", "yes"), ("yes", "part"), ("unknown", "yes"), ("no", "no"))
    ]

    assert ranks == [0, 1, 2, 3]
