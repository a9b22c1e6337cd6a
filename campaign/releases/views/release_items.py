"""The items of a release as its page shows them: a fixed number of queries for any number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.models import Page, Revision

from campaign.releases.enums import ItemAction
from campaign.releases.models import Release, ReleaseItem
from campaign.releases.moving import hash_of, things_of


@dataclass(frozen=True, kw_only=True)
class ItemRow:
    """One line of the table of items.

    Attributes:
        item: the item.
        type_name: what kind of page or snippet it is.
        language: the name of its language, or empty.
        edit_url: its editor, or None where this person may not edit it.
        is_deleted: whether it is gone.
        is_public: whether it is public now.
        newer: a newer version that says something else, or None.
        is_missing_version: whether the pinned version has been deleted.
    """

    item: ReleaseItem
    type_name: str
    language: str
    edit_url: str | None
    is_deleted: bool
    is_public: bool
    newer: Revision | None
    is_missing_version: bool


def edit_urls(user: Any, things: Iterable[Any]) -> dict[Any, str | None]:
    """Where each page or snippet is edited; None where this person may not."""
    finder = AdminURLFinder(user)
    return {(type(thing), thing.pk): finder.get_edit_url(thing) for thing in things}


def type_name_of(thing: Any) -> str:
    """What kind of page or snippet something is, as the admin calls it."""
    if isinstance(thing, Page):
        return str(thing.cached_content_type.name)
    return str(thing._meta.verbose_name)


def rows_of(release: Release, *, user: Any) -> list[ItemRow]:
    """The lines of a release's table, in the order of its items."""
    newest = (
        Revision.objects.filter(
            base_content_type_id=OuterRef("content_type_id"), object_id=OuterRef("object_id")
        )
        .order_by("-created_at", "-pk")
        .values("pk")[:1]
    )
    items = list(
        release.items.select_related("content_type", "revision__user", "translation_of")
        .annotate(newest_id=Subquery(newest))
        .order_by("position", "pk")
    )
    things = things_of(item.key for item in items)
    urls = edit_urls(user, things.values())
    newer = _newer(items) if release.is_open else {}
    return [_row(item, things.get(item.key), urls, newer.get(item.pk)) for item in items]


def _newer(items: list[Any]) -> dict[int, Revision]:
    """For each item, a newer version that says something else than the pinned one."""
    behind = {
        item.pk: item.newest_id
        for item in items
        if item.action == ItemAction.PUBLISH and item.newest_id not in (None, item.revision_id)
    }
    versions = Revision.objects.in_bulk(set(behind.values())) if behind else {}
    hashes = {item.pk: item.content_hash for item in items}
    return {
        item_id: versions[newest_id]
        for item_id, newest_id in behind.items()
        if newest_id in versions and hash_of(versions[newest_id].content) != hashes[item_id]
    }


def _row(item: ReleaseItem, thing: Any, urls: dict[Any, str | None], newer: Any) -> ItemRow:
    locale = getattr(thing, "locale", None)
    return ItemRow(
        item=item,
        type_name=type_name_of(thing) if thing is not None else str(item.content_type.name),
        language=str(locale) if locale is not None else "",
        edit_url=urls.get((type(thing), thing.pk)) if thing is not None else None,
        is_deleted=thing is None,
        is_public=bool(getattr(thing, "live", False)),
        newer=newer,
        is_missing_version=item.action == ItemAction.PUBLISH and item.revision_id is None,
    )
