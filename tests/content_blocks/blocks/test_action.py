"""The action panel: 999 always, four ways, the campaign's defaults."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup

from content_blocks.values import ActionRoutes
from tests.content_blocks.blocks.conftest import stored, texts
from tests.factories.content_blocks import ContactRouteFactory

pytestmark = pytest.mark.django_db

EMPTY: dict[str, Any] = {"heading": "", "lead": "", "not_sure": [], "anonymous": [], "child": []}


def panel(value: dict[str, Any] | None = None, **context: Any) -> BeautifulSoup:
    child = stored(("action_panel", EMPTY | (value or {})))[0]
    return BeautifulSoup(child.render(context), "html.parser")


def names(soup: BeautifulSoup) -> list[str]:
    return texts(soup, ".route-lines__name")


def test_panel_without_any_record_still_says_999_and_101() -> None:
    soup = panel()
    assert texts(soup, "section.action-panel > h2") == ["What to do now"]
    assert [link["href"] for link in soup.select(".action-panel__emergency .tel")] == ["tel:999"]
    assert [link["href"] for link in soup.select(".route-lines .tel")] == ["tel:101"]


def test_panel_always_says_how_to_call_without_speaking_and_not_to_confront_anyone() -> None:
    soup = panel()
    assert "press 55" in texts(soup, ".action-panel__silent")[0]
    assert texts(soup, ".action-panel__never") == [
        "Do not confront anyone, and do not investigate yourself."
    ]


def test_emergency_number_comes_before_every_other_link() -> None:
    ContactRouteFactory(slug="crimestoppers", name="Crimestoppers")
    ContactRouteFactory(slug="childline", name="Childline")
    assert panel().select("a")[0]["href"] == "tel:999"


def test_panel_asks_four_questions_in_order() -> None:
    ContactRouteFactory(slug="crimestoppers", name="Crimestoppers")
    ContactRouteFactory(slug="childline", name="Childline")
    soup = panel()
    assert texts(soup, "h3") == [
        "In danger now? Call the police.",
        "Not sure, and nobody is in danger now?",
        "You do not want to give your name?",
        "Are you a child or young person?",
    ]
    assert names(soup) == ["Police, not an emergency", "Crimestoppers", "Childline"]


def test_campaigns_routes_stand_in_for_the_built_in_ones() -> None:
    ContactRouteFactory(slug="childline", name="Childline")
    council = ContactRouteFactory(name="Council")
    routes = ActionRoutes(not_sure=[council])
    assert names(panel(action_routes=routes)) == ["Council", "Childline"]


def test_blocks_own_routes_replace_only_their_own_list() -> None:
    ContactRouteFactory(slug="childline", name="Childline")
    campaign, own = ContactRouteFactory(name="Campaign"), ContactRouteFactory(name="Own")
    routes = ActionRoutes(not_sure=[campaign], anonymous=[campaign])
    soup = panel({"anonymous": [own.pk]}, action_routes=routes)
    assert names(soup) == ["Campaign", "Own", "Childline"]


def test_unpublished_route_is_left_out_and_999_stays() -> None:
    draft = ContactRouteFactory(draft=True, name="Draft line", number_display="0808 800 5000")
    soup = panel({"not_sure": [draft.pk]})
    assert "Draft line" not in str(soup)
    assert "5000" not in str(soup)
    assert soup.select(".tel")[0]["href"] == "tel:999"


def test_route_being_checked_shows_no_number_but_the_fallback() -> None:
    route = ContactRouteFactory(checking=True, name="Helpline")
    [line] = panel({"child": [route.pk]}).select(
        ".action-panel__way:last-of-type .route-lines__route"
    )
    assert "We are checking these details." in texts(line, ".contact-value--checking")
    assert [link["href"] for link in line.select("a")] == [
        "tel:999",
        "tel:101",
        "https://www.gov.uk/report-child-abuse-to-local-council",
    ]


def test_anonymity_is_the_fixed_wording_of_the_record() -> None:
    route = ContactRouteFactory(name="Line", anonymity="fully_anonymous")
    assert texts(panel({"anonymous": [route.pk]}), ".route-lines__anonymity") == [
        "They never know who you are"
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_panel_takes_the_same_queries_however_many_routes(
    count: int, django_assert_num_queries: Any
) -> None:
    def keys() -> list[int]:
        return [ContactRouteFactory().pk for _number in range(count)]

    value = {"not_sure": keys(), "anonymous": keys(), "child": keys()}
    panel()  # fills Wagtail's cache of locales
    # The three lists; 999; all routes as they are now.
    with django_assert_num_queries(5):
        panel(value)


def test_way_with_several_routes_being_checked_says_its_fallback_once() -> None:
    ContactRouteFactory(slug="childline", name="Childline")
    routes = [
        ContactRouteFactory(name="One", checking=True, audiences=["child"]),
        ContactRouteFactory(name="Two"),
        ContactRouteFactory(name="Three", checking=True, audiences=["child"]),
    ]
    [way] = panel({"child": [route.pk for route in routes]}).select(
        ".action-panel__way:last-of-type"
    )
    assert texts(way, ".route-lines__name") == ["Two", "One", "Three"]
    assert texts(way, ".contact-value__fallback") == [
        "Police, emergency: 999 Childline: 0808 800 5000"
    ]
    assert texts(way, ".contacts__checking") == ["Until we have checked, you can use:"]
