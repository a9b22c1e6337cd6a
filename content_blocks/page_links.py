"""Links to pages that a block chose: public pages only, in the reader's language if there is one.

A chooser keeps the page that was chosen, whatever becomes of it: it may be unpublished, expired,
private, or the English version of a page that is public in the reader's language too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef
from django.db.models.expressions import NegatedExpression
from django.http import HttpRequest
from django.utils.translation import get_language, get_language_info
from wagtail.models import Page, PageViewRestriction


@dataclass(frozen=True, slots=True)
class PageLink:
    """A page that a reader may open.

    Attributes:
        title: the page's title.
        url: its address.
        summary: the page's own summary, or nothing.
        lang: the language of title and summary, only where it is not the language being read.
        dir: the direction of that language.
    """

    title: str
    url: str
    summary: str = ""
    lang: str = ""
    dir: str = ""


def open_to_everybody() -> NegatedExpression[Any]:
    """The condition that no view restriction covers a page, for any queryset of pages.

    Says what Wagtail's `public()` says, inside the query; that one reads all restrictions first,
    each time.
    """
    return ~Exists(
        PageViewRestriction.objects.annotate(
            shown=ExpressionWrapper(OuterRef("path"), output_field=CharField())
        ).filter(shown__startswith=F("page__path"))
    )


def page_links(
    pages: Iterable[Page | None], *, request: HttpRequest | None = None, summaries: bool = False
) -> list[PageLink | None]:
    """Return a link for each page, in the same order; None where there is nothing to open.

    Takes a fixed number of queries, however many pages there are (with `summaries`, one more for
    each page type among them). A page that was never saved is a preview's and links nowhere.
    """
    chosen = list(pages)
    saved = [page for page in chosen if page is not None and page.pk]
    found = _public_versions(saved, summaries=summaries) if saved else {}
    active = get_language() or ""
    links: list[PageLink | None] = []
    for page in chosen:
        if page is None:
            links.append(None)
        elif not page.pk:
            links.append(PageLink(page.title, "#", page.search_description))
        else:
            versions = found.get(str(page.translation_key), {})
            version = versions.get(active) or versions.get(_code(versions, page))
            links.append(_link(version, active, request) if version else None)
    return links


def _public_versions(saved: list[Page], *, summaries: bool) -> dict[str, dict[str, Page]]:
    """The public versions of these pages: translation key → language code → page."""
    keys = {page.translation_key for page in saved}
    queryset = Page.objects.live().filter(open_to_everybody(), translation_key__in=keys)
    # Rows of the page types come without what was joined to them.
    queryset = (
        queryset.specific().prefetch_related("locale")
        if summaries
        else queryset.select_related("locale")
    )
    found: dict[str, dict[str, Page]] = {}
    for version in queryset:
        versions = found.setdefault(str(version.translation_key), {})
        versions[version.locale.language_code] = version
    return found


def _code(versions: dict[str, Page], page: Page) -> str:
    """The language code of the very page that was chosen, if it is public."""
    return next((code for code, version in versions.items() if version.pk == page.pk), "")


def _link(version: Page, active: str, request: HttpRequest | None) -> PageLink | None:
    url = version.get_url(request)
    if not url:
        return None
    code = version.locale.language_code
    summary = getattr(version, "summary", "") or version.search_description
    if code == active:
        return PageLink(version.title, url, summary)
    direction = "rtl" if get_language_info(code)["bidi"] else "ltr"
    return PageLink(version.title, url, summary, code, direction)
