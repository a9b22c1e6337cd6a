"""The vocabulary of selection over due work."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models

from campaign.releases.addresses import RECORD_PREFIX
from campaign.releases.enums import (
    CLOSED_STATES,
    OPEN_EFFECT_STATES,
    OPEN_RELEASE_STATES,
    OPEN_STATES,
    PENDING_STATES,
    EffectState,
    ReleaseState,
    TakedownState,
    WorkState,
)
from campaign.releases.exceptions import LedgerIsAppendOnlyError

if TYPE_CHECKING:
    from campaign.assurance.rules import Key
    from campaign.releases.models import (  # noqa: F401
        Alert,
        DueWork,
        Effect,
        Heartbeat,
        OwedTranslation,
        Release,
        ReleaseItem,
        Takedown,
        TakedownAddress,
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

    def attemptable(self, at: datetime, *, ahead: timedelta = timedelta(0)) -> DueWorkQuerySet:
        """Items that may be attempted at `at`: due, and not held by a worker or a retry delay.

        With `ahead`, also those that fall due within that time.
        """
        return self.filter(
            models.Q(next_attempt_at__isnull=True) | models.Q(next_attempt_at__lte=at),
            state__in=PENDING_STATES,
            due_at__lte=at + ahead,
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


class TakedownQuerySet(models.QuerySet["Takedown"]):
    """Selections over takedowns."""

    def standing(self) -> TakedownQuerySet:
        """Takedowns that keep what they cover off the site; never a drill."""
        return self.filter(state=TakedownState.STANDING)

    def drills_waiting(self) -> TakedownQuerySet:
        """Drills that no worker has begun."""
        return self.filter(state=TakedownState.DRILL_WAITING)


class TakedownAddressQuerySet(models.QuerySet["TakedownAddress"]):
    """Selections over the addresses of takedowns."""

    def standing(self) -> TakedownAddressQuerySet:
        """Addresses that a takedown keeps empty now."""
        return self.filter(takedown__state=TakedownState.STANDING)

    def to_fetch(self, at: datetime) -> TakedownAddressQuerySet:
        """Addresses that are to be fetched at `at`, to see whether they are gone."""
        return self.filter(next_check_at__lte=at)


class AlertQuerySet(models.QuerySet["Alert"]):
    """Selections over alerts."""

    def not_over(self, at: datetime) -> AlertQuerySet:
        """Alerts that show at `at` or will show later."""
        still_on = models.Q(ended_at__isnull=True) | models.Q(ended_at__gt=at)
        return self.filter(still_on, ends_at__gt=at)


class LedgerEntryQuerySet(models.QuerySet[Any]):
    """Selections over the ledger, which refuse to change it."""

    def update(self, **_changes: Any) -> int:
        """Refuse (LedgerIsAppendOnlyError)."""
        raise LedgerIsAppendOnlyError

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse (LedgerIsAppendOnlyError)."""
        raise LedgerIsAppendOnlyError

    update.alters_data = True  # type: ignore[attr-defined]
    delete.alters_data = True  # type: ignore[attr-defined]

    def until_moment(self, at: datetime) -> LedgerEntryQuerySet:
        """Entries that had begun at `at`, the latest first."""
        return self.filter(at__lte=at).order_by("-at", "-pk")

    def records(self) -> LedgerEntryQuerySet:
        """Entries about records that pages show."""
        return self.filter(address__startswith=RECORD_PREFIX)

    def addresses(self) -> LedgerEntryQuerySet:
        """Entries about what has an address of its own."""
        return self.exclude(address__startswith=RECORD_PREFIX)

    def with_until(self) -> LedgerEntryQuerySet:
        """Add `until`: when the next entry of the same address took over; None while it stands."""
        later = (
            self.model._base_manager.filter(
                models.Q(at__gt=models.OuterRef("at"))
                | models.Q(at=models.OuterRef("at"), pk__gt=models.OuterRef("pk")),
                address=models.OuterRef("address"),
                language=models.OuterRef("language"),
                site_id=models.OuterRef("site_id"),
            )
            .order_by("at", "pk")
            .values("at")[:1]
        )
        return self.annotate(until=models.Subquery(later))

    def in_force(self) -> LedgerEntryQuerySet:
        """The last entry of each address."""
        return self.with_until().filter(until__isnull=True)


class EffectQuerySet(models.QuerySet["Effect"]):
    """Selections over effects."""

    def open(self) -> EffectQuerySet:
        """Effects still to be carried out."""
        return self.filter(state__in=OPEN_EFFECT_STATES)

    def failed(self) -> EffectQuerySet:
        """Effects that used up their attempts and wait for a person."""
        return self.filter(state=EffectState.FAILED)

    def attemptable(self, at: datetime) -> EffectQuerySet:
        """Open effects that no worker and no retry delay holds at `at`."""
        return self.open().filter(
            models.Q(next_attempt_at__isnull=True) | models.Q(next_attempt_at__lte=at)
        )

    def first_of_their_address(self) -> EffectQuerySet:
        """Leave out what has to wait for an earlier effect of the same address.

        An urgent effect waits only for what is under way, and for other urgent ones.
        """
        earlier = self.model._base_manager.filter(
            models.Q(priority__lte=models.OuterRef("priority"))
            | models.Q(state=EffectState.RUNNING),
            address=models.OuterRef("address"),
            pk__lt=models.OuterRef("pk"),
            state__in=OPEN_EFFECT_STATES,
        )
        return self.exclude(~models.Q(address="") & models.Exists(earlier))

    def in_order(self) -> EffectQuerySet:
        """The most urgent first, then the oldest."""
        return self.order_by("priority", "pk")
