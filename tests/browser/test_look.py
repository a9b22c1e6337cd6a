"""The look where no checker sees it: mirrored, narrow, on paper, with the colours taken away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, expect

from tests.factories.pages import GuidancePageFactory, campaign_home

# WCAG 2.2, 1.4.12: text must survive this.
SPACING = """
* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-block-end: 2em !important }
"""

StylePage = Callable[..., Page]


@pytest.fixture
def style_page(page: Page, live_server: Any) -> StylePage:
    """Open the style page as an editor: `style_page(dir="rtl", theme="dark")`."""
    campaign_home(title="Look closer")
    client = Client()
    client.force_login(User.objects.create_superuser("editor", password="x"))
    session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )

    def open_page(**parameters: str) -> Page:
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        response = page.goto(f"{live_server.url}/style/?{query}")
        assert response is not None
        assert response.status == 200
        return page

    return open_page


def style_of(page: Page, selector: str, name: str) -> str:
    """A computed property, by its physical name."""
    value: str = page.locator(selector).first.evaluate(
        "(element, name) => getComputedStyle(element).getPropertyValue(name)", name
    )
    return value


def left_of(page: Page, selector: str) -> float:
    """Where an element begins on the screen."""
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["x"]


def test_style_page_breaks_no_rule_of_its_own_policy(style_page: StylePage, page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    style_page(theme="dark", dir="rtl")
    assert [text for text in complaints if "Content Security Policy" in text] == []


@pytest.mark.parametrize(
    ("direction", "bar", "none"), [("ltr", "left", "right"), ("rtl", "right", "left")]
)
def test_bars_stand_at_the_start_of_the_line(
    style_page: StylePage, direction: str, bar: str, none: str
) -> None:
    page = style_page(dir=direction)
    for selector in (".inset", ".quote", ".myths__fact"):
        assert style_of(page, selector, f"border-{bar}-width") != "0px"
        assert style_of(page, selector, f"border-{none}-width") == "0px"


def test_rtl_mirrors_bar_exit_and_steps(style_page: StylePage) -> None:
    page = style_page(dir="rtl")
    assert left_of(page, ".exit") < left_of(page, ".brand")
    heading = page.locator(".lead h1").bounding_box()
    dot = page.locator(".lead h1").evaluate(
        "e => parseFloat(getComputedStyle(e, '::before').marginRight)"
    )
    assert heading is not None
    assert dot < 0  # it stands outside the heading, on the right
    assert style_of(page, ".steps__step", "padding-right") != "0px"
    assert style_of(page, ".steps__step", "padding-left") == "0px"


def test_ltr_is_not_mirrored(style_page: StylePage) -> None:
    page = style_page()
    assert left_of(page, ".exit") > left_of(page, ".brand")
    assert style_of(page, ".steps__step", "padding-right") == "0px"


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("width", [280, 320])
def test_narrow_screen_never_scrolls_sideways(
    style_page: StylePage, direction: str, width: int
) -> None:
    page = style_page(dir=direction)
    page.set_viewport_size({"width": width, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.evaluate(
        """css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css);
        document.adoptedStyleSheets = [sheet]; }""",
        SPACING,
    )
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_numbers_to_call_are_the_largest_thing_after_the_heading(style_page: StylePage) -> None:
    page = style_page()
    page.set_viewport_size({"width": 1280, "height": 900})
    emergency = float(style_of(page, ".action-panel__number .tel", "font-size")[:-2])
    number = float(style_of(page, ".contact-card .tel", "font-size")[:-2])
    assert emergency > float(style_of(page, "h1", "font-size")[:-2])
    assert number > float(style_of(page, ".contacts h2", "font-size")[:-2])


def test_number_in_urdu_text_keeps_a_latin_face(style_page: StylePage) -> None:
    page = style_page(dir="rtl")
    assert "Nastaliq" in style_of(page, ".steps__text", "font-family")
    assert "Nastaliq" not in style_of(page, ".contact-card .tel", "font-family")


def test_closed_details_print(style_page: StylePage) -> None:
    page = style_page()
    inside = page.locator(".details__text").first
    expect(inside).to_be_hidden()
    page.emulate_media(media="print")
    visible = inside.evaluate("e => e.checkVisibility({contentVisibilityAuto: true})")
    assert visible
    box = inside.bounding_box()
    assert box is not None
    assert box["height"] > 0


def test_print_is_black_on_white_in_dark_too(style_page: StylePage) -> None:
    page = style_page(theme="dark")
    page.emulate_media(media="print")
    assert style_of(page, "body", "background-color") == "rgb(255, 255, 255)"
    assert style_of(page, ".action-panel__number .tel", "color") == "rgb(0, 0, 0)"
    assert style_of(page, ".steps__step", "color") == "rgb(0, 0, 0)"


def test_panels_keep_an_edge_without_colours(style_page: StylePage) -> None:
    page = style_page()
    page.emulate_media(forced_colors="active")
    for selector in (".exit", ".action-panel", ".warning", ".next-steps__link"):
        assert style_of(page, selector, "border-top-width") == "2px"


def test_support_looks_different_and_shows_no_mark(style_page: StylePage) -> None:
    page = style_page(theme="light")
    ground = style_of(page, "body", "background-color")
    page = style_page(theme="light", section="support")
    assert style_of(page, "body", "background-color") != ground
    expect(page.locator(".brand__mark")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_follows_the_scheme_of_the_system(page: Page, live_server: Any, scheme: Any) -> None:
    home = campaign_home(title="Look closer")
    GuidancePageFactory(parent=home, slug="signs", title="Signs")
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{live_server.url}/en/signs/")
    ground = style_of(page, "body", "background-color")
    assert ground == {"light": "rgb(251, 250, 247)", "dark": "rgb(13, 23, 40)"}[scheme]
