"""Finding public content by words.

Nothing about a search is kept: not the words, not the count, not an address with the words in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch
from wagtail.models import Locale, Page
from wagtail.search.backends import get_search_backend

from campaign.pages.models import HotspotPage
from campaign.releases.conf import DRILL_SLUG
from content_blocks.contact_cards import ContactCard, contact_cards
from content_blocks.models import ContactRoute, Sign

#: More than a reader looks through; the rest is reached by better words.
MOST_RESULTS = 20
#: Longer questions are cut; a question this long finds nothing better for its length.
LONGEST_QUERY = 100
_MOST_ROUTES = 5
_MOST_SIGNS = 5


@dataclass(frozen=True, slots=True)
class FoundSign:
    """A sign, and a page that shows it."""

    sign: Sign
    page: Page


@dataclass(frozen=True, slots=True)
class SearchResults:
    """What was found: pages, ways to reach help behind 999, signs with a page that shows each."""

    pages: Sequence[Page] = ()
    cards: Sequence[ContactCard] = ()
    signs: Sequence[FoundSign] = ()

    def __bool__(self) -> bool:
        return bool(self.pages or self.cards or self.signs)


def search_public(query: str, *, root: Page, locale: Locale, on: date) -> SearchResults:
    """Search what any reader may see, in one language.

    Args:
        query: the reader's words; only the first `LONGEST_QUERY` characters count.
        root: the site's first page in any language; only pages below it or its translations count.
        locale: the language to search in.
        on: today in Europe/London, for the state of contact routes.
    """
    words = query.strip()[:LONGEST_QUERY]
    if not words:
        return SearchResults()
    home = root if root.locale_id == locale.pk else root.get_translation_or_none(locale)
    if home is None:
        return SearchResults()
    return SearchResults(
        pages=_search_pages(words, home),
        cards=_search_routes(words, locale, on),
        signs=_search_signs(words, locale),
    )


def _found(public: Any, words: str, most: int) -> list[Any]:
    """What of this queryset holds all the words, the best first."""
    return list(get_search_backend().search(words, public, operator="and")[:most])


def _search_pages(words: str, home: Page) -> list[Page]:
    found: Any = Page.objects.live().public().descendant_of(home, inclusive=True).specific()
    pages = _found(found, words, MOST_RESULTS)
    return [page for page in pages if not page.slug.startswith(DRILL_SLUG)]


def _search_routes(words: str, locale: Locale, on: date) -> list[ContactCard]:
    public: Any = ContactRoute.objects.public().filter(locale=locale)
    found = _found(public, words, _MOST_ROUTES)
    return contact_cards(found, on=on) if found else []


def _search_signs(words: str, locale: Locale) -> list[FoundSign]:
    """Signs that a public page of their kind of place shows; there the reader goes."""
    pages_of_places = Prefetch("hotspots__pages", HotspotPage.objects.listed())
    public: Any = Sign.objects.public().filter(locale=locale).prefetch_related(pages_of_places)
    found = []
    for sign in _found(public, words, _MOST_SIGNS):
        pages = [page for hotspot in sign.hotspots.all() for page in hotspot.pages.all()]
        if pages:
            found.append(FoundSign(sign, pages[0]))
    return found
