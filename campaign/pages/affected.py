"""Which other addresses show a page or record that changed, beyond what Wagtail's index knows.

The reference index knows what an editor chose: links, blocks, foreign keys. It does not know what
a template lists by itself: the pages below a page, the menu, the path to a page, the languages of a
page, the emergency numbers at the foot of every page, the directory, lists of signs. A cache in
front of the site keeps all of those, so they are named here. Naming too many costs a request each;
naming too few leaves an old telephone number in front of a reader.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.urls import NoReverseMatch, reverse
from wagtail.models import Page

from campaign.pages.fields import GuidanceStreamField
from campaign.pages.models import (
    CampaignSettings,
    GlossaryPage,
    HomePage,
    HotspotIndexPage,
    HotspotPage,
)
from campaign.releases.purging import register_affected_addresses
from content_blocks.models import ContactRoute, GlossaryTerm, Hotspot, Sign


def affected_addresses(instance: Any) -> Iterator[Page | str]:
    """The pages that show or list `instance` by themselves, and the sitemap for a page."""
    if isinstance(instance, Page):
        yield from _around(instance)
        yield from _site_files()
    elif isinstance(instance, ContactRoute):
        # At the foot of every page, in its action panel, in the directory, in the support section.
        yield from _public_pages()
    elif isinstance(instance, Sign):
        yield from _listing_signs()
    elif isinstance(instance, Hotspot):
        yield from HotspotIndexPage.objects.live()
        yield from HomePage.objects.live()
        yield from HotspotPage.objects.live()
    elif isinstance(instance, GlossaryTerm):
        yield from GlossaryPage.objects.live().filter(locale=instance.locale_id)


def _around(page: Page) -> Iterator[Page]:
    """Pages that list it, whose path leads through it, and its other languages."""
    yield from page.get_ancestors().live()
    yield from page.get_descendants().live()
    yield from page.get_translations().live()
    home = _home_above(page)
    if home is not None and (page.depth == home.depth + 1 or _in_frame(page)):
        # In the menu or the foot of every page, or it has just been taken out.
        yield from home.get_descendants(inclusive=True).live()


def _home_above(page: Page) -> Page | None:
    above = Page.objects.ancestor_of(page, inclusive=True).exact_type(HomePage)
    home: Page | None = above.order_by("-path").first()
    return home


def _in_frame(page: Page) -> bool:
    """Whether the settings name it as a page that every page links to."""
    named = Q(pk__in=[])
    for name in CampaignSettings.frame_page_names:
        named |= Q(**{f"{name}__translation_key": page.translation_key})
    return CampaignSettings.objects.filter(named).exists()


def _listing_signs() -> Iterator[Page]:
    """Every page about a kind of place, and pages with a list of signs that chooses by itself.

    Not only those of the sign's own places: it may just have been taken from another.
    """
    yield from HotspotPage.objects.live()
    for model in apps.get_app_config("campaign_pages").get_models():
        streams = [one.name for one in model._meta.fields if isinstance(one, GuidanceStreamField)]
        for name in streams if issubclass(model, Page) else ():
            pages: Any = model._default_manager.annotate(stream=Cast(name, TextField()))
            yield from pages.live().filter(stream__contains='"type": "signs"')


def _public_pages() -> Iterator[Page]:
    yield from Page.objects.live().filter(depth__gt=1)


def _site_files() -> Iterator[str]:
    try:
        yield reverse("campaign_sitemap")
    except NoReverseMatch:
        # A site that has no sitemap of ours.
        return


def register() -> None:
    """Tell the room that purges."""
    register_affected_addresses("campaign_pages", affected_addresses)
