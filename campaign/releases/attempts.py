"""Attempt due work: claim, carry out, record the outcome.

Items that are due together are attempted together, up to a limit: one commit shows them all at
their moment. Within it each has a savepoint of its own, so that one that fails takes back its own
writes only. What failed before is attempted alone.

Three transactions, each for a reason:

1. *Claim.* The attempt is counted and written down before anything is done, so that an item which
   kills its worker is counted too. `next_attempt_at` is the end of the claim: a worker that dies
   loses it then, without anybody noticing the death.
2. *Carry out.* The thing is published and the outcome recorded in one durable transaction: both or
   neither. Its first statement proves that the claim still holds, and locks it until the end: only
   a death sets it free. It may begin shortly before the moment; then it waits with everything
   written, and commits at the moment.
3. *Failure.* Everything of 2 was taken back, the schedule in Wagtail's columns included; only then
   the error is written, with the time of the next attempt.
"""

from __future__ import annotations

import fcntl
import logging
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.dispatch import Signal

from campaign.assurance.rules import Key
from campaign.releases.conf import get_settings
from campaign.releases.due_work import find_due
from campaign.releases.enums import AttemptOutcome, Cause, WorkState
from campaign.releases.exceptions import NotRetryableError
from campaign.releases.gate import acting
from campaign.releases.models import DueAttempt, DueWork
from campaign.releases.publishing import carry_out, lock_objects
from campaign.releases.search_index import left_to_the_effect
from campaign.releases.set_times import recorded_at_the_end
from campaign.releases.signals import due_work_cancelled, due_work_done, due_work_failed
from campaign.releases.timing import LATE_TOGETHER, batches, note_pace, size, wait_until
from campaign.releases.together import together

logger = logging.getLogger(__name__)

MAX_ERROR_LENGTH = 2000
NOT_EARLY = timedelta(0)
DEADLOCK_DETECTED = "40P01"
"""PostgreSQL's code for it (manual, appendix A). SQLite has one writer, and nothing like it."""
TURN_FILE = "-turn"
"""What is added to the name of a SQLite database for the file at which workers queue."""
BREATH = 0.01
"""Seconds between two commits of a backlog, in which others get the database's write lock."""

_writing = threading.Lock()
_backlog = threading.Lock()


class Result(StrEnum):
    """What a call of `attempt` did, for whoever prints or counts it."""

    DONE = "done"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    RETRYING = "retrying"
    FAILED = "failed"
    NOT_CLAIMED = "not_claimed"


RESULTS = {
    AttemptOutcome.DONE: Result.DONE,
    AttemptOutcome.CANCELLED: Result.CANCELLED,
    AttemptOutcome.SUPERSEDED: Result.SUPERSEDED,
}
FINAL_STATES = {
    AttemptOutcome.DONE: WorkState.DONE,
    AttemptOutcome.CANCELLED: WorkState.CANCELLED,
    AttemptOutcome.SUPERSEDED: WorkState.SUPERSEDED,
}
ANNOUNCEMENTS: dict[Result, Signal] = {
    Result.DONE: due_work_done,
    Result.CANCELLED: due_work_cancelled,
    Result.FAILED: due_work_failed,
}


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The right to carry out one item, as long as `number` is the item's newest attempt."""

    work_id: int
    number: int
    at: datetime
    started: float

    def now(self) -> datetime:
        """The claim's time plus what has passed since, by a clock that never jumps."""
        return self.at + timedelta(seconds=time.monotonic() - self.started)


def attempt(work_id: int, *, at: datetime, early: timedelta = NOT_EARLY) -> Result:
    """Carry out one item if it is due at `at` and nobody else has it. See `attempt_together`."""
    return attempt_together([work_id], at=at, early=early)[work_id]


def attempt_together(
    work_ids: Iterable[int], *, at: datetime, early: timedelta = NOT_EARLY
) -> dict[int, Result]:
    """Carry out the items that are due at `at` and that nobody else has, with one commit.

    With `early`, items that fall due within that time are begun now and shown at their moment:
    the commit waits for the latest of them.

    Never raises for what goes wrong with an item: the error is recorded, the schedule stands, and
    the item is retried later. It must not be called inside a transaction (RuntimeError).
    """
    ids, started = list(work_ids), time.monotonic()
    results = dict.fromkeys(ids, Result.NOT_CLAIMED)
    claims: list[Claim] = []
    with _turn():
        for work_id, claim in _claim(ids, at=at, early=early, started=started).items():
            if isinstance(claim, Result):
                results[work_id] = claim
            else:
                claims.append(claim)
        if claims:
            results |= _carry_out_or_record(claims)
    for work_id, result in results.items():
        _announce(work_id, result)
    return results


@contextmanager
def _turn() -> Iterator[None]:
    """One writer after another, where the database has room for one: SQLite.

    Who waits for the database's own lock does so after having claimed, and loses the claim
    meanwhile. SQLite also has no queue: whoever asks at the right instant is next, so that one of
    several busy workers may wait for half a minute. The queue here is that of a lock on a file
    beside the database; the kernel keeps it in order, and lets go of what a dead process held.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with _writing, _turn_of_processes():
        yield


@contextmanager
def _turn_of_processes() -> Iterator[None]:
    database: Any = connection
    if database.is_in_memory_db():
        yield
        return
    with Path(f"{database.settings_dict['NAME']}{TURN_FILE}").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def run_due(*, at: datetime) -> list[tuple[DueWork, Result]]:
    """Attempt everything that is due at `at`, in order. One failure never stops the others.

    One thread of a process does this at a time; another one finds nothing to do.
    """
    if not _backlog.acquire(blocking=False):
        return []
    try:
        return _run_due(find_due(at), at=at)
    finally:
        _backlog.release()


def _run_due(due: list[DueWork], *, at: datetime) -> list[tuple[DueWork, Result]]:
    results: list[tuple[DueWork, Result]] = []
    started = time.monotonic()
    for batch in batches(due):
        if results:
            time.sleep(BREATH)
        now = at + timedelta(seconds=time.monotonic() - started)
        ids = [work.pk for work in batch]
        try:
            reached = attempt_together(ids, at=now)
        except Exception:
            # Not even the failure could be written down. The claim ends by itself.
            logger.exception(
                "Due work could not be recorded",
                extra={"event": "due_work_not_recorded", "work_id": ids},
            )
            reached = dict.fromkeys(ids, Result.RETRYING)
        results += [
            (work, reached[work.pk]) for work in batch if reached[work.pk] is not Result.NOT_CLAIMED
        ]
    return results


def try_again(work: DueWork, *, at: datetime) -> Result:
    """Give a waiting or failed item its attempts back and attempt it at once.

    Raises:
        NotRetryableError: the item is over, is running, or is not due yet.
    """
    changed = DueWork.objects.filter(
        pk=work.pk, state__in=(WorkState.DUE, WorkState.FAILED), due_at__lte=at
    ).update(state=WorkState.DUE, tries=0, next_attempt_at=None)
    if not changed:
        work.refresh_from_db()
        raise NotRetryableError(work)
    return attempt(work.pk, at=at)


def _claim(
    work_ids: list[int], *, at: datetime, early: timedelta, started: float
) -> dict[int, Claim | Result]:
    """Write down a new attempt at each item that is to be had; FAILED for what is used up."""
    options = get_settings()
    found: dict[int, Claim | Result] = {}
    with transaction.atomic(durable=True):
        # The lock may have been long in coming.
        now = at + timedelta(seconds=time.monotonic() - started)
        items = list(
            DueWork.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
            .attemptable(now, ahead=early)
            .filter(pk__in=work_ids)
            .in_order()
        )
        _note_deaths(items, at=now)
        begun: list[DueAttempt] = []
        for tries in sorted({work.tries for work in items}):
            alike = [work for work in items if work.tries == tries]
            rows = DueWork.objects.filter(pk__in=[work.pk for work in alike])
            if tries >= options.max_tries:
                rows.update(state=WorkState.FAILED, next_attempt_at=None)
                found |= {work.pk: Result.FAILED for work in alike}
                continue
            rows.update(
                state=WorkState.RUNNING,
                attempts=F("attempts") + 1,
                tries=tries + 1,
                # Once it is being carried out, its row is locked, however long that takes.
                next_attempt_at=now + options.retry_delay(tries + 1),
                first_attempt_at=Coalesce("first_attempt_at", now),
            )
            for work in alike:
                number = work.attempts + 1
                begun.append(DueAttempt(work=work, number=number, started_at=now))
                found[work.pk] = Claim(work_id=work.pk, number=number, at=at, started=started)
        DueAttempt.objects.bulk_create(begun)
    return found


def _note_deaths(items: list[DueWork], *, at: datetime) -> None:
    """Close attempts that nobody ended: their workers have died."""
    unended = DueAttempt.objects.filter(work__in=items, outcome="")
    died = set(unended.values_list("work_id", flat=True))
    if died:
        unended.update(outcome=AttemptOutcome.LOST, finished_at=at)
        DueWork.objects.filter(pk__in=died).update(
            last_error="The worker stopped in the middle of an attempt."
        )


def _carry_out_or_record(claims: list[Claim]) -> dict[int, Result]:
    """Carry the claimed items out; write down what went wrong with those that failed.

    One commit, unless the moment comes before everything is written: then what there is becomes
    public, and the rest follows as what is late does.
    """
    results: dict[int, Result] = {}
    waiting, most = claims, len(claims)
    while waiting:
        waiting = _commit(waiting[:most], results) + waiting[most:]
        most = LATE_TOGETHER
    return results


def _commit(claims: list[Claim], results: dict[int, Result]) -> list[Claim]:
    """Carry items out in one transaction; returns those for which there was no time."""
    failures: dict[int, Exception] = {}
    left: list[Claim] = []
    try:
        with transaction.atomic(durable=True):
            left = _carry_out_all(claims, results, failures)
    except Exception as error:  # noqa: BLE001 - whatever it is, the claims must learn of it
        failures, left = dict.fromkeys((claim.work_id for claim in claims), error), []
    for claim in claims:
        error_of_item = failures.get(claim.work_id)
        if error_of_item is not None:
            logger.error(
                "Due work failed",
                exc_info=error_of_item,
                extra={"event": "due_work_attempt_failed", "work_id": claim.work_id},
            )
            results[claim.work_id] = _record_failure(claim, error_of_item)
    return left


def _carry_out_all(
    claims: list[Claim], results: dict[int, Result], failures: dict[int, Exception]
) -> list[Claim]:
    held = _held(claims)
    begun = claims[0].now()
    moment = max((work.due_at for work in held.values()), default=begun)
    done: dict[int, tuple[DueWork, AttemptOutcome]] = {}
    left: list[Claim] = []
    rows = lock_objects(held.values())
    with (
        together(rows) as shared,
        left_to_the_effect(),
        recorded_at_the_end(),
    ):
        for place, claim in enumerate(claims):
            work = held.get(claim.work_id)
            if work is None:
                results[claim.work_id] = Result.NOT_CLAIMED
                continue
            if done and begun < moment <= claim.now():
                left = claims[place:]
                break
            try:
                done[work.pk] = (work, _carry_out_one(work, at=claim.now(), rows=rows))
            except Exception as error:  # noqa: BLE001 - its own writes are taken back; others stand
                failures[claim.work_id] = error
    if done:
        works = [work for work, _outcome in done.values()]
        note_pace(size(works), (claims[0].now() - begun).total_seconds())
        results |= {pk: RESULTS[outcome] for pk, (_work, outcome) in done.items()}
        # Readers see all of it when it is committed, be that at the moment or late.
        _write_outcomes(done, at=max(claims[0].now(), moment))
        wait_until(max(work.due_at for work in works), since=claims[0].now())
        shared.require_no_new_takedown()
    return left


def _carry_out_one(work: DueWork, *, at: datetime, rows: Mapping[Key, Any]) -> AttemptOutcome:
    """Carry out one item with a savepoint of its own; before its moment, as of its moment.

    When the database ended it because it and another transaction waited for each other, the other
    one has gone on, and it is done once more at once.
    """
    try:
        return _carry_out_in_savepoint(work, at=at, rows=rows)
    except Exception as error:
        if not _was_deadlock(error):
            raise
        return _carry_out_in_savepoint(work, at=at, rows=rows)


def _carry_out_in_savepoint(
    work: DueWork, *, at: datetime, rows: Mapping[Key, Any]
) -> AttemptOutcome:
    early = work.due_at > at
    with transaction.atomic(), acting(cause=Cause.SCHEDULE, at=work.due_at if early else None):
        return carry_out(work, at=max(at, work.due_at), rows=rows)


def _was_deadlock(error: BaseException | None) -> bool:
    while error is not None:
        if getattr(error, "sqlstate", None) == DEADLOCK_DETECTED:
            return True
        error = error.__cause__
    return False


def _write_outcomes(done: dict[int, tuple[DueWork, AttemptOutcome]], *, at: datetime) -> None:
    for outcome in {outcome for _work, outcome in done.values()}:
        ids = [pk for pk, (_work, its) in done.items() if its is outcome]
        DueWork.objects.filter(pk__in=ids).update(
            state=FINAL_STATES[outcome], next_attempt_at=None, finished_at=at, last_error=""
        )
        DueAttempt.objects.filter(work__in=ids, outcome="").update(outcome=outcome, finished_at=at)
    for work, _outcome in done.values():
        if work.reason:
            DueWork.objects.filter(pk=work.pk).update(reason=work.reason)


def _held(claims: list[Claim]) -> dict[int, DueWork]:
    """Lock the items whose claims still hold; another worker may have taken over the rest."""
    numbers = {claim.work_id: claim.number for claim in claims}
    rows = DueWork.objects.select_for_update(of=("self",), no_key=True).filter(
        pk__in=numbers, state=WorkState.RUNNING
    )
    return {row.pk: row for row in rows.in_order() if row.attempts == numbers[row.pk]}


def _record_failure(claim: Claim, error: Exception) -> Result:
    """Write the error and the time of the next attempt; the last one makes the item failed."""
    text = f"{type(error).__name__}: {error}"[:MAX_ERROR_LENGTH]
    options = get_settings()
    with transaction.atomic(durable=True):
        work = _held([claim]).get(claim.work_id)
        if work is None:
            return _result_after_commit(claim)
        now = claim.now()
        used_up = work.tries >= options.max_tries
        work.state = WorkState.FAILED if used_up else WorkState.DUE
        work.next_attempt_at = None if used_up else now + options.retry_delay(work.tries)
        work.last_error = text
        work.save(update_fields=["state", "next_attempt_at", "last_error"])
        work.attempt_log.filter(number=claim.number).update(
            outcome=AttemptOutcome.FAILED, error=text, finished_at=now
        )
    return Result.FAILED if used_up else Result.RETRYING


def _result_after_commit(claim: Claim) -> Result:
    """Tell an error after the commit (an `on_commit` hook raised) from a lost claim.

    After the commit the thing is public and recorded; the hook's error is in the log and is no
    reason to publish again.
    """
    finished = DueAttempt.objects.filter(work_id=claim.work_id, number=claim.number).first()
    if finished is None or finished.outcome not in RESULTS:
        return Result.NOT_CLAIMED
    return RESULTS[AttemptOutcome(finished.outcome)]


def _announce(work_id: int, result: Result) -> Result:
    signal = ANNOUNCEMENTS.get(result)
    if signal is not None and signal.has_listeners(DueWork):
        work = DueWork.objects.select_related("owner").get(pk=work_id)
        for receiver, response in signal.send_robust(sender=DueWork, work=work):
            if isinstance(response, Exception):
                logger.error(
                    "A receiver of due work failed",
                    exc_info=response,
                    extra={"event": "due_work_receiver_failed", "receiver": repr(receiver)},
                )
    return result
