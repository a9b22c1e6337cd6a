"""The Celery edge of due work: ids and ISO strings in, one use case each."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from celery import shared_task
from django.utils import timezone

from campaign.releases.attempts import attempt, run_due
from campaign.releases.conf import get_settings
from campaign.releases.due_work import find_upcoming, record_schedules
from campaign.releases.heartbeats import Beating, beat

LONGEST_NAP_SECONDS = 1.0
MESSAGE_LIFETIME = timedelta(seconds=30)
"""A handed-out message older than this is dropped; the tick has taken the item over long since."""


@shared_task(name="campaign_releases.hand_out_due_work")
def hand_out_due_work() -> None:
    """Do what is due, and hand out what falls due within the horizon, to be on time.

    Sent by beat at every tick. Any number of beats may send it and any number of workers run it.
    """
    at = timezone.now()
    if beat(Beating.WORKER, at=at):
        # Now and then look at all schedules, so that the report shows those far ahead too.
        record_schedules(at=at)
    horizon = timedelta(seconds=get_settings().horizon)
    for work in find_upcoming(at, horizon=horizon):
        attempt_due_work_task.apply_async(
            args=(work.pk, work.due_at.isoformat()),
            eta=work.due_at,
            expires=work.due_at + MESSAGE_LIFETIME,
        )
    run_due(at=timezone.now())


@shared_task(name="campaign_releases.attempt_due_work")
def attempt_due_work_task(work_id: int, due_at: str) -> None:
    """Attempt one handed-out item at its moment; the database decides whether it still stands."""
    early = (datetime.fromisoformat(due_at) - timezone.now()).total_seconds()
    if early > LONGEST_NAP_SECONDS:
        # Delivered far too early (a clock was set): the tick will find it in time.
        return
    if early > 0:
        time.sleep(early)
    attempt(work_id, at=timezone.now())
