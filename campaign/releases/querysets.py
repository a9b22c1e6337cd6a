"""The vocabulary of selection over due work."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models

from campaign.releases.enums import (
    CLOSED_STATES,
    OPEN_RELEASE_STATES,
    OPEN_STATES,
    PENDING_STATES,
    ReleaseState,
    WorkState,
)

if TYPE_CHECKING:
    from campaign.assurance.rules import Key
    from campaign.releases.models import (  # noqa: F401
        DueWork,
        Heartbeat,
        OwedTranslation,
        Release,
        ReleaseItem,
    )


class DueWorkQuerySet(models.QuerySet["DueWork"]):
    """Selections over items of due work. Every time is an aware `at` given by the caller."""

    def open(self) -> DueWorkQuerySet:
        """Items whose schedule still stands, the failed ones included."""
        return self.filter(state__in=OPEN_STATES)

    def closed(self) -> DueWorkQuerySet:
        """Items that are over: done, superseded or cancelled."""
        return self.filter(state__in=CLOSED_STATES)

    def failed(self) -> DueWorkQuerySet:
        """Items that used up their attempts and wait for a person."""
        return self.filter(state=WorkState.FAILED)

    def until(self, at: datetime) -> DueWorkQuerySet:
        """Items due at or before `at`, whatever their state."""
        return self.filter(due_at__lte=at)

    def attemptable(self, at: datetime) -> DueWorkQuerySet:
        """Items that may be attempted at `at`: due, and not held by a worker or a retry delay."""
        return self.filter(
            models.Q(next_attempt_at__isnull=True) | models.Q(next_attempt_at__lte=at),
            state__in=PENDING_STATES,
            due_at__lte=at,
        )

    def overdue(self, at: datetime, *, after: timedelta = timedelta(0)) -> DueWorkQuerySet:
        """Open items that should have happened more than `after` before `at`."""
        return self.open().filter(due_at__lt=at - after)

    def in_order(self) -> DueWorkQuerySet:
        """Earliest first; at the same moment, things come down before things go up."""
        return self.order_by("due_at", "kind", "pk")


class HeartbeatQuerySet(models.QuerySet["Heartbeat"]):
    """Selections over the signs of life."""

    def newest(self) -> datetime | None:
        """When anything that publishes last gave a sign of life; None if never."""
        return self.aggregate(newest=models.Max("beaten_at"))["newest"]


class ReleaseQuerySet(models.QuerySet["Release"]):
    """Selections over releases."""

    def open(self) -> ReleaseQuerySet:
        """Releases that are still to go live."""
        return self.filter(state__in=OPEN_RELEASE_STATES)

    def starting(self, *, until: datetime | None = None) -> ReleaseQuerySet:
        """Scheduled releases (the failed ones too), at or before `until` if it is given."""
        scheduled = self.filter(
            state__in=(ReleaseState.SCHEDULED, ReleaseState.FAILED), scheduled_at__isnull=False
        )
        return scheduled if until is None else scheduled.filter(goes_live_at__lte=until)

    def ending(self, *, until: datetime | None = None) -> ReleaseQuerySet:
        """Live releases with an end, at or before `until` if it is given."""
        live = self.filter(state=ReleaseState.LIVE, ends_at__isnull=False)
        return live if until is None else live.filter(ends_at__lte=until)


class ReleaseItemQuerySet(models.QuerySet["ReleaseItem"]):
    """Selections over the items of releases."""

    def open(self) -> ReleaseItemQuerySet:
        """Items of releases that are still to go live."""
        return self.filter(open=True)

    def for_key(self, key: Key) -> ReleaseItemQuerySet:
        """Items that are one page or snippet, in whatever release."""
        return self.filter(content_type_id=key[0], object_id=key[1])


class OwedTranslationQuerySet(models.QuerySet["OwedTranslation"]):
    """Selections over translations that stayed behind."""

    def unsettled(self) -> OwedTranslationQuerySet:
        """Those that are still behind."""
        return self.filter(settled_at__isnull=True)
