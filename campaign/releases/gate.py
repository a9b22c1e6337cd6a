"""The gate: whatever becomes public, is scheduled or is withdrawn passes here first.

This module knows what a transition is, who may stop it, and who is told afterwards. *Where* the
gate stands, so that no path goes round it, is in `gateposts`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils import timezone

from campaign.assurance.enums import Severity
from campaign.assurance.findings import Finding
from campaign.assurance.rules import Situation, key_of, run_rules
from campaign.releases.enums import Cause, TransitionKind
from campaign.releases.exceptions import GateRefusedError


@dataclass(frozen=True, kw_only=True)
class Acting:
    """On whose behalf things move now.

    Attributes:
        cause: what moves them; a person, unless somebody said otherwise.
        at: the moment that counts (aware), or None for the present.
        user: who asked for it.
        approved_by: who approved it, where that is somebody else's step.
        release_id: the release that moves them.
        reason: why, in a person's words.
    """

    cause: Cause = Cause.PERSON
    at: datetime | None = None
    user: Any = None
    approved_by: Any = None
    release_id: int | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One thing that is about to change what the public sees, now or at a set time.

    Attributes:
        kind: becomes public (or changes while public), is scheduled, is unscheduled, is withdrawn.
        instance: the page (specific) or snippet as it would be.
        revision: the version, where the path has one.
        at: the moment it takes effect (aware): for a schedule, the time that is set or cancelled.
        former_at: for a schedule, the time that was set before; None if none was.
        acting: on whose behalf.
    """

    kind: TransitionKind
    instance: Any
    revision: Any = None
    at: datetime
    former_at: datetime | None = None
    acting: Acting = field(default_factory=Acting)


@dataclass(frozen=True, kw_only=True)
class PublicChange:
    """One row whose public state has changed: what an address shows, or a record pages show.

    Attributes:
        instance: the page (specific) or snippet as it now is in the database.
        was_public: whether it was public before.
        is_public: whether it is public now. Both are true when its content or address changed.
        old_path: the page's `url_path` before, empty for a new page and for a snippet.
        revision: the version now public, where the path has one.
        at: when it took effect (aware).
        acting: on whose behalf.
    """

    instance: Any
    was_public: bool
    is_public: bool
    old_path: str = ""
    revision: Any = None
    at: datetime
    acting: Acting = field(default_factory=Acting)


Gatekeeper = Callable[[Transition], Iterable[Finding]]
_gatekeepers: dict[str, Gatekeeper] = {}
_acting: ContextVar[Acting | None] = ContextVar("campaign_releases_acting", default=None)


def register_gatekeeper(name: str, gatekeeper: Gatekeeper) -> None:
    """Let `gatekeeper` be asked about every transition; a CRITICAL finding of it stops it."""
    _gatekeepers[name] = gatekeeper


def unregister_gatekeeper(name: str) -> None:
    """Take a gatekeeper away; nothing happens if there is none of that name."""
    _gatekeepers.pop(name, None)


def acting_now() -> Acting:
    """On whose behalf the running code moves things."""
    return _acting.get() or Acting()


@contextmanager
def acting(**changes: Any) -> Iterator[Acting]:
    """Say on whose behalf everything inside moves; what is not named stays as it was outside."""
    now = replace(acting_now(), **changes)
    token = _acting.set(now)
    try:
        yield now
    finally:
        _acting.reset(token)


_bulk_writes: ContextVar[bool] = ContextVar("campaign_releases_bulk_writes", default=False)


@contextmanager
def bulk_writes() -> Iterator[None]:
    """Let code inside write schedules and `live` by bulk updates: it has asked the gate itself."""
    token = _bulk_writes.set(True)
    try:
        yield
    finally:
        _bulk_writes.reset(token)


def bulk_writes_allowed() -> bool:
    """Whether the running code is inside `bulk_writes`."""
    return _bulk_writes.get()


def moment() -> datetime:
    """The moment that counts for what moves now (aware)."""
    return acting_now().at or timezone.now()


def findings_for(transition: Transition) -> list[Finding]:
    """Ask every gatekeeper, and for what becomes public every rule."""
    found = [finding for gatekeeper in _gatekeepers.values() for finding in gatekeeper(transition)]
    if transition.kind in (TransitionKind.PUBLISH, TransitionKind.SCHEDULE):
        situation = Situation(
            at=transition.at, becomes_public=frozenset({key_of(transition.instance)})
        )
        found += run_rules(transition.instance, situation)
    return found


def check(transition: Transition) -> None:
    """Let a transition pass or stop it.

    Raises:
        GateRefusedError: with everything that stops it. The caller is inside a transaction.
    """
    if transition.acting.cause is Cause.MAINTENANCE:
        return
    stops = [one for one in findings_for(transition) if one.severity is Severity.CRITICAL]
    if stops:
        raise GateRefusedError(transition, stops)
