"""Find what is due: bring the record in line with Wagtail's columns, then choose from it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from wagtail.models import ModelLogEntry, PageLogEntry

from campaign.releases.conf import get_settings
from campaign.releases.enums import AttemptOutcome, WorkState
from campaign.releases.models import DueWork
from campaign.releases.schedules import Schedule, is_set, schedules
from campaign.releases.timing import LONGEST_LEAD, SIZES, beyond_horizon

SCHEDULED_ACTION = "wagtail.publish.schedule"

HAND_OUT_AGAIN = timedelta(seconds=3)
"""How often what a dead worker may have begun early is sent again."""


def find_due(at: datetime) -> list[DueWork]:
    """Return what may be attempted at `at`, in order, after taking note of new schedules."""
    record_schedules(at=at, until=at)
    return list(DueWork.objects.attemptable(at).in_order())


def find_upcoming(at: datetime, *, horizon: timedelta) -> list[DueWork]:
    """Return what falls due after `at` and within `horizon`, and was not handed out before.

    A large release is returned earlier, by as much as writing it takes longer.

    Marks what it returns as handed out, so that the next tick does not send it again. A message
    that is lost costs one tick: once due, `find_due` returns the item whether handed out or not.
    What was begun early, and whose claim has ended, is handed out again every few seconds: its
    worker may be dead. If it is not, it holds a lock, and nobody can claim it.
    """
    until = at + horizon
    # What is due already is not read again: a backlog of a thousand would be, every second.
    record_schedules(at=at, until=until, after=at)
    soon = DueWork.objects.filter(
        Q(due_at__lte=until) | Q(due_at__lte=until + LONGEST_LEAD, kind__in=SIZES),
        Q(state=WorkState.DUE, handed_out_at__isnull=True)
        | Q(
            state=WorkState.RUNNING,
            next_attempt_at__lte=at,
            handed_out_at__lte=at - HAND_OUT_AGAIN,
        ),
        due_at__gt=at,
    )
    upcoming = [
        work
        for work in soon.in_order()
        if work.due_at <= until or work.due_at - beyond_horizon(work) <= until
    ]
    if upcoming:
        DueWork.objects.filter(pk__in=[work.pk for work in upcoming]).update(handed_out_at=at)
    return upcoming


def record_schedules(
    *, at: datetime, until: datetime | None = None, after: datetime | None = None
) -> None:
    """Bring the record in line with Wagtail's columns, for moments in (`after`, `until`].

    None stands for no limit.

    A new schedule gets a row, one that was changed or withdrawn is superseded (a failed one too:
    that is how rescheduling resets a failure), and one that was set once more is opened again.
    Reads only, as long as nothing changed. Several processes may do this at the same time.
    """
    wanted = {schedule.identity: schedule for schedule in schedules(until=until, after=after)}
    rows = DueWork.objects.open()
    if until is not None:
        rows = rows.until(until)
    if after is not None:
        rows = rows.filter(due_at__gt=after)
    recorded = {row.identity: row for row in rows}

    missing = [wanted[key] for key in wanted.keys() - recorded.keys()]
    if missing:
        _create(missing)
        _reopen(missing)
    for key in recorded.keys() - wanted.keys():
        _supersede(recorded[key], at=at)


def _create(missing: list[Schedule]) -> None:
    schedulers = _who_scheduled(schedule.revision_id for schedule in missing)
    DueWork.objects.bulk_create(
        [
            DueWork(
                kind=schedule.kind,
                content_type_id=schedule.content_type_id,
                object_id=schedule.object_id,
                revision_id=schedule.revision_id,
                due_at=schedule.due_at,
                title=(schedule.title or _title_of(schedule))[:255],
                owner_id=schedulers.get(schedule.revision_id, schedule.owner_id),
            )
            for schedule in missing
        ],
        # Another process may have seen the same schedule.
        ignore_conflicts=True,
    )


def _reopen(missing: list[Schedule]) -> None:
    """Open closed rows whose very schedule stands again.

    `is_set` is asked after the row was read: what a worker has done meanwhile stays done.
    """
    keys = {schedule.identity for schedule in missing}
    moments = [schedule.due_at for schedule in missing]
    for row in DueWork.objects.closed().filter(due_at__gte=min(moments), due_at__lte=max(moments)):
        if row.identity in keys and is_set(row.identity):
            DueWork.objects.filter(pk=row.pk, state=row.state, attempts=row.attempts).update(
                state=WorkState.DUE,
                tries=0,
                next_attempt_at=None,
                handed_out_at=None,
                finished_at=None,
                last_error="",
                reason="",
            )


def _supersede(row: DueWork, *, at: datetime) -> None:
    """Close a row whose schedule is gone, unless a worker has changed the row meanwhile."""
    if is_set(row.identity):
        return
    changed = DueWork.objects.filter(pk=row.pk, state=row.state, attempts=row.attempts).update(
        state=WorkState.SUPERSEDED, next_attempt_at=None, finished_at=at
    )
    if changed:
        row.attempt_log.filter(outcome="").update(outcome=AttemptOutcome.LOST, finished_at=at)


def _who_scheduled(revision_ids: Iterable[int | None]) -> dict[int | None, Any]:
    """Map each revision to the user who scheduled it, by the audit log."""
    wanted = [pk for pk in revision_ids if pk is not None]
    found: dict[int | None, Any] = {}
    for entries in (PageLogEntry, ModelLogEntry):
        for revision_id, user_id in (
            entries.objects.filter(
                action=SCHEDULED_ACTION, revision_id__in=wanted, user__isnull=False
            )
            .order_by("timestamp")
            .values_list("revision_id", "user_id")
        ):
            found[revision_id] = user_id
    return found


def _title_of(schedule: Schedule) -> str:
    content_type = ContentType.objects.get_for_id(schedule.content_type_id)
    model: Any = content_type.model_class()
    return str(model._base_manager.filter(pk=schedule.object_id).first() or "")


MOST_PRUNED = 500
"""Items that one call removes at most, so that it never holds the database for long."""


def prune_due_work(at: datetime) -> int:
    """Remove items that were over long ago (`due_work_kept` days), with their attempts.

    The ledger keeps what was public for ever. Returns how many items there were.
    """
    oldest = at - timedelta(days=get_settings().due_work_kept)
    old = DueWork.objects.closed().filter(finished_at__lt=oldest).order_by("finished_at")
    keys = list(old.values_list("pk", flat=True)[:MOST_PRUNED])
    DueWork.objects.filter(pk__in=keys).delete()
    return len(keys)
