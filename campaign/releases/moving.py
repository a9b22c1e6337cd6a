"""Move the items of a release: in which order, and each through the gate.

The caller has opened the transaction and says who acts (`gate.acting`); whatever goes wrong is
raised, so that the caller's transaction takes everything back.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import prefetch_related_objects
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from wagtail.models import Page, Revision

from campaign.assurance.rules import Key
from campaign.releases.content import NOT_CONTENT, canonical, digest
from campaign.releases.enums import Cause, ItemAction, ReleaseState
from campaign.releases.exceptions import ApprovalBrokenError
from campaign.releases.gate import acting
from campaign.releases.language_sets import followers_of
from campaign.releases.models import Release, ReleaseItem, Takedown, TakedownItem
from campaign.releases.search_index import left_to_the_effect
from campaign.releases.takedown import covering

SLUG_IN_BETWEEN = "waymark-moving-"
"""How the slug of a page begins while another page takes over its own."""


def hash_of(content: Mapping[str, Any]) -> str:
    """The SHA-256 of what a version says, the same for two versions that say the same.

    When it ends is part of it, since that is approved with it.
    """
    kept = {name: _plain(value) for name, value in content.items() if name not in NOT_CONTENT}
    return digest(canonical(kept, ascii_only=True))


def _plain(value: Any) -> Any:
    """A value with streams of blocks, which versions keep as text, read as what they are.

    PostgreSQL keeps the keys of a block in an order of its own, so the texts may differ.
    """
    if isinstance(value, str) and value[:1] in ("[", "{"):
        with suppress(ValueError):
            return json.loads(value)
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return value


def things_of(keys: Iterable[Key]) -> dict[Key, Any]:
    """The pages (specific, the fields of their type deferred) and snippets of these keys.

    Two queries for each base type, whatever their number. What was deleted is left out.
    """
    by_type: dict[int, list[str]] = defaultdict(list)
    for type_id, object_id in keys:
        by_type[type_id].append(object_id)
    found: dict[Key, Any] = {}
    for type_id, object_ids in by_type.items():
        model: Any = ContentType.objects.get_for_id(type_id).model_class()
        if model is None:
            continue
        rows = list(
            Page.objects.filter(pk__in=object_ids).specific(defer=True)
            if model is Page
            else model._base_manager.filter(pk__in=object_ids)
        )
        if any(one.name == "locale" for one in model._meta.get_fields()):
            prefetch_related_objects(rows, "locale")
        found |= {(type_id, str(row.pk)): row for row in rows}
    return found


def in_order(items: Iterable[ReleaseItem]) -> list[tuple[ReleaseItem, Any]]:
    """The items with their rows, in the order in which they move; a row is None when deleted.

    What goes live comes first: snippets before the pages that show them, parents before children,
    sources before their translations. What comes down follows, in reverse: pages before snippets,
    children before parents.
    """
    pairs = sorted(((item, item.instance()) for item in items), key=_place)
    going = [pair for pair in pairs if pair[0].action == ItemAction.PUBLISH]
    coming = [pair for pair in pairs if pair[0].action == ItemAction.WITHDRAW]
    return going + coming[::-1]


def _place(pair: tuple[ReleaseItem, Any]) -> tuple[bool, int, bool, int, int]:
    item, row = pair
    is_page = isinstance(row, Page)
    return (
        is_page,
        row.depth if is_page else 0,
        item.translation_of_id is not None,
        item.position,
        item.pk,
    )


def lock_rows(items: Iterable[ReleaseItem]) -> None:
    """Lock the rows of these things, in one order, so that an editor's save waits for the end."""
    by_type: dict[int, list[str]] = defaultdict(list)
    for item in items:
        by_type[item.content_type_id].append(item.object_id)
    for type_id, object_ids in sorted(by_type.items()):
        model: Any = ContentType.objects.get_for_id(type_id).model_class()
        rows = model._base_manager.select_for_update(of=("self",), no_key=True)
        list(rows.filter(pk__in=object_ids).order_by("pk").values_list("pk"))


def remember(pairs: Iterable[tuple[ReleaseItem, Any]]) -> None:
    """Keep on each item what was public before anything moves."""
    for item, row in pairs:
        was_live = row is not None and bool(row.live)
        item.was_live = was_live
        item.previous_revision = row.live_revision if was_live else None
        item.previous_content = _content_of(row) if was_live else None
        item.save(update_fields=["was_live", "previous_revision", "previous_content"])


def _content_of(row: Any) -> dict[str, Any]:
    """What a row says, in the form in which versions keep it."""
    content: dict[str, Any] = json.loads(canonical(row.serializable_data()))
    return content


def make_way(pairs: Iterable[tuple[ReleaseItem, Any]]) -> None:
    """Let the pages of a release take over each other's last parts of addresses.

    Wagtail refuses an address that a page beside it has, also when that page moves away next. See
    `clear_slugs`.
    """
    clear_slugs(
        (row, item.revision.content["slug"])
        for item, row in pairs
        if isinstance(row, Page) and item.revision is not None
    )


def clear_slugs(going: Iterable[tuple[Page, str]]) -> None:
    """Free the slugs that pages leave and others beside them take, in the same transaction.

    Args:
        going: pages, each with the slug that it will have. Their followers have it too.

    Only the column of the slug is written. A page's address is in another one, so nothing announces
    an address, redirects from it or records it until the page itself is published.
    """
    changing = [
        (one, slug)
        for page, slug in going
        if page.slug != slug
        for one in (page, *(other for other in followers_of(page) if other.slug == page.slug))
    ]
    taken = {(one.path[: -one.steplen], slug) for one, slug in changing}
    for one, _slug in changing:
        if (one.path[: -one.steplen], one.slug) in taken:
            Page._base_manager.filter(pk=one.pk).update(slug=f"{SLUG_IN_BETWEEN}{one.pk}")


@contextmanager
def moved_by(release: Release, *, user: Any, at: datetime, reason: str = "") -> Iterator[None]:
    """Inside, what moves is moved by this release, as of `at`; the search index follows later."""
    with (
        acting(
            cause=Cause.RELEASE,
            release_id=release.pk,
            user=user,
            approved_by=release.approved_by,
            at=at,
            reason=reason,
        ),
        left_to_the_effect(),
    ):
        yield


def move(item: ReleaseItem, row: Any, *, user: Any) -> None:
    """Publish or withdraw one item.

    Raises:
        ApprovalBrokenError: the thing, the version or its content is not what was pinned.
        GateRefusedError, or whatever else publishing raises.
    """
    if item.action == ItemAction.PUBLISH:
        publish(item, row, user=user)
    elif row is not None and row.live:
        row.unpublish(user=user)


def publish(item: ReleaseItem, row: Any, *, user: Any) -> None:
    """Publish the pinned version of one item; see `move`."""
    if row is None:
        raise ApprovalBrokenError(_("It has been deleted."))
    revision = pinned_revision(item)
    revision.publish(user=user, skip_permission_checks=True)
    row.refresh_from_db(fields=["live"])
    if not row.live:
        raise ApprovalBrokenError(
            _("It was published, but is not public. Check the times in this version.")
        )


def pinned_revision(item: ReleaseItem) -> Revision:
    """The version of an item, locked, if it still says what was pinned.

    Raises:
        ApprovalBrokenError: it is gone, or was written over.
    """
    revision: Revision | None = (
        Revision.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=item.revision_id)
        .first()
    )
    if revision is None:
        raise ApprovalBrokenError(_("The pinned version does not exist any more. Pin another."))
    if hash_of(revision.content) != item.content_hash:
        raise ApprovalBrokenError(_("The pinned version was changed after it was pinned."))
    return revision


# --- Back again ----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class StepBack:
    """What putting back does with one item of a live release.

    Attributes:
        item: the item of the release that is put back.
        row: the page (specific) or snippet in the database; None when it was deleted.
        action: what happens to it; None when it is left as it is.
        why: why it is left as it is, as a sentence.
        held_by: the takedown that keeps it off the site; `leave_to_takedown` tells that.
    """

    item: ReleaseItem
    row: Any
    action: ItemAction | None
    why: str = ""
    held_by: Takedown | None = None


def steps_back(release: Release) -> list[StepBack]:
    """What has to happen so that what was public before a release is public again, in order.

    What was not public before comes down; what replaced an older version goes back to that; what
    was withdrawn comes back. What a person has taken down since, or brought back by hand, stays as
    they left it, and what stands under a takedown stays gone.
    """
    return _ordered(_unless_held(_step(item, row)) for item, row in in_order(release.items.all()))


def steps_at_end(release: Release) -> list[StepBack]:
    """As `steps_back`, for an end that was set beforehand: what is newer than the release stays.

    Nobody wants a correction of last week lost, or what a later release brought, because the end
    of this one has come.
    """
    return _ordered(_unless_newer(step, release) for step in steps_back(release))


def step_back(step: StepBack, *, user: Any, before: datetime) -> None:
    """Carry one step out; the caller says who acts, and has opened the transaction."""
    if step.action == ItemAction.WITHDRAW:
        step.row.unpublish(user=user)
    elif step.action == ItemAction.PUBLISH:
        previous_version(step.item, step.row, user=user, before=before).publish(
            user=user, skip_permission_checks=True
        )


def leave_to_takedown(step: StepBack, takedown: Takedown, *, user: Any, before: datetime) -> None:
    """Have undoing the takedown that holds a thing show what should be public by then."""
    item, row = step.item, step.row
    noted = TakedownItem.objects.filter(
        takedown=takedown, content_type_id=item.content_type_id, object_id=item.object_id
    )
    if not item.was_live:
        noted.update(was_live=False)
        return
    content = item.previous_content or {}
    locale = getattr(row, "locale", None)
    values = {
        "was_live": True,
        "revision": previous_version(item, row, user=user, before=before),
        "content": content,
        "published_at": before,
        "expire_at": parse_datetime(content.get("expire_at") or ""),
    }
    if not noted.update(**values):
        TakedownItem.objects.create(
            takedown=takedown,
            content_type_id=item.content_type_id,
            object_id=item.object_id,
            title=item.title,
            language=locale.language_code if locale is not None else "",
            translation_key=getattr(row, "translation_key", None),
            **values,
        )


def previous_version(item: ReleaseItem, row: Any, *, user: Any, before: datetime) -> Revision:
    """The version that says what was public before the release; made again if it was purged.

    A version that is made takes its place in the history at `before` (aware), so that a draft which
    somebody has begun since stays the newest.
    """
    content = item.previous_content or {}
    kept: Revision | None = item.previous_revision
    if kept is not None and hash_of(kept.content) == hash_of(content):
        return kept
    revision: Revision = Revision.objects.create(
        content_object=row,
        base_content_type_id=item.content_type_id,
        user=user,
        created_at=before,
        content=content,
        object_str=str(row.with_content_json(content)),
    )
    if revision.is_latest_revision():
        row.latest_revision = revision
        row.save(update_fields=["latest_revision"])
    return revision


def _step(item: ReleaseItem, row: Any) -> StepBack:
    withdrew = item.action == ItemAction.WITHDRAW
    why = ""
    if row is None:
        why = _("It has been deleted.")
    elif withdrew and not item.was_live:
        why = _("It was not public before.")
    elif withdrew and row.live:
        why = _("Somebody has published it again since.")
    elif not withdrew and not row.live:
        why = _("Somebody has taken it down since.")
    if why:
        return StepBack(item=item, row=row, action=None, why=why)
    action = ItemAction.PUBLISH if item.was_live else ItemAction.WITHDRAW
    return StepBack(item=item, row=row, action=action)


def _unless_held(step: StepBack) -> StepBack:
    """The step, or none and why, when a standing takedown keeps its thing off the site."""
    if step.row is None or step.row.live:
        return step
    takedown = covering(step.row)
    if takedown is None or not (step.action or _took_down(takedown, step.item)):
        return step
    why = _("It was taken down (“%(takedown)s”) and stays gone.") % {"takedown": takedown.title}
    if step.item.was_live:
        why += " " + _("When that is undone, it shows what it showed before this release.")
    return replace(step, action=None, why=why, held_by=takedown)


def _took_down(takedown: Takedown, item: ReleaseItem) -> bool:
    """Whether a takedown took down what the release had made public, and nothing newer."""
    return (
        item.revision_id is not None
        and takedown.items.filter(
            content_type_id=item.content_type_id,
            object_id=item.object_id,
            was_live=True,
            revision_id=item.revision_id,
        ).exists()
    )


def _ordered(steps: Iterable[StepBack]) -> list[StepBack]:
    by_place = sorted(steps, key=lambda step: _place((step.item, step.row)))
    going = [step for step in by_place if step.action == ItemAction.PUBLISH]
    coming = [step for step in by_place if step.action == ItemAction.WITHDRAW]
    staying = [step for step in by_place if step.action is None]
    return going + coming[::-1] + staying


def _unless_newer(step: StepBack, release: Release) -> StepBack:
    if step.action is None or step.item.action == ItemAction.WITHDRAW:
        return step
    later = (
        ReleaseItem.objects.for_key(step.item.key)
        .filter(
            action=ItemAction.PUBLISH,
            release__state=ReleaseState.LIVE,
            release__published_at__gt=release.published_at,
        )
        .select_related("release")
        .first()
    )
    if later is not None:
        why = _("It went live again with “%(release)s”.") % {"release": later.release}
        return replace(step, action=None, why=why)
    if step.action == ItemAction.PUBLISH and not _is_as_released(step):
        return replace(step, action=None, why=_("A newer version has been published since."))
    return step


def _is_as_released(step: StepBack) -> bool:
    """Whether what is public now is what the release made public."""
    if step.row.live_revision_id is not None and step.item.revision_id is not None:
        return bool(step.row.live_revision_id == step.item.revision_id)
    return hash_of(_content_of(step.row)) == step.item.content_hash
