"""An editor takes a page down and puts it back, and shows an alert; a real worker measures."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.demonstration.running_site import Demonstration

LONDON = ZoneInfo("Europe/London")
PATH = "/en/guidance/consent/"


@pytest.fixture
def editor(new_reader: Callable[..., Page], demonstration: Demonstration) -> Page:
    """The editor, logged in, at a desk."""
    page: Page = new_reader(viewport={"width": 1280, "height": 900})
    page.goto(f"{demonstration.url}/admin/")
    page.locator("#id_username").fill(demonstration.username)
    page.locator("#id_password").fill(demonstration.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{demonstration.url}/admin/")
    return page


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def _violations(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found.response["violations"]]


@pytest.mark.slow
def test_a_page_is_taken_down_seen_to_go_and_put_back(
    editor: Page, reader: Page, demonstration: Demonstration
) -> None:
    url = demonstration.url + PATH
    assert _status(url) == 200
    editor.goto(f"{demonstration.url}/admin/pages/")
    number = editor.evaluate(
        """async () => (await (await fetch('/admin/api/main/pages/?slug=consent&fields=_,id'))
            .json()).items[0].id"""
    )
    editor.goto(f"{demonstration.url}/admin/takedowns/new/page/{number}/")
    editor.get_by_label("Why is it taken down?").fill("A mother has asked us to.")
    editor.get_by_label("What readers are told (English)").fill("We are correcting this page.")
    editor.get_by_role("button", name="Take down now").click()
    expect(editor.get_by_text("so that nothing is taken down by mistake")).to_be_visible()
    assert _status(url) == 200
    editor.get_by_label("To confirm, type").fill("take down")
    editor.get_by_role("button", name="Take down now").click()

    # The worker fetches the address; the page follows by itself.
    expect(editor.get_by_text("1 address was fetched and is gone")).to_be_visible(timeout=20_000)
    reader.goto(url)
    expect(reader.get_by_role("heading", level=1)).to_have_text("This page has been taken down")
    expect(reader.get_by_text("We are correcting this page.")).to_be_visible()
    expect(reader.locator('main a[href="tel:999"]').first).to_be_visible()
    assert _violations(reader) == []

    editor.get_by_role("link", name="Undo: put it back …").click()
    editor.get_by_role("button", name="Yes, put it back").click()
    expect(editor.get_by_text("has been put back.")).to_be_visible()
    assert _status(url) == 200


@pytest.mark.slow
def test_an_alert_is_on_every_page_until_it_is_ended(
    editor: Page, new_reader: Callable[..., Page], demonstration: Demonstration
) -> None:
    text = "101 is not working. If a child is in danger now, call 999."
    editor.goto(f"{demonstration.url}/admin/alerts/add/")
    editor.get_by_label("A number is not working").check()
    editor.locator("#id_text_en").fill(text)
    editor.locator("#id_fallback_language").select_option("en")
    end = datetime.now(LONDON) + timedelta(hours=2)
    editor.locator("#id_ends_at").fill(f"{end:%Y-%m-%dT%H:%M}")
    editor.get_by_role("button", name="Show alert").click()
    expect(editor.get_by_text("Shows on every page from").first).to_be_visible()

    try:
        for options in ({"width": 320, "height": 640}, {"width": 1280, "height": 900}):
            page = new_reader(viewport=options)
            for path in ("/en/", PATH, "/en/nothing-here/"):
                # At most five seconds in the cache of another web process.
                for _try in range(8):
                    page.goto(demonstration.url + path)
                    if page.get_by_text(text).count():
                        break
                    page.wait_for_timeout(1000)
                region = page.get_by_role("region", name="Important messages")
                expect(region.get_by_text(text)).to_be_visible()
                overflow = page.evaluate(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                )
                assert overflow <= 0
            assert _violations(page) == []
            page.emulate_media(media="print")
            expect(region.get_by_text(text)).to_be_visible()
    finally:
        editor.get_by_role("link", name="End now …").click()
        editor.get_by_role("button", name="Yes, end it now").click()
    expect(editor.get_by_text("The alert has ended.")).to_be_visible()
    page = new_reader()
    for _try in range(8):
        page.goto(f"{demonstration.url}/en/")
        if not page.get_by_text(text).count():
            break
        page.wait_for_timeout(1000)
    expect(page.get_by_text(text)).to_have_count(0)
