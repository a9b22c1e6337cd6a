"""A visit leaves no trace: no cookie, no copy, no hint in a tab or a shared link."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from wagtail.models import Page

from campaign.releases.gate import bulk_writes
from tests.campaign.pages.conftest import PARENTS
from tests.factories import pages as make


def test_no_page_sets_a_cookie_or_is_kept_by_a_browser(
    whole_campaign: dict[str, Page], client: Client
) -> None:
    found = {}
    for name, page in whole_campaign.items():
        response = client.get(page.url)
        found[name] = (
            response.status_code,
            dict(response.cookies),
            "cookie" in response.get("Vary", "").lower(),
            response["Cache-Control"],
            response["Referrer-Policy"],
            response.get("CDN-Cache-Control"),
        )

    assert found == {name: (200, {}, False, "no-store", "same-origin", None) for name in PARENTS}


def test_only_pages_outside_the_support_section_may_be_shared(
    whole_campaign: dict[str, Page], client: Client, settings: Any
) -> None:
    settings.CAMPAIGN_PAGES = {"SHARED_CACHE_SECONDS": 50}

    responses = {name: client.get(page.url) for name, page in whole_campaign.items()}

    assert {name: found.get("CDN-Cache-Control") for name, found in responses.items()} == {
        name: None if name.startswith("Support") else "public, max-age=50" for name in PARENTS
    }
    assert {found["Cache-Control"] for found in responses.values()} == {"no-store"}


def test_page_for_some_readers_only_is_never_shared(
    whole_campaign: dict[str, Page], client: Client, admin_user: Any, settings: Any
) -> None:
    settings.CAMPAIGN_PAGES = {"SHARED_CACHE_SECONDS": 50}
    page = whole_campaign["GuidancePage"]
    page.view_restrictions.create(restriction_type="login")
    client.force_login(admin_user)

    response = client.get(page.url)

    assert response.status_code == 200
    assert "CDN-Cache-Control" not in response


def test_sensitive_page_is_neutral_in_the_tab_and_when_shared(
    whole_campaign: dict[str, Page], client: Client
) -> None:
    page = make.GuidancePageFactory(
        parent=whole_campaign["SectionPage"],
        title="Child sexual exploitation",
        summary="What exploitation is.",
        sensitive=True,
    )

    html = client.get(page.url).content.decode()
    head = html.partition("</head>")[0]

    assert "<title>Look closer</title>" in head
    assert '<meta property="og:title" content="Look closer">' in head
    assert "exploitation" not in head.lower().replace(page.slug, "")
    assert "<h1>Child sexual exploitation</h1>" in html


def test_browser_title_of_the_editor_is_used_in_the_tab_and_when_shared(
    whole_campaign: dict[str, Page], client: Client
) -> None:
    page = make.GuidancePageFactory(
        parent=whole_campaign["SectionPage"], sensitive=True, browser_title="Staff guide"
    )

    head = client.get(page.url).content.decode().partition("</head>")[0]

    assert "<title>Staff guide</title>" in head
    assert '<meta property="og:title" content="Staff guide">' in head


def test_share_title_of_the_editor_wins(whole_campaign: dict[str, Page], client: Client) -> None:
    page = make.GuidancePageFactory(
        parent=whole_campaign["SectionPage"], sensitive=True, share_title="Worth a look"
    )

    head = client.get(page.url).content.decode().partition("</head>")[0]

    assert "<title>Look closer</title>" in head
    assert '<meta property="og:title" content="Worth a look">' in head


def test_page_that_is_not_sensitive_says_what_it_is(
    whole_campaign: dict[str, Page], client: Client
) -> None:
    page = make.GuidancePageFactory(
        parent=whole_campaign["SectionPage"], title="What you can do", summary="Three steps."
    )

    head = client.get(page.url).content.decode().partition("</head>")[0]

    assert "<title>What you can do – Look closer</title>" in head
    assert '<meta property="og:title" content="What you can do">' in head
    assert '<meta property="og:description" content="Three steps.">' in head
    assert f'<link rel="canonical" href="http://testserver{page.url}">' in head
    assert "robots" not in head


def test_page_kept_out_of_search_engines_says_so(
    whole_campaign: dict[str, Page], client: Client
) -> None:
    page = make.GuidancePageFactory(parent=whole_campaign["SectionPage"], noindex=True)

    head = client.get(page.url).content.decode().partition("</head>")[0]

    assert '<meta name="robots" content="noindex">' in head


def test_other_languages_are_announced_only_when_public(
    whole_campaign: dict[str, Page], client: Client, settings: Any
) -> None:
    settings.LANGUAGES = settings.WAGTAIL_CONTENT_LANGUAGES = [
        ("en", "English"),
        ("ur", "Urdu"),
        ("pl", "Polish"),
    ]
    home = whole_campaign["HomePage"]
    for code in ("ur", "pl"):
        home.copy_for_translation(make.add_locale(code))
    with bulk_writes():
        home.get_translations().filter(locale__language_code="ur").update(live=True)

    head = client.get(home.url).content.decode().partition("</head>")[0]

    assert 'hreflang="en-GB"' in head
    assert 'hreflang="ur"' in head
    assert 'hreflang="pl"' not in head


def test_draft_is_not_found(whole_campaign: dict[str, Page], client: Client) -> None:
    urls = {name: page.url for name, page in whole_campaign.items()}
    with bulk_writes():
        Page.objects.filter(pk__in=[page.pk for page in whole_campaign.values()]).update(live=False)

    assert {name: client.get(url).status_code for name, url in urls.items()} == dict.fromkeys(
        PARENTS, 404
    )


@pytest.mark.parametrize("name", ["GuidancePage", "ContactDirectoryPage", "UpdateIndexPage"])
def test_editor_can_preview_what_others_see(name: str, whole_campaign: dict[str, Page]) -> None:
    page = whole_campaign[name]
    page.title = "A telling title"
    page.sensitive = True

    response = page.make_preview_request(preview_mode="discreet")

    html = response.content.decode()
    assert "<dt>Browser tab and history</dt><dd>Look closer</dd>" in html
    assert "A telling title" not in html
