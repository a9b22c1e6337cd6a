"""What Wagtail's own columns say is to happen: the only truth about time.

Two columns count. `Revision.approved_go_live_at` says that this version goes live; `expire_at` of
a *live* row says that the thing comes down. Drafts' dates mean nothing until they are approved.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from wagtail.models import DraftStateMixin, Page, Revision

from campaign.releases.enums import WorkKind
from campaign.releases.models import Identity


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """One moment that is set: who, what, when (aware, UTC)."""

    kind: WorkKind
    content_type_id: int
    object_id: str
    revision_id: int | None
    due_at: datetime
    title: str
    owner_id: Any

    @property
    def identity(self) -> Identity:
        """The same key as `DueWork.identity`."""
        return (self.kind, self.content_type_id, self.object_id, self.revision_id, self.due_at)


@functools.cache
def draft_state_models() -> tuple[type[Any], ...]:
    """The models whose rows can expire: Page, and each other base model with drafts.

    Proxies and children of another such model are left out: their rows are the parent's rows.
    """
    return (Page, *(model for model in apps.get_models() if _holds_draft_state(model)))


def _holds_draft_state(model: type[Any]) -> bool:
    return (
        issubclass(model, DraftStateMixin)
        and not issubclass(model, Page)
        and not model._meta.proxy
        and not any(issubclass(parent, DraftStateMixin) for parent in model._meta.parents)
    )


def schedules(*, until: datetime | None = None) -> Iterator[Schedule]:
    """Every moment that is set, at or before `until` (all of them when it is None)."""
    yield from _go_lives(until)
    for model in draft_state_models():
        yield from _expiries(model, until)


def is_set(schedule: Identity) -> bool:
    """Whether exactly this moment is still set."""
    kind, content_type_id, object_id, revision_id, due_at = schedule
    if kind == WorkKind.GO_LIVE:
        return Revision.objects.filter(pk=revision_id, approved_go_live_at=due_at).exists()
    model: Any = ContentType.objects.get_for_id(content_type_id).model_class()
    return model is not None and (
        model._base_manager.filter(pk=object_id, live=True, expire_at=due_at).exists()
    )


def _go_lives(until: datetime | None) -> Iterator[Schedule]:
    chosen = (
        Q(approved_go_live_at__isnull=False) if until is None else Q(approved_go_live_at__lte=until)
    )
    for pk, type_id, object_id, due_at, title, owner_id in Revision.objects.filter(
        chosen
    ).values_list(
        "pk", "base_content_type_id", "object_id", "approved_go_live_at", "object_str", "user_id"
    ):
        yield Schedule(
            kind=WorkKind.GO_LIVE,
            content_type_id=type_id,
            object_id=object_id,
            revision_id=pk,
            due_at=due_at,
            title=title,
            owner_id=owner_id,
        )


def _expiries(model: type[Any], until: datetime | None) -> Iterator[Schedule]:
    chosen = Q(expire_at__isnull=False) if until is None else Q(expire_at__lte=until)
    if model is Page:
        # An alias comes down with its original.
        chosen &= Q(alias_of__isnull=True)
    type_id = ContentType.objects.get_for_model(model, for_concrete_model=False).pk
    for pk, due_at, title, owner_id in model._base_manager.filter(chosen, live=True).values_list(
        "pk", "expire_at", "live_revision__object_str", "live_revision__user_id"
    ):
        yield Schedule(
            kind=WorkKind.EXPIRY,
            content_type_id=type_id,
            object_id=str(pk),
            revision_id=None,
            due_at=due_at,
            title=title or "",
            owner_id=owner_id,
        )
