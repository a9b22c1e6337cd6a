"""Contact cards: what each says, and what they say when something is not in order."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.template.loader import render_to_string
from wagtail.blocks.struct_block import StructBlockValidationError

from content_blocks.contact_cards import contact_cards
from content_blocks.contacts import fallback_routes
from tests.content_blocks.blocks.conftest import STREAM, stored, text, texts
from tests.factories.content_blocks import (
    ON,
    ContactRouteFactory,
    OpeningExceptionFactory,
    OpeningHoursFactory,
)

pytestmark = pytest.mark.django_db


def section(*routes: Any, layout: str = "full", audience: str = "") -> Any:
    value = {
        "heading": "People to talk to",
        "audience": audience,
        "routes": [route.pk for route in routes],
        "layout": layout,
    }
    return BeautifulSoup(stored(("contacts", value))[0].render(), "html.parser")


def cards(*routes: Any, layout: str = "full", audience: str = "") -> list[Any]:
    return section(*routes, layout=layout, audience=audience).select(
        "section.contacts > ul > li > article.contact-card"
    )


def names(found: list[Any]) -> list[str]:
    return [text(card.select_one("h3")) for card in found]


def facts(card: Any) -> dict[str, list[str]]:
    return {text(row.dt): [text(dd) for dd in row.select("dd")] for row in card.select("dl > div")}


def test_999_is_first_even_when_the_editor_chose_something_else() -> None:
    found = cards(ContactRouteFactory(name="NSPCC"))
    assert names(found) == ["Police, emergency", "NSPCC"]
    assert [a["href"] for a in found[0].select("a")] == ["tel:999"]


def test_999_is_there_when_the_editor_chose_it_last_and_is_shown_once() -> None:
    emergency = ContactRouteFactory(
        slug="999", name="Police: 999", number="999", number_display="999"
    )
    assert names(cards(ContactRouteFactory(name="NSPCC"), emergency)) == ["Police: 999", "NSPCC"]


@pytest.mark.parametrize("layout", ["full", "compact"])
def test_999_is_there_when_its_record_is_unpublished(layout: str) -> None:
    ContactRouteFactory(slug="999", name="Draft", number="999", number_display="999", draft=True)
    assert names(cards(layout=layout)) == ["Police, emergency"]


def test_card_says_all_that_is_known() -> None:
    route = ContactRouteFactory(
        name="NSPCC Helpline",
        short_use="Adults worried about any child.",
        number="+448088005000",
        number_display="0808 800 5000",
        operator="NSPCC",
        independent_of_council="yes",
        independent_of_police="part",
        anonymity="can_stay_anonymous",
        what_is_shared="They pass on serious risk.",
        cost="free",
        cost_text="Also from mobiles.",
        shows_on_bill="no",
        languages=["en", "ur"],
        languages_text="Interpreters on request",
        bsl="https://example.org/bsl",
        eligibility="Adults.",
        minimum_age=18,
        area="United Kingdom",
        who_pays="A charity.",
        verified_on=date(2026, 11, 21),
    )
    for weekday in range(5):
        OpeningHoursFactory(route=route, weekday=weekday, opens=time(8), closes=time(22))
    OpeningExceptionFactory(route=route, date=date(2026, 12, 15))
    route.refresh_from_db()
    card = cards(route)[1]
    assert text(card.select_one(".contact-card__use")) == "Adults worried about any child."
    [number] = card.select(".contact-value--number a.tel")
    assert (number["href"], number["dir"], number.string) == (
        "tel:+448088005000",
        "ltr",
        "0808\xa0800\xa05000",
    )
    assert facts(card) == {
        "Open": ["Monday to Friday: 8am to 10pm", "Tuesday 15 December: closed"],
        "Cost": ["Free. Also from mobiles."],
        "On the phone bill": ["Does not show on the bill. It may stay in the phone's call list."],
        "Who runs it": [
            "NSPCC",
            "Independent of the council.",
            "It works with the police in part.",
        ],
        "Your name": ["You can choose not to give your name"],
        "What may be passed on": ["They pass on serious risk."],
        "Languages": ["English, Urdu. Interpreters on request"],
        "British Sign Language": ["How to reach it in British Sign Language"],
        "Who can use it": ["Adults. From age 18."],
        "Area": ["United Kingdom"],
        "Who pays for it": ["A charity."],
        "Details checked": ["21 November 2026"],
    }
    # What helps to decide is there at once; the rest opens.
    more = card.select_one("details")
    assert text(more.summary) == "More about NSPCC Helpline"
    assert list(facts(more)) == [
        "What may be passed on",
        "Languages",
        "British Sign Language",
        "Area",
        "Who pays for it",
        "Details checked",
    ]
    assert more.has_attr("open") is False


def test_route_without_further_facts_has_nothing_to_open() -> None:
    [card] = contact_cards(fallback_routes(on=ON)[1:2], on=ON)[1:]
    assert (card.route.slug, card.has_more) == ("101", False)
    soup = BeautifulSoup(
        render_to_string("content_blocks/blocks/parts/contact_card.html", {"card": card}),
        "html.parser",
    )
    assert len(soup.select("dl")) == 1
    assert soup.select("details") == []


def test_card_says_what_is_being_checked_and_is_silent_where_silence_is_safer() -> None:
    route = ContactRouteFactory(
        independent_of_council="unknown",
        independent_of_police="unknown",
        anonymity="unknown",
        cost="unknown",
        shows_on_bill="unknown",
        operator="",
        what_is_shared="",
    )
    assert facts(cards(route)[1]) == {
        "Open": ["We are checking these hours"],
        "Cost": ["We are checking the cost"],
        "Who runs it": [
            "We are checking whether it is independent of the council and the police.",
        ],
        "Your name": ["We are checking this"],
        "Details checked": ["21 November 2026"],
    }


@pytest.mark.parametrize(
    ("council", "police", "words"),
    [
        ("yes", "yes", ["Independent of the council and the police."]),
        (
            "no",
            "no",
            ["The council is part of it, or runs it.", "The police are part of it, or run it."],
        ),
        (
            "unknown",
            "yes",
            [
                "We are checking whether it is independent of the council.",
                "Independent of the police.",
            ],
        ),
        (
            "yes",
            "unknown",
            [
                "Independent of the council.",
                "We are checking whether it is independent of the police.",
            ],
        ),
    ],
)
def test_card_says_whom_the_service_answers_to(council: str, police: str, words: list[str]) -> None:
    route = ContactRouteFactory(
        operator="", independent_of_council=council, independent_of_police=police
    )
    assert facts(cards(route)[1])["Who runs it"] == words


def test_compact_layout_is_name_use_and_number() -> None:
    card = cards(ContactRouteFactory(name="NSPCC"), layout="compact")[1]
    assert "contact-card--compact" in card["class"]
    assert card.select("dl, details") == []
    assert [a["href"] for a in card.select("a")] == ["tel:+448088005000"]


def test_route_being_checked_shows_no_number_of_its_own_but_the_fallback() -> None:
    card = cards(ContactRouteFactory(name="Old line", checking=True))[1]
    assert text(card.h3) == "Old line"
    assert texts(card, ".contact-value--checking") == ["We are checking these details."]
    assert [a["href"] for a in card.select("a")] == [
        "tel:999",
        "tel:101",
        "https://www.gov.uk/report-child-abuse-to-local-council",
    ]
    assert card.select("dl") == []


def test_overdue_route_says_that_it_is_being_checked_and_offers_the_fallback_too() -> None:
    card = cards(ContactRouteFactory(overdue=True))[1]
    assert texts(card, ".contact-value--checking") == ["We are checking these details."]
    assert [a["href"] for a in card.select("a")][:3] == ["tel:+448088005000", "tel:999", "tel:101"]


def test_withdrawn_route_shows_its_replacement_and_says_so() -> None:
    hopian = ContactRouteFactory(slug="hopian", name="Hopian", number="+441709123456")
    rise = ContactRouteFactory(
        name="Rotherham Rise", withdrawn=True, number="+441142223333", replaced_by=hopian
    )
    card = cards(rise)[1]
    assert text(card.h3) == "Hopian"
    assert texts(card, ".contact-card__replaced") == ["Rotherham Rise is now Hopian."]
    assert [a["href"] for a in card.select("a")] == ["tel:+441709123456"]


def test_replacement_that_is_chosen_too_is_shown_once_with_both_names() -> None:
    hopian = ContactRouteFactory(slug="hopian", name="Hopian")
    rise = ContactRouteFactory(name="Rotherham Rise", withdrawn=True, replaced_by=hopian)
    found = cards(hopian, rise)
    assert names(found) == ["Police, emergency", "Hopian"]
    assert texts(found[1], ".contact-card__replaced") == ["Rotherham Rise is now Hopian."]


def test_route_that_two_old_names_lead_to_keeps_the_first_of_them() -> None:
    new = ContactRouteFactory(name="New")
    olds = [
        ContactRouteFactory(name=name, withdrawn=True, replaced_by=new) for name in ("Old", "Older")
    ]
    found = cards(*olds, new)
    assert names(found) == ["Police, emergency", "New"]
    assert texts(found[1], ".contact-card__replaced") == ["Old is now New."]


def test_cost_that_is_not_one_of_the_usual_is_told_in_its_own_words() -> None:
    route = ContactRouteFactory(cost="other", cost_text="35p a minute")
    assert facts(cards(route)[1])["Cost"] == ["35p a minute"]


def test_withdrawn_route_without_replacement_does_not_vanish_without_a_word() -> None:
    card = cards(ContactRouteFactory(name="Gone", withdrawn=True))[1]
    assert texts(card, ".contact-value--withdrawn") == ["This service has ended."]
    assert card.select("a")[0]["href"] == "tel:999"


def test_unpublished_or_deleted_route_is_left_out() -> None:
    draft = ContactRouteFactory(name="Draft line", draft=True)
    gone = ContactRouteFactory()
    gone.pk, _deleted = gone.pk, type(gone).objects.filter(pk=gone.pk).delete()
    assert names(cards(draft, gone)) == ["Police, emergency"]


@pytest.mark.parametrize(
    ("traits", "href"),
    [
        ({"text": True}, "sms:61016"),
        ({"online": True}, "https://example.org/form"),
        ({"mail": True}, "mailto:help@example.org"),
    ],
)
def test_every_channel_has_its_link(traits: dict[str, bool], href: str) -> None:
    assert [a["href"] for a in cards(ContactRouteFactory(**traits))[1].select("a")] == [href]


def test_other_ways_are_those_that_can_be_used() -> None:
    hopian = ContactRouteFactory(name="Hopian", mail=True)
    other_ways = [
        ContactRouteFactory(name="Childline chat", online=True),
        ContactRouteFactory(name="Text line", text=True),
        ContactRouteFactory(name="Old name", withdrawn=True, replaced_by=hopian),
        ContactRouteFactory(name="Draft chat", online=True, draft=True),
        ContactRouteFactory(name="Checked chat", url="https://example.org/c", checking=True),
        ContactRouteFactory(name="Overdue chat", overdue=True),
        ContactRouteFactory(name="Gone", withdrawn=True),
    ]
    route = ContactRouteFactory(name="Childline")
    other_ways.append(ContactRouteFactory(name="Itself", withdrawn=True, replaced_by=route))
    route.accessible_alternatives.set(other_ways)
    route.save()
    card = cards(route)[1]
    assert facts(card)["Other ways to reach it"] == [
        "Childline chat",
        "Hopian: help@example.org",
        "Text line: 61016",
    ]
    assert [a["href"] for a in card.select("details a")] == [
        "https://example.org/form",
        "mailto:help@example.org",
        "sms:61016",
    ]


def test_routes_being_checked_come_last_behind_one_fallback() -> None:
    ContactRouteFactory(slug="napac", name="NAPAC", number="+448088010331", number_display="")
    found = section(
        ContactRouteFactory(name="First", checking=True, audiences=["survivor"]),
        ContactRouteFactory(name="Second"),
        ContactRouteFactory(name="Third", overdue=True, audiences=["survivor"]),
    )
    assert texts(found, "h3") == ["Police, emergency", "Second", "First", "Third"]
    assert texts(found, "section > p") == [
        "We are checking the details of the services below. Until then, you can use:"
    ]
    assert texts(found, ".contact-value__fallback") == [
        "Police, emergency: 999 NAPAC: 0808 801 0331"
    ]
    order = [(child.name, child["class"][0]) for child in found.section.find_all(recursive=False)]
    assert order == [
        ("h2", "contacts__heading"),
        ("ul", "contacts__list"),
        ("p", "contacts__checking"),
        ("ul", "contact-value__fallback"),
        ("ul", "contacts__list"),
    ]
    assert len(found.select(".contact-value--checking")) == 2


def test_audience_finds_all_its_public_routes_the_most_urgent_first() -> None:
    ContactRouteFactory(name="B later", audiences=["survivor"], urgency="any_time")
    ContactRouteFactory(name="C today", audiences=["survivor", "family"], urgency="today")
    ContactRouteFactory(name="A later", audiences=["survivor"], urgency="any_time")
    ContactRouteFactory(name="Not theirs", audiences=["child"])
    ContactRouteFactory(name="Draft", audiences=["survivor"], draft=True)
    assert names(cards(audience="survivor")) == [
        "Police, emergency",
        "C today",
        "A later",
        "B later",
    ]


@pytest.mark.parametrize(
    ("audience", "chosen", "message"),
    [
        ("", False, "Choose for whom the contacts are, or choose the routes one by one."),
        ("child", True, "Choose for whom, or choose routes one by one: not both."),
    ],
)
def test_contacts_need_exactly_one_of_audience_and_routes(
    audience: str, chosen: bool, message: str
) -> None:
    routes = [ContactRouteFactory().pk] if chosen else []
    block = STREAM.child_blocks["contacts"]
    value = {"heading": "x", "audience": audience, "routes": routes, "layout": "full"}
    with pytest.raises(StructBlockValidationError) as caught:
        block.clean(block.to_python(value))
    assert {name: error.messages for name, error in caught.value.block_errors.items()} == {
        "audience": [message]
    }


@pytest.mark.parametrize("count", [1, 3])
def test_contacts_take_the_same_queries_however_many_routes(
    count: int, django_assert_num_queries: Any
) -> None:
    routes = [ContactRouteFactory() for _number in range(count)]
    chat, police = ContactRouteFactory(online=True), ContactRouteFactory(slug="999", number="999")
    for route in routes:
        OpeningHoursFactory(route=route)
        route.accessible_alternatives.set([chat, police, ContactRouteFactory(checking=True)])
        route.save()
    cards()  # fills Wagtail's cache of locales
    # The chosen routes; the same as they are now; 999; hours, exceptions and other ways.
    with django_assert_num_queries(6):
        cards(*routes)


@pytest.mark.parametrize("count", [1, 3])
def test_contacts_that_are_not_in_order_take_the_same_queries_too(
    count: int, django_assert_num_queries: Any
) -> None:
    routes = [
        ContactRouteFactory(withdrawn=True, replaced_by=ContactRouteFactory(overdue=True))
        for _number in range(count)
    ]
    cards()
    # As above, and the fallback.
    with django_assert_num_queries(7):
        cards(*routes)
