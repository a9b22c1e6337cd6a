"""An editor sets times around both changes of the clocks, by keyboard, in a real browser."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, expect

from campaign.pages.models import GuidancePage
from tests.factories.pages import GuidancePageFactory, campaign_home


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return browser_context_args | {"viewport": {"width": 1280, "height": 900}}


def open_dialog(page: Page) -> Locator:
    """The schedule's dialog, opened from the status panel."""
    page.wait_for_load_state()
    button = page.get_by_role("button", name="Set schedule").or_(
        page.get_by_role("button", name="Edit schedule")
    )
    toggle = page.get_by_role("button", name="Toggle status")
    # Wagtail closes the panel again while a page with errors is drawn.
    if toggle.get_attribute("aria-expanded") != "true":
        toggle.click()
    expect(toggle).to_have_attribute("aria-expanded", "true")
    button.first.click()
    dialog = page.locator("#schedule-publishing-dialog")
    expect(dialog.locator("#id_go_live_at")).to_be_visible()
    return dialog


def save(dialog: Locator, typed: str) -> None:
    dialog.locator("#id_go_live_at").fill(typed)
    # By keyboard: the calendar covers the button until it loses focus.
    dialog.get_by_role("button", name="Save schedule").press("Enter")


def picture(page: Page, name: str) -> None:
    """Keep what it looks like, where a person asked for it."""
    if folder := os.environ.get("CLOCK_PICTURES"):
        page.screenshot(path=str(Path(folder, f"{name}.png")))


@pytest.mark.django_db(transaction=True)
def test_both_changes_of_the_clocks_in_the_schedule(live_server: Any, page: Page) -> None:
    User.objects.create_superuser("editor", "editor@example.org", "secret")
    plan = GuidancePageFactory(parent=campaign_home(), title="Clocks", draft=True)
    page.goto(f"{live_server.url}/admin/login/?next=/admin/pages/{plan.pk}/edit/")
    page.get_by_label("Username").fill("editor")
    page.get_by_label("Password").fill("secret")
    page.keyboard.press("Enter")
    page.wait_for_url("**/edit/")

    dialog = open_dialog(page)
    expect(dialog.get_by_text("London time.").first).to_be_visible()
    save(dialog, "2027-03-28 01:30")
    expect(page.get_by_text("Invalid schedule")).to_be_attached()

    dialog = open_dialog(page)
    expect(dialog).to_contain_text("01:30 does not exist that day")
    expect(dialog).to_contain_text("The next time there is: Sun 28 March 2027, 02:00 London time.")
    picture(page, "gap")

    save(dialog, "2027-10-31 01:30")
    summer = page.get_by_role("radio", name="01:30 summer time (BST)")
    winter = page.get_by_role("radio", name="01:30 winter time (GMT)")
    # Hidden until the dialog is opened, so not by its role.
    expect(page.locator("input[name=go_live_at-which]").first).to_be_attached()
    dialog = open_dialog(page)
    expect(dialog).to_contain_text("show 01:30 twice")
    expect(winter).to_be_visible()
    picture(page, "overlap")

    # No mouse: to the first choice, one on, and save.
    summer.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(winter).to_be_checked()
    dialog.get_by_role("button", name="Save schedule").press("Enter")
    expect(page.get_by_text("has been updated")).to_be_visible()

    dialog = open_dialog(page)
    expect(winter).to_be_checked()
    expect(dialog).to_contain_text(
        "goes live on Sun 31 October 2027, 01:30 London time (GMT); until then nobody sees it."
    )
    picture(page, "sentence")
    saved = GuidancePage.objects.get().get_latest_revision_as_object()
    assert saved.go_live_at.astimezone(UTC) == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
