"""How numbers are painted, and the template tags that show contact routes."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.template import Context, Template

from content_blocks.enums import Channel
from content_blocks.models import ContactRoute, OpeningException, OpeningHours
from content_blocks.phone_links import phone_link, route_phone_link
from tests.factories.content_blocks import ContactRouteFactory


def render(source: str, **context: object) -> str:
    return Template("{% load content_blocks_tags %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("number", "shown", "expected"),
    [
        ("999", "", '<a class="tel" href="tel:999" dir="ltr">999</a>'),
        (
            "+448001111",
            "",
            '<a class="tel" href="tel:+448001111" dir="ltr">0800\u00a01111</a>',
        ),
        (
            "+448081689111",
            "08 08 16 89 111",
            '<a class="tel" href="tel:+448081689111" dir="ltr">'
            "08\u00a008\u00a016\u00a089\u00a0111</a>",
        ),
        ("18001101", "", '<a class="tel" href="tel:18001101" dir="ltr">18001\u00a0101</a>'),
    ],
)
def test_number_is_a_link_with_isolation_and_no_break_spaces(number, shown, expected):
    assert phone_link(number, shown) == expected
    assert render("{% phone_number n s %}", n=number, s=shown) == expected


def test_nothing_in_a_number_escapes_into_the_page():
    assert phone_link('9"><script>', '<b>"') == (
        '<a class="tel" href="tel:9" dir="ltr">&lt;b&gt;&quot;</a>'
    )


def test_route_is_dialled_or_written_to():
    phone = ContactRoute(channel=Channel.PHONE, number="+448001111")
    text = ContactRoute(channel=Channel.TEXT, number="61016")

    assert render("{% phone r %}", r=phone) == (
        '<a class="tel" href="tel:+448001111" dir="ltr">0800\u00a01111</a>'
    )
    assert route_phone_link(text) == '<a class="tel" href="sms:61016" dir="ltr">61016</a>'


def test_route_without_a_number_shows_nothing():
    assert render("{% phone r %}", r=ContactRoute(channel=Channel.WEBCHAT)) == ""


def test_hours_and_languages_in_a_template():
    route = ContactRoute(languages=["ur", "pl"])
    route.opening_hours = [OpeningHours(weekday=0, opens=time(8), closes=time(22))]
    route.opening_exceptions = [OpeningException(date=date(2000, 1, 1))]

    assert render("{{ r|hours_lines|join:'; ' }}", r=route) == "Monday: 8am to 10pm"
    assert render("{{ r|hours_exceptions|join:'; ' }}", r=route) == ""
    assert render("{{ r|choice_labels:'languages'|join:', ' }}", r=route) == "Urdu, Polish"


@pytest.mark.django_db
def test_routes_are_presented_in_a_template():
    route = ContactRouteFactory(name="Helpline", checking=True)

    assert render("{% emergency_route as e %}{{ e.number }}") == "999"
    assert render("{% present_route r as p %}{{ p.state }} {{ p.route.name }}", r=route) == (
        "checking Helpline"
    )
    assert (
        render(
            "{% present_routes r as ps %}{% for p in ps %}{{ p.state }}{% endfor %}",
            r=[
                route,
                route,
            ],
        )
        == "checkingchecking"
    )
