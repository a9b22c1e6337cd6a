"""The sitemap of a campaign in all its languages."""

from __future__ import annotations

from typing import Any

from wagtail.contrib.sitemaps.sitemap_generator import Sitemap
from wagtail.models import Page


class CampaignSitemap(Sitemap):
    """Wagtail's sitemap, over the site's first page in every language.

    Wagtail's own covers only the tree under the site's root page; translations stand beside it.
    """

    def items(self) -> Any:
        """Every live page open to all; pages kept out of search engines leave themselves out."""
        root = self.get_wagtail_site().root_page
        pages = Page.objects.none()
        for home in root.get_translations(inclusive=True).live():
            pages = pages | Page.objects.descendant_of(home, inclusive=True)
        return pages.live().public().order_by("path").defer_streamfields().specific()
