"""Carry out one item of due work, inside a transaction that the caller has opened.

Each function reads Wagtail's columns again under lock, acts through Wagtail's own publish and
unpublish, and says how it ended. It raises whatever goes wrong, so that the caller's transaction
takes everything back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Page, Revision

from campaign.assurance.rules import Key
from campaign.releases.enums import AttemptOutcome, WorkKind
from campaign.releases.exceptions import ScheduleStillSetError
from campaign.releases.gate import bulk_writes, moment
from campaign.releases.models import DueWork
from campaign.releases.releasing import perform_check, perform_end, perform_start

WINDOW_MISSED_ACTION = "campaign_releases.window_missed"


def carry_out(work: DueWork, *, at: datetime, rows: Mapping[Key, Any]) -> AttemptOutcome:
    """Do what the item says, if Wagtail's columns still say so at `at`.

    Args:
        work: the item; its claim holds.
        at: the moment that counts: the item's own when the attempt begins shortly before it.
        rows: what `lock_objects` has locked, in this transaction.
    """
    # What has been carried out since may have changed a row. Only a go-live reads nothing of it.
    key = (work.content_type_id, work.object_id)
    locked = (rows if work.kind == WorkKind.GO_LIVE else lock_objects([work])).get(key)
    if locked is None:
        return AttemptOutcome.SUPERSEDED
    return PERFORMERS[WorkKind(work.kind)](work, locked, at=at)


def lock_objects(works: Iterable[DueWork]) -> dict[Key, Any]:
    """Lock the rows of what these items are about, in one order; what was deleted is left out.

    It comes before anything else, so that a go-live and an expiry of the same thing, an editor's
    save or a takedown follow one another.
    """
    by_type: dict[int, set[str]] = defaultdict(set)
    for work in works:
        by_type[work.content_type_id].add(work.object_id)
    found: dict[Key, Any] = {}
    for type_id, object_ids in sorted(by_type.items()):
        model: Any = ContentType.objects.get_for_id(type_id).model_class()
        if model is None:
            continue
        # Only this table's rows, and not their keys: new rows that point to them need not wait.
        rows = model._base_manager.select_for_update(of=("self",), no_key=True)
        for row in rows.filter(pk__in=object_ids).order_by("pk"):
            found[type_id, str(row.pk)] = row
    return found


def go_live(work: DueWork, locked: Any, *, at: datetime) -> AttemptOutcome:
    """Publish the scheduled version; cancel it when its whole time has passed.

    A version whose expiry is past as well is never shown, not even for a tick. What was public
    before it would have been replaced and then taken down by now, so it comes down.
    """
    revision = (
        Revision.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=work.revision_id, approved_go_live_at=work.due_at)
        .first()
    )
    if revision is None:
        return AttemptOutcome.SUPERSEDED
    expire_at = parse_datetime(revision.content.get("expire_at") or "")
    if expire_at is not None and expire_at <= at:
        _miss_window(work, locked, revision, expire_at=expire_at)
        return AttemptOutcome.CANCELLED

    revision.publish(log_action="wagtail.publish.scheduled")
    still_set = Revision.objects.filter(pk=revision.pk, approved_go_live_at__isnull=False)
    public = type(locked)._base_manager.filter(~Exists(still_set), pk=locked.pk, live=True)
    if not public.exists():
        raise ScheduleStillSetError(work)
    return AttemptOutcome.DONE


def come_down(work: DueWork, locked: Any, *, at: datetime) -> AttemptOutcome:
    """Take down a live thing whose expiry has come, and keep every approved later schedule.

    Wagtail's own expiry forgets all schedules of the thing; a version approved for next week would
    be lost with it.
    """
    if not locked.live or locked.expire_at != work.due_at or locked.expire_at > at:
        return AttemptOutcome.SUPERSEDED
    _take_down(locked)
    return AttemptOutcome.DONE


PERFORMERS: dict[WorkKind, Callable[..., AttemptOutcome]] = {
    WorkKind.GO_LIVE: go_live,
    WorkKind.EXPIRY: come_down,
    WorkKind.RELEASE_CHECK: perform_check,
    WorkKind.RELEASE_END: perform_end,
    WorkKind.RELEASE_START: perform_start,
}
"""How each kind is carried out; a further kind of due work is one more entry here."""


def _take_down(locked: Any) -> None:
    instance = locked.specific if isinstance(locked, Page) else locked
    scheduled = Revision.objects.for_instance(locked).filter(approved_go_live_at__isnull=False)
    standing = dict(scheduled.values_list("pk", "approved_go_live_at"))
    instance.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
    with bulk_writes():
        for pk, go_live_at in standing.items():
            Revision.objects.filter(pk=pk).update(approved_go_live_at=go_live_at)
        _forget_past_times(instance)


def _forget_past_times(instance: Any) -> None:
    """Take the times that are over out of the row and of the newest draft.

    Otherwise the editor's form refuses every further save: its schedule would be in the past.
    """
    model: Any = Page if isinstance(instance, Page) else type(instance)
    model._base_manager.filter(pk=instance.pk).update(go_live_at=None, expire_at=None)
    latest = Revision.objects.for_instance(instance).order_by("-created_at", "-pk").first()
    if latest is None or latest.approved_go_live_at is not None:
        return
    over = {
        name: None
        for name in ("go_live_at", "expire_at")
        if (at := parse_datetime(latest.content.get(name) or "")) and at <= moment()
    }
    if over:
        latest.content.update(over)
        latest.save(update_fields=["content"])


def _miss_window(work: DueWork, locked: Any, revision: Revision, *, expire_at: datetime) -> None:
    work.reason = _(
        "Not shown: the time from its start to its end (%(end)s UTC) had passed before it could "
        "be published. Schedule it again if it is still wanted."
    ) % {"end": f"{expire_at:%Y-%m-%d %H:%M}"}
    with bulk_writes():
        Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=None)
    locked.refresh_from_db()
    if locked.live:
        _take_down(locked)
    log(
        instance=locked.specific if isinstance(locked, Page) else locked,
        action=WINDOW_MISSED_ACTION,
        revision=revision,
        data={"go_live_at": work.due_at.isoformat(), "expire_at": expire_at.isoformat()},
    )
