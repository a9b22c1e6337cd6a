"""What Wagtail's own columns say is to happen: the only truth about time.

Two columns count. `Revision.approved_go_live_at` says that this version goes live; `expire_at` of
a *live* row says that the thing comes down. Drafts' dates mean nothing until they are approved.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from wagtail.models import DraftStateMixin, Page, Revision

from campaign.releases.enums import RELEASE_KINDS, CheckTrigger, ReleaseState, WorkKind
from campaign.releases.models import Identity, Release

CHECKS_BEFORE = {
    CheckTrigger.DAY_BEFORE: timedelta(hours=24),
    CheckTrigger.HOUR_BEFORE: timedelta(hours=1),
}
"""How long before a release goes live it is checked once more."""


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


def schedules(
    *, until: datetime | None = None, after: datetime | None = None
) -> Iterator[Schedule]:
    """Every moment that is set: at or before `until`, later than `after`, where they are given."""
    yield from _go_lives(until, after)
    for model in draft_state_models():
        yield from _expiries(model, until, after)
    for schedule in _of_releases(until):
        if after is None or schedule.due_at > after:
            yield schedule


def is_set(schedule: Identity) -> bool:
    """Whether exactly this moment is still set."""
    kind, content_type_id, object_id, revision_id, due_at = schedule
    if kind == WorkKind.GO_LIVE:
        return Revision.objects.filter(pk=revision_id, approved_go_live_at=due_at).exists()
    if kind in RELEASE_KINDS:
        found = Release.objects.filter(pk=object_id)
        return any(one.identity == schedule for one in _moments_of(found))
    model: Any = ContentType.objects.get_for_id(content_type_id).model_class()
    return model is not None and (
        model._base_manager.filter(pk=object_id, live=True, expire_at=due_at).exists()
    )


def _go_lives(until: datetime | None, after: datetime | None) -> Iterator[Schedule]:
    chosen = (
        Q(approved_go_live_at__isnull=False) if until is None else Q(approved_go_live_at__lte=until)
    )
    if after is not None:
        chosen &= Q(approved_go_live_at__gt=after)
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


def expiring(model: type[Any], *, until: datetime | None) -> QuerySet[Any]:
    """The live rows of a model that come down at or before `until` (None: at any time)."""
    chosen = Q(expire_at__isnull=False) if until is None else Q(expire_at__lte=until)
    if model is Page:
        # An alias comes down with its original.
        chosen &= Q(alias_of__isnull=True)
    found: QuerySet[Any] = model._base_manager.filter(chosen, live=True)
    return found


def _expiries(
    model: type[Any], until: datetime | None, after: datetime | None
) -> Iterator[Schedule]:
    type_id = ContentType.objects.get_for_model(model, for_concrete_model=False).pk
    chosen = expiring(model, until=until)
    if after is not None:
        chosen = chosen.filter(expire_at__gt=after)
    for pk, due_at, title, owner_id in chosen.values_list(
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


def _of_releases(until: datetime | None) -> Iterator[Schedule]:
    standing = Release.objects.filter(
        Q(scheduled_at__isnull=False, state__in=(ReleaseState.SCHEDULED, ReleaseState.FAILED))
        | Q(state=ReleaseState.LIVE, ends_at__isnull=False)
        | Q(check_asked_at__isnull=False)
    )
    if until is not None:
        # Checks come first, so a release counts from the first of them on.
        soon = until + max(CHECKS_BEFORE.values())
        standing = standing.filter(
            Q(goes_live_at__lte=soon) | Q(ends_at__lte=until) | Q(check_asked_at__lte=until)
        )
    for schedule in _moments_of(standing):
        if until is None or schedule.due_at <= until:
            yield schedule


def _moments_of(releases: Any) -> Iterator[Schedule]:
    """What is set for each of these releases: checks, start, end."""
    type_id = ContentType.objects.get_for_model(Release).pk
    for release in releases.prefetch_related("checks"):
        for kind, due_at in _kinds_and_times(release):
            yield Schedule(
                kind=kind,
                content_type_id=type_id,
                object_id=str(release.pk),
                revision_id=None,
                due_at=due_at,
                title=release.title,
                owner_id=release.owner_id,
            )


def _kinds_and_times(release: Release) -> Iterator[tuple[WorkKind, datetime]]:
    if release.state == ReleaseState.LIVE and release.ends_at is not None:
        yield WorkKind.RELEASE_END, release.ends_at
    if release.check_asked_at is not None and release.is_open:
        yield WorkKind.RELEASE_CHECK, release.check_asked_at
    if release.scheduled_at is None or release.goes_live_at is None:
        return
    if release.state not in (ReleaseState.SCHEDULED, ReleaseState.FAILED):
        return
    yield WorkKind.RELEASE_START, release.goes_live_at
    made = {
        check.trigger
        for check in release.checks.all()
        if check.goes_live_at == release.goes_live_at
    }
    for trigger, before in CHECKS_BEFORE.items():
        due_at = release.goes_live_at - before
        if trigger not in made and due_at > release.scheduled_at:
            yield WorkKind.RELEASE_CHECK, due_at


def trigger_of_check(release: Release, due_at: datetime) -> CheckTrigger | None:
    """Which check is due for a release at that moment; None when none is set (any more)."""
    if (WorkKind.RELEASE_CHECK, due_at) not in set(_kinds_and_times(release)):
        return None
    if due_at == release.check_asked_at:
        return CheckTrigger.ASKED
    return next(
        trigger
        for trigger, before in CHECKS_BEFORE.items()
        if release.goes_live_at is not None and release.goes_live_at - before == due_at
    )
