"""Facts for a health page. They say what is; the page decides what is bad."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from campaign.releases.due_work import record_schedules
from campaign.releases.heartbeats import silence
from campaign.releases.models import DueWork, Effect


@dataclass(frozen=True, kw_only=True)
class DueWorkHealth:
    """The state of due work at one moment.

    `oldest_overdue_seconds` counts everything that should have happened and has not, the failed
    items included; 0.0 when nothing waits. `heartbeat_age_seconds` is None when no worker and no
    command has ever run.
    """

    oldest_overdue_seconds: float
    overdue: int
    failed: int
    heartbeat_age_seconds: float | None

    def as_dict(self) -> dict[str, float | int | None]:
        """The same as plain values, for JSON."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class EffectsHealth:
    """The state of effects at one moment.

    `oldest_waiting_seconds` is how long the oldest effect that is not done yet has been there,
    0.0 when none is; `failed` counts those that were given up.
    """

    oldest_waiting_seconds: float
    waiting: int
    failed: int

    def as_dict(self) -> dict[str, float | int]:
        """The same as plain values, for JSON."""
        return asdict(self)


def effects_health(*, at: datetime) -> EffectsHealth:
    """Read the facts about effects at `at`."""
    waiting = Effect.objects.open()
    oldest = waiting.order_by("created_at").first()
    return EffectsHealth(
        oldest_waiting_seconds=0.0 if oldest is None else oldest.waited(at),
        waiting=waiting.count(),
        failed=Effect.objects.failed().count(),
    )


def due_work_health(*, at: datetime) -> DueWorkHealth:
    """Read the facts at `at`, from Wagtail's columns themselves and not from the last tick."""
    record_schedules(at=at, until=at)
    return DueWorkHealth(
        oldest_overdue_seconds=oldest_overdue_seconds(at=at),
        overdue=DueWork.objects.overdue(at).count(),
        failed=failed_count(),
        heartbeat_age_seconds=heartbeat_age_seconds(at=at),
    )


def oldest_overdue_seconds(*, at: datetime) -> float:
    """How long the oldest open item is overdue at `at`; 0.0 when none is."""
    oldest = DueWork.objects.overdue(at).in_order().first()
    return 0.0 if oldest is None else oldest.lateness(at).total_seconds()


def failed_count() -> int:
    """How many items used up their attempts and wait for a person."""
    return DueWork.objects.failed().count()


def heartbeat_age_seconds(*, at: datetime) -> float | None:
    """How old the newest sign of life is; None when there has never been one."""
    silent_for = silence(at=at)
    return None if silent_for is None else silent_for.total_seconds()
