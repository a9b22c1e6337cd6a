"""What a browser, a search engine and a shared link are told about a page.

The heading on a page may name abuse. The browser's history, the tab, a link in a chat and a search
result are seen by other people, so on a sensitive page they show only the campaign's neutral name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest

from translations.languages import get_language

if TYPE_CHECKING:
    from campaign.pages.models.base import BasePage
    from campaign.pages.models.settings import CampaignSettings


@dataclass(frozen=True, slots=True)
class Alternate:
    """The same page in another language: its BCP 47 tag and full address."""

    tag: str
    url: str


@dataclass(frozen=True, slots=True)
class PageMetadata:
    """The head of the document.

    Attributes:
        browser_title: for `<title>`; it is stored in the browsing history.
        share_title: for `og:title`.
        share_description: for `og:description` and `description`; empty on a sensitive page.
        canonical_url: the one full address of this page in this language.
        robots: for `<meta name="robots">`; empty when search engines may list the page.
        alternates: other languages of the page, public ones only, itself included; empty when the
            site has one language.
    """

    browser_title: str
    share_title: str
    share_description: str
    canonical_url: str
    robots: str
    alternates: tuple[Alternate, ...] = ()


def describe_page(
    page: BasePage, *, campaign: CampaignSettings, request: HttpRequest
) -> PageMetadata:
    """Say what may be known of a page from outside it."""
    if page.browser_title:
        browser_title = page.browser_title
    elif page.sensitive:
        browser_title = campaign.campaign_name
    else:
        browser_title = f"{page.title} – {campaign.campaign_name}"
    if page.share_title:
        share_title = page.share_title
    elif page.browser_title:
        share_title = page.browser_title
    else:
        share_title = campaign.campaign_name if page.sensitive else page.title
    return PageMetadata(
        browser_title=browser_title,
        share_title=share_title,
        share_description="" if page.sensitive else page.summary,
        canonical_url=_canonical_url(page, request),
        robots="noindex" if page.noindex else "",
        alternates=() if page.noindex else _alternates(page, request),
    )


def describe_address(
    title: str, *, campaign: CampaignSettings, request: HttpRequest
) -> PageMetadata:
    """Describe something of the site that is not a page, such as the search."""
    return PageMetadata(
        browser_title=f"{title} – {campaign.campaign_name}",
        share_title=campaign.campaign_name,
        share_description="",
        canonical_url=request.build_absolute_uri(request.path),
        robots="noindex",
    )


def _canonical_url(page: BasePage, request: HttpRequest) -> str:
    """The page's own address; below it, the part of the path that a routable page serves."""
    url: str = page.get_full_url(request) or ""
    match: Any = getattr(request, "routable_resolver_match", None)
    if url and match is not None and match.route not in ("", "^$"):
        return request.build_absolute_uri(request.path)
    return url


def _alternates(page: BasePage, request: HttpRequest) -> tuple[Alternate, ...]:
    """Every public language of the page; alone on a site with one language it says nothing."""
    if len(settings.WAGTAIL_CONTENT_LANGUAGES) < 2:
        return ()
    found = page.get_translations(inclusive=True).live().public().select_related("locale")
    alternates = sorted(
        (
            Alternate(get_language(other.locale.language_code).tag, other.get_full_url(request))
            for other in found
        ),
        key=lambda alternate: alternate.tag,
    )
    return tuple(alternates) if len(alternates) > 1 else ()
