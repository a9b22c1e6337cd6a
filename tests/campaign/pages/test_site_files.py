"""Robots, sitemap, icon, and what is shown when something goes wrong."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.utils import translation

from campaign.pages import errors
from campaign.pages.models import GuidancePage, HomePage
from tests.factories import pages as make

NUMBERS = ['href="tel:999"', 'href="tel:101"', 'href="tel:08001111"']


def test_robots_keep_out_of_the_editor_and_the_search(home: HomePage, client: Client) -> None:
    response = client.get("/robots.txt")

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode().splitlines() == [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /en/search/",
        "",
        "Sitemap: http://testserver/sitemap.xml",
    ]
    assert not response.cookies


def test_sitemap_lists_public_pages_of_every_language(
    home: HomePage, client: Client, settings: Any
) -> None:
    settings.LANGUAGES = settings.WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("ur", "Urdu")]
    listed = make.GuidancePageFactory(parent=home, slug="listed")
    make.GuidancePageFactory(parent=home, slug="kept-out", noindex=True)
    make.GuidancePageFactory(parent=home, slug="draft", draft=True)
    closed = make.GuidancePageFactory(parent=home, slug="closed")
    closed.view_restrictions.create(restriction_type="login")
    urdu = home.copy_for_translation(make.add_locale("ur"))
    urdu.save_revision().publish()

    response = client.get("/sitemap.xml")

    found = set(re.findall(r"<loc>http://testserver([^<]*)</loc>", response.content.decode()))
    assert found == {"/en/", listed.url, "/ur/"}
    assert not response.cookies


def test_browsers_find_no_icon(client: Client) -> None:
    response = client.get("/favicon.ico")

    assert (response.status_code, response.content, dict(response.cookies)) == (204, b"", {})


def test_page_that_is_not_there_answers_in_the_frame_with_numbers(
    home: HomePage, client: Client
) -> None:
    response = client.get("/en/not-there/")

    html = response.content.decode()
    assert (response.status_code, response["Cache-Control"]) == (404, "no-store")
    assert "<h1>We cannot find this page</h1>" in html
    assert 'href="tel:999"' in html.partition("<main")[2].partition("</main>")[0]
    assert not response.cookies
    assert "cookie" not in response.get("Vary", "").lower()


def test_frame_that_cannot_be_drawn_still_shows_the_numbers(
    rf: RequestFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(request: Any) -> None:
        raise LookupError(request)

    monkeypatch.setattr(errors.CampaignSettings, "for_request", fail)

    response = errors.page_not_found(rf.get("/en/not-there/"), Exception())

    assert response.status_code == 500
    assert all(number in response.content.decode() for number in NUMBERS)


@pytest.mark.parametrize(
    ("error", "status", "heading"),
    [
        (LookupError("broken"), 500, "Something went wrong on our side"),
        (OperationalError("gone"), 503, "This site is not available for a moment"),
    ],
)
def test_failure_shows_the_numbers_without_the_database(
    home: HomePage,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: Any,
    error: Exception,
    status: int,
    heading: str,
) -> None:
    page = make.GuidancePageFactory(parent=home)

    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise error

    monkeypatch.setattr(GuidancePage, "serve", fail)
    client.raise_request_exception = False

    response = client.get(page.url)

    html = response.content.decode()
    assert response.status_code == status
    assert f"<h1>{heading}</h1>" in html
    assert all(number in html for number in NUMBERS)
    assert "0800&nbsp;1111" in html
    assert (response["Cache-Control"], dict(response.cookies)) == ("no-store", {})
    assert response.get("Retry-After") == ("120" if status == 503 else None)


def test_error_page_needs_no_query(
    rf: RequestFactory, django_assert_num_queries: Any, db: None
) -> None:
    with django_assert_num_queries(0), translation.override("ar"):
        html = errors.server_error(rf.get("/")).content.decode()

    assert '<html lang="ar" dir="rtl">' in html
