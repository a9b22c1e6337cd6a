"""What the database holds of a campaign now, under the names that a folder uses."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from wagtail.models import Page, Site

from campaign.packs.folder import HOME
from campaign.packs.kinds import RecordKind


def latest_of(instance: Any) -> Any:
    """The latest version of a record or page, draft or not."""
    latest = instance.get_latest_revision()
    return latest.as_object() if latest else instance


class Present:
    """The records and pages of one language in the database, as they are now."""

    def __init__(self, locale: Any) -> None:
        self.locale = locale

    @cached_property
    def site(self) -> Site | None:
        """The site that the campaign is on: the default one."""
        return Site.objects.filter(is_default_site=True).first() or Site.objects.first()

    @cached_property
    def home(self) -> Any:
        """The home page of the campaign, or None: Wagtail's own welcome page is not one."""
        root = self.site.root_page.specific if self.site else None
        return None if root is None or type(root) is Page else root

    @cached_property
    def pages(self) -> dict[str, Any]:
        """All pages of the campaign by path, parents first."""
        if self.home is None:
            return {}
        start = len(self.home.url_path)
        found = Page.objects.descendant_of(self.home, inclusive=True).order_by("path").specific()
        return {HOME + page.url_path[start:]: page for page in found}

    def page(self, path: str) -> Any:
        """The page at a path, or None."""
        return self.pages.get(path)

    def records(self, kind: RecordKind) -> dict[str, Any]:
        """All records of a kind by name."""
        found = kind.model.objects.filter(locale=self.locale).order_by(kind.key)
        return {str(getattr(record, kind.key)): record for record in found}

    @cached_property
    def _records(self) -> dict[str, dict[str, Any]]:
        return {}

    def record(self, kind: RecordKind, name: str) -> Any:
        """The record of that name, or None."""
        if kind.name not in self._records:
            self._records[kind.name] = self.records(kind)
        return self._records[kind.name].get(name)
