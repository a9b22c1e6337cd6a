"""The editor in a real browser, under the editor's policy: nothing in it is refused."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.demonstration.running_site import Demonstration


def test_a_page_is_edited_and_previewed_under_the_policy(
    new_reader: Callable[..., Page], demonstration: Demonstration
) -> None:
    page = new_reader(viewport={"width": 1400, "height": 900})
    refusals: list[str] = []
    page.on("console", lambda message: message.type == "error" and refusals.append(message.text))
    page.on("pageerror", lambda error: refusals.append(str(error)))

    page.goto(f"{demonstration.url}/admin/")
    page.locator("#id_username").fill(demonstration.username)
    page.locator("#id_password").fill(demonstration.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{demonstration.url}/admin/")
    number = page.evaluate(
        """async () => (await (await fetch('/admin/api/main/pages/?slug=consent&fields=_,id'))
            .json()).items[0].id"""
    )
    response = page.goto(f"{demonstration.url}/admin/pages/{number}/edit/")
    assert response is not None
    assert "frame-ancestors 'self'" in response.headers["content-security-policy"]

    page.locator("#id_title").fill("What consent means here")
    page.get_by_role("button", name="Toggle preview").click()
    preview = page.frame_locator("#w-preview-iframe")
    expect(preview.get_by_role("heading", level=1)).to_have_text("What consent means here")
    expect(preview.locator("main h2").first).to_be_visible()

    assert refusals == []
