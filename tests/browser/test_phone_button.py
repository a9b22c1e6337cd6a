"""An editor puts a contact's number into a text, with the keyboard, in the real editor."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from campaign.pages.models import GuidancePage
from tests.factories.content_blocks import ContactRouteFactory
from tests.factories.pages import GuidancePageFactory, campaign_home, text_block


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return browser_context_args | {"viewport": {"width": 1280, "height": 900}}


@pytest.mark.django_db(transaction=True)
def test_editor_puts_a_number_in_with_the_keyboard(live_server: Any, page: Page) -> None:
    User.objects.create_superuser("editor", "editor@example.org", "secret")
    ContactRouteFactory(slug="childline", name="Childline", number="+448001111")
    ContactRouteFactory(slug="nspcc", name="NSPCC")
    body = [text_block("<p>Call </p>")]
    guidance = GuidancePageFactory(parent=campaign_home(), title="Talk", body=body)

    page.goto(f"{live_server.url}/admin/login/")
    page.get_by_label("Username").fill("editor")
    page.get_by_label("Password").fill("secret")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")
    page.goto(f"{live_server.url}/admin/pages/{guidance.pk}/edit/")

    editor = page.locator("[data-contentpath='body'] .public-DraftEditor-content").first
    editor.click()
    page.keyboard.press("End")
    # Wagtail's own way to any tool from the keyboard: the command palette.
    page.keyboard.type("/phone")
    expect(page.get_by_role("option", name="Phone number of a contact")).to_be_visible()
    page.keyboard.press("Enter")
    choice = page.get_by_role("dialog").get_by_role("link", name="Childline")
    choice.focus()
    page.keyboard.press("Enter")
    expect(editor.locator(".TooltipEntity")).to_have_text("Childline")

    # The editor hands its content to the form a moment later.
    expect(page.locator("input[name=body-0-value]")).to_have_value(re.compile("CONTACT"))
    page.keyboard.press("Control+s")
    expect(page.get_by_text("has been updated")).to_be_visible()
    saved = GuidancePage.objects.get().get_latest_revision_as_object()
    assert '<a linktype="contact" slug="childline">Childline</a>' in saved.body[0].value.source
