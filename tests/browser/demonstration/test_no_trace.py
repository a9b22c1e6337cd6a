"""A visit leaves no trace: no cookie, no storage, no third party, no script needed (promise 6)."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.demonstration.running_site import ROOT, Demonstration


def _head(demonstration: Demonstration, path: str) -> tuple[int, dict[str, str]]:
    connection = http.client.HTTPConnection(urlsplit(demonstration.url).netloc, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}
    finally:
        connection.close()


def test_the_sweep_leaves_no_page_of_the_campaign_out(demonstration: Demonstration) -> None:
    folder = ROOT / "cms_site/campaigns/rotherham/pages"
    names = [file.relative_to(folder).with_suffix("").parts for file in folder.rglob("*.md")]
    written = {
        "/".join(["/en", *(part for part in parts if part != "index"), ""]) for parts in names
    }

    assert written - set(demonstration.paths) == set()
    assert len(written) == len(names) > 50


def test_every_page_answers_without_cookie_and_is_stored_nowhere(
    demonstration: Demonstration,
) -> None:
    wrong = []
    for path in (*demonstration.paths, "/en/there-is-no-such-page/"):
        status, headers = _head(demonstration, path)
        faults = {
            "status": status not in {200, 404},
            "cookie": "set-cookie" in headers,
            "vary": "cookie" in headers.get("vary", "").lower(),
            "cache": "no-store" not in headers.get("cache-control", ""),
            "referrer": headers.get("referrer-policy") != "same-origin",
            "frames": "frame-ancestors 'none'" not in headers.get("content-security-policy", ""),
            "inline": "unsafe-inline" in headers.get("content-security-policy", ""),
        }
        wrong += [(path, fault) for fault, found in faults.items() if found]

    assert wrong == []


def test_no_page_asks_another_origin_or_stores_anything(
    demonstration: Demonstration, reader: Page
) -> None:
    page = reader
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    stored = []
    for path in demonstration.paths:
        page.goto(demonstration.url + path)
        stored += [
            (path, count)
            for count in [page.evaluate("localStorage.length + sessionStorage.length")]
            if count
        ]
    strangers = [url for url in asked if not url.startswith((demonstration.url + "/", "data:"))]

    assert strangers == []
    assert stored == []
    assert page.context.cookies() == []
    assert complaints == []


def test_pages_can_be_read_and_left_without_script(
    demonstration: Demonstration, new_reader: Callable[..., Page]
) -> None:
    page = new_reader(java_script_enabled=False)
    wrong = []
    for path in demonstration.paths:
        page.goto(demonstration.url + path)
        main = page.locator("main")
        leave = page.locator("a[data-leave]:visible")
        addresses = [str(link.get_attribute("href")) for link in leave.all()]
        can_leave = addresses and all(address.startswith("https://") for address in addresses)
        if not main.inner_text().strip() or not can_leave:
            wrong.append(path)

    assert wrong == []


def test_a_search_leaves_its_words_in_no_address(
    demonstration: Demonstration, reader: Page
) -> None:
    page = reader
    visited: list[str] = []
    page.on("framenavigated", lambda frame: visited.append(frame.url))
    page.goto(f"{demonstration.url}/en/search/")
    box = page.get_by_role("searchbox")
    assert box.get_attribute("autocomplete") == "off"
    box.fill("hotel")
    box.press("Enter")
    page.wait_for_load_state()

    assert (
        page.locator("main a", has_text="hotel").count()
        or page.locator("main a", has_text="Hotel").count()
    )
    assert [url for url in visited if "hotel" in url.lower()] == []
    assert "hotel" not in page.title().lower()
    assert page.context.cookies() == []


@pytest.mark.parametrize("path", ["/sitemap.xml", "/robots.txt", "/health/live", "/health/ready"])
def test_addresses_for_machines_set_no_cookie(demonstration: Demonstration, path: str) -> None:
    status, headers = _head(demonstration, path)

    assert status == 200
    assert "set-cookie" not in headers
