"""Exit this page: gone at once, and not brought back by Back or Forward."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from playwright.sync_api import Error as PlaywrightError

from tests.factories.pages import GuidancePageFactory, campaign_home, campaign_settings

TOPIC = "What grooming looks like"


@dataclass
class ExitSite:
    """The weather: another origin, which writes down what it is told of where people come from."""

    url: str = ""
    referrers: list[str | None] = field(default_factory=list)


@pytest.fixture
def weather() -> Iterator[ExitSite]:
    """A second web server, as the neutral site that "Exit this page" opens."""
    site = ExitSite()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/weather":
                site.referrers.append(self.headers.get("Referer"))
            body = b"<!doctype html><title>Weather</title><h1>Sunny spells</h1>"
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    site.url = f"http://127.0.0.1:{server.server_port}/weather"
    yield site
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def campaign_url(live_server: Any, weather: ExitSite) -> str:
    """The home page of a campaign with one guidance page, leaving to the weather."""
    home = campaign_home(title="Look closer")
    GuidancePageFactory(parent=home, slug="signs", title=TOPIC, show_in_menus=True)
    campaign_settings(exit_url=weather.url)
    return f"{live_server.url}/en/"


def read_guidance(page: Page, campaign_url: str) -> None:
    """Come from somewhere else, to the home page, then to the guidance page."""
    page.goto("about:blank")
    page.goto(campaign_url)
    page.get_by_role("navigation", name="Main").get_by_role("link", name=TOPIC).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TOPIC)


def walk(page: Page, step: str, campaign_url: str) -> list[str]:
    """Press Back or Forward five times; return the pages of the campaign that were shown."""
    shown = []
    for _press in range(5):
        getattr(page, step)(wait_until="commit")
        page.wait_for_timeout(150)
        address, visible = _what_is_shown(page)
        if address.startswith(campaign_url) and visible:
            shown.append(address)
    return shown


def _what_is_shown(page: Page) -> tuple[str, bool]:
    """The address and whether its heading can be seen, of one and the same document."""
    for _attempt in range(20):
        try:
            address, visible = page.evaluate(
                "[location.href, document.querySelector('h1')?.checkVisibility() ?? false]"
            )
        except PlaywrightError:  # it was just leaving
            page.wait_for_timeout(50)
        else:
            return str(address), bool(visible)
    pytest.fail("the page never came to rest")


@pytest.fixture
def without_script(browser: Any, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """A browser that runs no scripts."""
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    yield context
    context.close()


def test_exit_is_never_undone_by_back_or_forward(
    page: Page, campaign_url: str, weather: ExitSite
) -> None:
    read_guidance(page, campaign_url)
    page.locator(".exit").click()
    page.wait_for_url(weather.url)
    assert walk(page, "go_back", campaign_url) == []
    assert walk(page, "go_forward", campaign_url) == []
    assert set(weather.referrers) == {None}


def test_back_still_works_for_those_who_do_not_exit(page: Page, campaign_url: str) -> None:
    """The guard acts only in a tab that was left: else the tests here would prove nothing."""
    read_guidance(page, campaign_url)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look closer")
    page.go_forward()
    expect(page.get_by_role("heading", level=1)).to_have_text(TOPIC)


def test_opening_the_address_again_shows_the_page(
    page: Page, campaign_url: str, weather: ExitSite
) -> None:
    read_guidance(page, campaign_url)
    page.locator(".exit").click()
    page.wait_for_url(weather.url)
    page.goto(campaign_url)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0


def test_exit_covers_the_page_at_once_whatever_the_network_does(
    page: Page, campaign_url: str, weather: ExitSite
) -> None:
    """All of it has happened when the click returns, before anything is asked of the network."""
    read_guidance(page, campaign_url)
    page.route(weather.url, lambda _route: None)  # never answered
    seen = page.evaluate(
        """() => {
          document.querySelector(".exit").click();
          const cover = document.querySelector("[role=alert]"), box = cover.getBoundingClientRect();
          return {
            text: cover.textContent,
            box: [box.x, box.y, box.width, box.height],
            top: document.elementFromPoint(180, 370) === cover,
            heading: document.querySelector("h1").offsetParent !== null,
            title: document.title.replace("\u200e", ""),
          };
        }"""
    )
    assert seen == {
        "text": "Loading",
        "box": [0, 0, 360, 740],
        "top": True,
        "heading": False,
        "title": "",
    }


def test_secondary_link_is_second_in_the_tab_order_and_exits(
    page: Page, campaign_url: str, weather: ExitSite
) -> None:
    read_guidance(page, campaign_url)
    page.reload()
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the main part")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Exit this page")
    expect(page.locator(":focus")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.wait_for_url(weather.url)
    assert walk(page, "go_back", campaign_url) == []


def test_shift_three_times_exits_and_says_so(
    page: Page, campaign_url: str, weather: ExitSite
) -> None:
    read_guidance(page, campaign_url)
    status = page.locator("[role=status]")
    page.keyboard.press("Shift")
    expect(status).to_have_text("Exit this page: press Shift 2 more times.")
    expect(page.locator(".exit__dots")).to_be_visible()
    page.keyboard.press("Shift")
    expect(status).to_have_text("Exit this page: press Shift 1 more time.")
    page.keyboard.press("Shift")
    page.wait_for_url(weather.url)
    assert walk(page, "go_back", campaign_url) == []


def test_shift_as_part_of_another_key_does_not_count(page: Page, campaign_url: str) -> None:
    read_guidance(page, campaign_url)
    for _time in range(4):
        page.keyboard.press("Shift+A")
    page.wait_for_timeout(200)
    assert page.locator("h1").is_visible()
    assert page.locator("[role=status]").text_content() == ""


def test_shift_pressed_slowly_does_not_exit(page: Page, campaign_url: str) -> None:
    page.clock.install()
    read_guidance(page, campaign_url)
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    page.clock.run_for(5001)
    expect(page.locator("[role=status]")).to_have_text(
        "Exit this page: stopped. You are still here."
    )
    page.keyboard.press("Shift")
    expect(page.locator("[role=status]")).to_have_text("Exit this page: press Shift 2 more times.")
    expect(page.locator("h1")).to_be_visible()


def test_exit_without_script_is_a_plain_link(
    without_script: BrowserContext, campaign_url: str, weather: ExitSite
) -> None:
    page = without_script.new_page()
    read_guidance(page, campaign_url)
    page.locator(".exit").click()
    page.wait_for_url(weather.url)
    assert weather.referrers == [None]


def test_exit_stays_on_screen_and_is_a_big_target(page: Page, campaign_url: str) -> None:
    read_guidance(page, campaign_url)
    page.evaluate("document.body.style.minHeight = '300vh'; scrollTo(0, 5000)")
    expect(page.locator(".exit")).to_be_in_viewport(ratio=1)
    box = page.locator(".exit").bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert box["width"] >= 44
    assert box["x"] + box["width"] > 300  # at the end of the line


def test_exit_does_not_print(page: Page, campaign_url: str) -> None:
    read_guidance(page, campaign_url)
    page.emulate_media(media="print")
    expect(page.locator(".exit")).to_be_hidden()
    expect(page.locator(".skips")).to_be_hidden()
    expect(page.get_by_text("999").first).to_be_visible()


def test_bar_never_covers_what_has_the_focus(page: Page, campaign_url: str) -> None:
    read_guidance(page, campaign_url)
    page.set_viewport_size({"width": 320, "height": 320})
    page.locator("footer a").last.focus()
    for _link in range(12):
        page.keyboard.press("Shift+Tab")
        covered = page.evaluate(
            """() => {
              const bar = document.querySelector(".bar"), focus = document.activeElement;
              if (!focus || focus === document.body || bar.contains(focus)) return false;
              if (focus.closest(".skips")) return false;
              return focus.getBoundingClientRect().top < bar.getBoundingClientRect().bottom - 1;
            }"""
        )
        assert not covered, page.evaluate("document.activeElement.outerHTML")


def test_page_says_that_history_is_not_removed(page: Page, campaign_url: str) -> None:
    read_guidance(page, campaign_url)
    expect(
        page.get_by_text("Leaving quickly does not remove this page from your history.")
    ).to_be_visible()
