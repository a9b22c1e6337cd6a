"""Rehearse a release: move everything for real, see what fails, take everything back.

The whole of it happens in one transaction that is rolled back, so rows, log entries, effects and
what waits for the commit (`on_commit`) are gone with it. What a rollback cannot take back is kept
from happening: Wagtail's announcements (`page_published` and the like), to which mails, webhooks
and cache purges of other apps are attached, are not sent during a rehearsal.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.dispatch import Signal
from wagtail.signals import page_published, page_unpublished, published, unpublished

from campaign.releases.models import Release, ReleaseItem
from campaign.releases.moving import in_order, make_way, move, moved_by

_rehearsing: ContextVar[bool] = ContextVar("campaign_releases_rehearsing", default=False)


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """What happened: the errors by item id, and how long it took.

    An item that could not be moved is left out, and the rest goes on: everything that would fail
    is found at once.
    """

    errors: dict[int, Exception] = field(default_factory=dict)
    took: float = 0.0


class _TakeBackError(Exception):
    """Ends the transaction of a rehearsal."""


def rehearse(release: Release, *, moment: datetime, leave_out: Collection[int] = ()) -> Rehearsal:
    """Move every item of a release as if `moment` (aware) were now, and take everything back.

    `leave_out` holds the ids of items that would stay behind.

    It holds locks, on SQLite the write lock, for as long as it takes.
    """
    errors: dict[int, Exception] = {}
    started = time.monotonic()
    try:
        with transaction.atomic(), _quietly(), moved_by(release, user=release.owner, at=moment):
            items = release.items.exclude(pk__in=leave_out)
            pairs = in_order(items.select_related("content_type", "revision"))
            make_way(pairs)
            for item, row in pairs:
                if (error := _try(item, row, user=release.owner)) is not None:
                    errors[item.pk] = error
            raise _TakeBackError
    except _TakeBackError:
        pass
    return Rehearsal(errors=errors, took=time.monotonic() - started)


def is_rehearsing() -> bool:
    """Whether what happens now will be taken back. For receivers whose work could not be."""
    return _rehearsing.get()


def explain(error: Exception) -> str:
    """What an error says to an editor: what the gate or a form would, or else its name as well."""
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    return f"{type(error).__name__}: {error}"


def _try(item: ReleaseItem, row: Any, *, user: Any) -> Exception | None:
    try:
        with transaction.atomic():
            move(item, row, user=user)
    except Exception as error:  # noqa: BLE001 - whatever it is, the owner is to know before
        return error
    return None


@contextmanager
def _quietly() -> Iterator[None]:
    token = _rehearsing.set(True)
    try:
        yield
    finally:
        _rehearsing.reset(token)


def install() -> None:
    """Keep Wagtail's announcements from being sent during a rehearsal. Called once, when ready."""
    for signal in (page_published, page_unpublished, published, unpublished):
        if not hasattr(signal.send, "campaign_releases_rehearsal"):
            signal.send = _unless_rehearsing(signal, signal.send)


def _unless_rehearsing(signal: Signal, send: Callable[..., Any]) -> Callable[..., Any]:
    def send_unless_rehearsing(*args: Any, **kwargs: Any) -> Any:
        return [] if _rehearsing.get() else send(*args, **kwargs)

    send_unless_rehearsing.campaign_releases_rehearsal = signal  # type: ignore[attr-defined]
    return send_unless_rehearsing
