"""The vocabulary of selecting pages."""

from __future__ import annotations

from wagtail.models import PageQuerySet

from campaign.releases.conf import DRILL_SLUG
from content_blocks.page_links import open_to_everybody


class PublicPageQuerySet(PageQuerySet):
    """Selects what a reader may be shown in a list."""

    def listed(self) -> PublicPageQuerySet:
        """Live, open to everybody, in the order of the page tree, without the heavy blocks."""
        found = self.live().filter(open_to_everybody()).exclude(slug__startswith=DRILL_SLUG)
        return found.order_by("path").defer_streamfields()

    def with_hotspot(self) -> PublicPageQuerySet:
        """Pages of kinds of place, each with its kind of place, in the same query."""
        return self.select_related("hotspot")
