"""An editor schedules a page a minute ahead; a real Celery worker publishes it on its second."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demonstration.running_site import Demonstration

LONDON = ZoneInfo("Europe/London")


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
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def _next_minute() -> datetime:
    """A whole minute, far enough ahead to fill in the form."""
    ahead = datetime.now(LONDON) + timedelta(seconds=85)
    return ahead.replace(second=0, microsecond=0)


@pytest.mark.slow
def test_a_scheduled_page_goes_live_on_its_second(
    editor: Page, demonstration: Demonstration
) -> None:
    number = int(time.time())
    url = f"{demonstration.url}/en/guidance/on-time-{number}/"
    editor.goto(f"{demonstration.url}/admin/pages/")
    parent = editor.evaluate(
        """async () => (await (await fetch('/admin/api/main/pages/?slug=guidance&fields=_,id'))
            .json()).items[0].id"""
    )
    editor.goto(f"{demonstration.url}/admin/pages/add/campaign_pages/guidancepage/{parent}/")
    editor.locator("#id_title").fill(f"On time {number}")
    editor.locator("#id_summary").fill("A page that waits for its second.")

    due = _next_minute()
    editor.get_by_role("button", name="Toggle status").click()
    editor.get_by_role("button", name="Set schedule").click()
    editor.locator("#id_go_live_at").fill(due.strftime("%Y-%m-%d %H:%M"))
    # By keyboard: the calendar covers the button until it loses focus.
    editor.get_by_role("button", name="Save schedule").press("Enter")
    editor.wait_for_url("**/edit/**")
    editor.get_by_role("button", name="More actions").last.click()
    editor.get_by_role("button", name="Schedule to publish").click()
    expect(editor.get_by_text("has been scheduled for publishing")).to_be_visible()
    assert datetime.now(LONDON) < due, "the form took too long to fill in"
    assert _status(url) == 404

    seen_early = False
    while (now := datetime.now(LONDON)) < due + timedelta(seconds=15):
        if _status(url) == 200:
            seen_early = now < due
            break
        time.sleep(0.02)
    lateness = (datetime.now(LONDON) - due).total_seconds()
    print(f"scheduled for {due:%H:%M:%S}, seen live {lateness:+.3f} s")

    assert not seen_early
    assert lateness < 1.0
