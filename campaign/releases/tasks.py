"""The Celery edge of due work: ids and ISO strings in, one use case each."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby

from celery import shared_task
from django.utils import timezone

from campaign.releases import effects, set_times, takedown_drills, takedown_fetching
from campaign.releases.attempts import NOT_EARLY, attempt_together, run_due
from campaign.releases.conf import get_settings
from campaign.releases.due_work import find_upcoming, prune_due_work, record_schedules
from campaign.releases.heartbeats import Beating, beat
from campaign.releases.owed import settle_owed
from campaign.releases.releasing import recompute_times
from campaign.releases.timing import lead, most_together

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
        # Times that new zone data moved come first: what seems due may not be due yet.
        set_times.keep()
        recompute_times(at=at)
        settle_owed(at=at)
        record_schedules(at=at)
    horizon = timedelta(seconds=get_settings().horizon)
    upcoming = find_upcoming(at, horizon=horizon)
    for due_at, works in groupby(upcoming, key=lambda work: work.due_at):
        # What is too much to be written before the moment is done right after it.
        together = list(works)[: most_together()]
        attempt_due_work_task.apply_async(
            args=([work.pk for work in together], due_at.isoformat()),
            eta=due_at - lead(together),
            expires=due_at + MESSAGE_LIFETIME,
        )
    if takedown_fetching.anything_to_fetch(at) or takedown_drills.any_drill_waits(at):
        measure_takedowns.apply_async(expires=at + MESSAGE_LIFETIME)
    run_due(at=timezone.now(), noted=True)


@shared_task(name="campaign_releases.attempt_due_work")
def attempt_due_work_task(work_ids: list[int], due_at: str) -> None:
    """Attempt what falls due together at `due_at` (ISO, with offset), to be public at that moment.

    It comes shortly before the moment; the database decides whether each item still stands.
    """
    at = timezone.now()
    early = datetime.fromisoformat(due_at) - at
    if early > timedelta(seconds=get_settings().horizon):
        # Delivered far too early (a clock was set): the tick will find it in time.
        return
    attempt_together(work_ids, at=at, early=max(early, NOT_EARLY))
    if len(work_ids) > 1:
        # There may be more than went together, and the next tick is up to a second away.
        run_due(at=timezone.now())


@shared_task(name="campaign_releases.run_effects")
def run_effects() -> None:
    """Carry out the effects that wait. Sent by beat every second; ends by itself after a while."""
    effects.run_effects(timezone.now())


@shared_task(name="campaign_releases.prune")
def prune() -> None:
    """Remove what is over and old: effects that are done, and due work that no longer stands."""
    at = timezone.now()
    effects.prune_effects(at)
    prune_due_work(at)


@shared_task(name="campaign_releases.measure_takedowns")
def measure_takedowns() -> None:
    """Fetch the addresses of takedowns until they are gone, and carry out the drills that wait.

    Apart from the tick: it waits for the network.
    """
    takedown_fetching.fetch_due(at=timezone.now())
    takedown_drills.run_drills(at=timezone.now())
