"""How early work begins, how much of it goes together, and waiting for the moment.

Publishing one page takes some 30 to 60 thousandths of a second. To be public at its moment, and a
hundred together as one, the work begins before: everything is written in an open transaction, and
the commit waits. Readers see nothing of it until then; a worker that dies meanwhile loses nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from campaign.releases.conf import get_settings
from campaign.releases.enums import RELEASE_KINDS, WorkKind
from campaign.releases.exceptions import ClockMovedError
from campaign.releases.models import DueWork, ReleaseCheck, ReleaseItem

MOST_TOGETHER = 300
"""Items in one commit at a moment: more would keep the database's write lock for too long."""

LATE_TOGETHER = 20
"""Items in one commit once they are late: the first shall not wait for the last."""

LONGEST_LEAD = timedelta(minutes=2)
"""How early a release may begin: some 1,500 pages on a slow machine. More is late, as a whole."""

MOST_WAITING = timedelta(seconds=1)


def _items_of_release(work: DueWork) -> int:
    return ReleaseItem.objects.filter(release=int(work.object_id)).count()


SIZES: dict[WorkKind, Callable[[DueWork], int]] = {
    WorkKind.RELEASE_START: _items_of_release,
    WorkKind.RELEASE_END: _items_of_release,
}
"""How many things a kind of work moves; one where it is not named."""


MARGIN = 1.4
"""How much slower than last time things may go, and still be written by their moment."""

FEW = 5
"""So few items say little about how long one of many takes, but all about how early to begin."""

MOST_BEYOND = 2.0
"""Seconds that one slow item may teach: nobody's save shall wait for longer than that."""


class _Pace:
    """What this process has measured.

    Attributes:
        measured: seconds for one of many items; None before.
        beyond: seconds that one or a few took beyond that, as on a slow machine.
    """

    measured: float | None = None
    beyond: float = 0.0


def size(works: Iterable[DueWork]) -> int:
    """How many things these items move."""
    return sum(SIZES.get(WorkKind(work.kind), _one)(work) for work in works)


def note_pace(items: int, seconds: float) -> None:
    """Learn how long things take on this machine. What was slow counts at once, fast by half."""
    if items < FEW:
        beyond = min(MOST_BEYOND, max(0.0, seconds - items * _seconds_measured()))
        _Pace.beyond = _learnt(beyond, _Pace.beyond)
        return
    now = seconds / items
    _Pace.measured = now if _Pace.measured is None else _learnt(now, _Pace.measured)


def _learnt(now: float, before: float) -> float:
    return max(now, (now + before) / 2)


def _seconds_measured() -> float:
    return get_settings().seconds_per_item if _Pace.measured is None else _Pace.measured


def seconds_per_item() -> float:
    """How much earlier work begins for each thing that it moves."""
    return _seconds_measured() * (1 if _Pace.measured is None else MARGIN)


def head_start() -> float:
    """How many seconds earlier work begins, however little it is."""
    return max(get_settings().lead, MARGIN * _Pace.beyond)


def most_together() -> int:
    """How many single items can be written before their moment: the rest comes right after it."""
    options = get_settings()
    fitting = (options.horizon - options.tick - head_start()) / seconds_per_item()
    return max(1, min(MOST_TOGETHER, int(fitting)))


def lead(works: Iterable[DueWork]) -> timedelta:
    """How long before their moment these items have to begin, together.

    Single items begin within the horizon, and those for which there is no time then come right
    after the moment. A release waits for its last item, so it begins as early as it takes.
    """
    works = list(works)
    for_items = size(works) * seconds_per_item()
    wanted = head_start() + max(for_items, MARGIN * _longest_rehearsal(works))
    most = LONGEST_LEAD if any(work.kind in SIZES for work in works) else _within_horizon()
    return min(timedelta(seconds=wanted), most)


def _within_horizon() -> timedelta:
    """How early work can begin that is handed out at the horizon."""
    options = get_settings()
    return timedelta(seconds=options.horizon - options.tick)


def beyond_horizon(work: DueWork) -> timedelta:
    """How much earlier than at the horizon an item has to be handed out: a large release."""
    return max(timedelta(0), lead([work]) - _within_horizon())


def _longest_rehearsal(works: Iterable[DueWork]) -> float:
    """Seconds that the newest rehearsal of a release among them took: going live takes as long."""
    releases = [int(work.object_id) for work in works if work.kind in SIZES]
    newest = ReleaseCheck.objects.filter(release__in=releases).order_by("-run_at").first()
    return 0.0 if newest is None else newest.took


def _one(_work: DueWork) -> int:
    return 1


def batches(works: list[DueWork], *, most: int = LATE_TOGETHER) -> Iterator[list[DueWork]]:
    """Cut late items into commits, in order. A release goes alone; so does what failed before."""
    batch: list[DueWork] = []
    for work in works:
        if work.tries or work.kind in RELEASE_KINDS:
            if batch:
                yield batch
            yield [work]
            batch = []
            continue
        batch.append(work)
        if len(batch) == most:
            yield batch
            batch = []
    if batch:
        yield batch


def wait_until(moment: datetime, *, since: datetime) -> None:
    """Sleep until `moment`; `since` is the present by the caller's own clock.

    Raises:
        ClockMovedError: the machine's clock still shows an earlier time after that: it was set back
            while we slept, and nothing must be public early.
    """
    remaining = (moment - since).total_seconds()
    if remaining <= 0:
        return
    time.sleep(remaining)
    short = moment - timezone.now()
    if short > MOST_WAITING:
        raise ClockMovedError(moment)
    if short > timedelta(0):
        time.sleep(short.total_seconds())
