"""The Celery edge of due work: ids and ISO strings in, one use case each."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from itertools import groupby

from celery import shared_task
from celery.signals import worker_ready, worker_shutting_down
from django.db import connection
from django.utils import timezone

from campaign.releases import effects, set_times, takedown_drills, takedown_fetching
from campaign.releases.attempts import NOT_EARLY, attempt_together, run_due
from campaign.releases.conf import get_settings
from campaign.releases.due_work import find_upcoming, prune_due_work, record_schedules
from campaign.releases.heartbeats import Beating, beat
from campaign.releases.lookout import Seen, look
from campaign.releases.models import DueWork
from campaign.releases.owed import settle_owed
from campaign.releases.releasing import recompute_times
from campaign.releases.timing import lead, most_together

logger = logging.getLogger(__name__)

TICK_LIFETIME = timedelta(seconds=10)
"""A tick older than this says nothing that the next one does not say."""
MESSAGE_LIFETIME = timedelta(seconds=30)
"""A handed-out message older than this is dropped; the tick has taken the item over long since."""


@shared_task(name="campaign_releases.hand_out_due_work")
def hand_out_due_work() -> None:
    """Do what is due, and hand out what falls due within the horizon, to be on time.

    Sent by the look-out of every worker as soon as there may be something, and by beat every few
    seconds whether or not: that is a sign of life, and the net. Any number of beats and workers.
    """
    at = timezone.now()
    if beat(Beating.WORKER, at=at):
        # Now and then look at all schedules, so that the report shows those far ahead too.
        # Times that new zone data moved come first: what seems due may not be due yet.
        set_times.keep()
        recompute_times(at=at)
        settle_owed(at=at)
        record_schedules(at=at)
    seen = look(at)
    _send_for(seen, at=at)
    if seen.work:
        _hand_out(at)
        run_due(at=timezone.now())


def _hand_out(at: datetime) -> None:
    """Send what falls due within the horizon, to be on time."""
    upcoming = find_upcoming(at, horizon=timedelta(seconds=get_settings().horizon))
    for due_at, works in groupby(upcoming, key=lambda work: work.due_at):
        # What is too much to be written before the moment is done right after it.
        together = list(works)[: most_together()]
        attempt_due_work_task.apply_async(
            args=([work.pk for work in together], due_at.isoformat()),
            eta=due_at - lead(together),
            expires=due_at + MESSAGE_LIFETIME,
        )


@shared_task(name="campaign_releases.attempt_due_work")
def attempt_due_work_task(work_ids: list[int], due_at: str) -> None:
    """Attempt what falls due together at `due_at` (ISO, with offset), to be public at that moment.

    It comes shortly before the moment; the database decides whether each item still stands.
    """
    at = timezone.now()
    early = datetime.fromisoformat(due_at) - at
    begins = lead(DueWork.objects.filter(pk__in=work_ids))
    if early > max(begins, timedelta(seconds=get_settings().horizon)):
        # Delivered far too early (a clock was set): the tick will find it in time.
        return
    attempt_together(work_ids, at=at, early=max(early, NOT_EARLY))
    if len(work_ids) > 1:
        # There may be more than went together, and the next tick is up to a second away.
        run_due(at=timezone.now())


@shared_task(name="campaign_releases.run_effects")
def run_effects() -> None:
    """Carry out the effects that wait; ends by itself after a while."""
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


# --- The look-out of a worker --------------------------------------------------------------------


class LookoutThread(threading.Thread):
    """Looks every `tick` seconds whether there is anything to do, and sends the tasks that do it.

    A thread of the worker, and not a message of beat: a look costs a tenth of what a message costs,
    and nearly always there is nothing. When the database or the broker does not answer, it says so
    once and goes on looking.
    """

    def __init__(self) -> None:
        super().__init__(name="lookout", daemon=True)
        self.ended = threading.Event()
        self._well = True

    def run(self) -> None:
        """Look until `ended` is set."""
        while not self.ended.wait(get_settings().tick):
            try:
                self.look_once(at=timezone.now())
                self._well = True
            except Exception as error:  # the next look may succeed
                if self._well:
                    logger.warning(
                        "The look-out failed",
                        exc_info=error,
                        extra={"event": "lookout_failed"},
                    )
                self._well = False
                connection.close()
        connection.close()

    def look_once(self, *, at: datetime) -> None:
        """Look, and send the task for what there is."""
        seen = look(at)
        if seen.work:
            hand_out_due_work.apply_async(expires=at + TICK_LIFETIME)
        else:
            _send_for(seen, at=at)


def _send_for(seen: Seen, *, at: datetime) -> None:
    """Send what carries out effects and measures takedowns, where there are any."""
    if seen.effects:
        run_effects.apply_async(expires=at + TICK_LIFETIME)
    if seen.takedowns:
        measure_takedowns.apply_async(expires=at + MESSAGE_LIFETIME)


_lookouts: list[LookoutThread] = []


@worker_ready.connect(dispatch_uid="campaign_releases.lookout")
def start_lookout(**_kwargs: object) -> None:
    """Start the look-out with the worker; once, however often the worker finds its broker again."""
    if not any(thread.is_alive() for thread in _lookouts):
        _lookouts[:] = [LookoutThread()]
        _lookouts[0].start()


@worker_shutting_down.connect(dispatch_uid="campaign_releases.lookout")
def end_lookout(**_kwargs: object) -> None:
    """Send nothing more once the worker is to stop."""
    for thread in _lookouts:
        thread.ended.set()
