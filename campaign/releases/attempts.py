"""Attempt due work: claim, carry out, record the outcome.

Three transactions, each for a reason:

1. *Claim.* The attempt is counted and written down before anything is done, so that an item which
   kills its worker is counted too. `next_attempt_at` is the end of the claim: a worker that dies
   loses it then, without anybody noticing the death.
2. *Carry out.* The thing is published and the outcome recorded in one durable transaction: both or
   neither. Its first statement proves that the claim still holds.
3. *Failure.* Everything of 2 was taken back, the schedule in Wagtail's columns included; only then
   the error is written, with the time of the next attempt.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.dispatch import Signal

from campaign.releases.conf import get_settings
from campaign.releases.due_work import find_due
from campaign.releases.enums import AttemptOutcome, WorkState
from campaign.releases.exceptions import NotRetryableError
from campaign.releases.models import DueAttempt, DueWork
from campaign.releases.publishing import carry_out
from campaign.releases.signals import due_work_cancelled, due_work_done, due_work_failed

logger = logging.getLogger(__name__)

MAX_ERROR_LENGTH = 2000


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


def attempt(work_id: int, *, at: datetime) -> Result:
    """Carry out one item if it is due at `at` and nobody else has it.

    Never raises for what goes wrong with the item: the error is recorded, the schedule stands, and
    the item is retried later. It must not be called inside a transaction (RuntimeError).
    """
    claim = _claim(work_id, at=at)
    if claim is None:
        return Result.NOT_CLAIMED
    if isinstance(claim, Result):
        return _announce(work_id, claim)
    try:
        result = _carry_out(claim)
    except Exception as error:
        logger.exception(
            "Due work failed", extra={"event": "due_work_attempt_failed", "work_id": work_id}
        )
        result = _record_failure(claim, error)
    return _announce(work_id, result)


def run_due(*, at: datetime) -> list[tuple[DueWork, Result]]:
    """Attempt everything that is due at `at`, in order. One failure never stops the others."""
    results: list[tuple[DueWork, Result]] = []
    started = time.monotonic()
    for work in find_due(at):
        now = at + timedelta(seconds=time.monotonic() - started)
        try:
            result = attempt(work.pk, at=now)
        except Exception:
            # Not even the failure could be written down. The claim ends by itself.
            logger.exception(
                "Due work could not be recorded",
                extra={"event": "due_work_not_recorded", "work_id": work.pk},
            )
            result = Result.RETRYING
        if result is not Result.NOT_CLAIMED:
            results.append((work, result))
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


def _claim(work_id: int, *, at: datetime) -> Claim | Result | None:
    """Write down a new attempt; None when the item is not to be had, FAILED when it is used up."""
    options = get_settings()
    with transaction.atomic(durable=True):
        work = (
            DueWork.objects.select_for_update(skip_locked=True, of=("self",))
            .attemptable(at)
            .filter(pk=work_id)
            .first()
        )
        if work is None:
            return None
        died = work.attempt_log.filter(outcome="").update(
            outcome=AttemptOutcome.LOST, finished_at=at
        )
        if died:
            work.last_error = "The worker stopped in the middle of an attempt."
        if work.tries >= options.max_tries:
            work.state = WorkState.FAILED
            work.next_attempt_at = None
            work.save(update_fields=["state", "next_attempt_at", "last_error"])
            return Result.FAILED
        work.state = WorkState.RUNNING
        work.attempts += 1
        work.tries += 1
        work.next_attempt_at = at + options.retry_delay(work.tries)
        work.first_attempt_at = work.first_attempt_at or at
        work.save(
            update_fields=[
                "state",
                "attempts",
                "tries",
                "next_attempt_at",
                "first_attempt_at",
                "last_error",
            ]
        )
        DueAttempt.objects.create(work=work, number=work.attempts, started_at=at)
    return Claim(work_id=work.pk, number=work.attempts, at=at, started=time.monotonic())


def _held(claim: Claim) -> DueWork | None:
    """Lock the item and return it if the claim still holds; None if another worker took over."""
    return (
        DueWork.objects.select_for_update(of=("self",))
        .filter(pk=claim.work_id, state=WorkState.RUNNING, attempts=claim.number)
        .first()
    )


def _carry_out(claim: Claim) -> Result:
    with transaction.atomic(durable=True):
        work = _held(claim)
        if work is None:
            return Result.NOT_CLAIMED
        outcome = carry_out(work, at=claim.at)
        now = claim.now()
        work.state = FINAL_STATES[outcome]
        work.next_attempt_at = None
        work.finished_at = now
        work.last_error = ""
        work.save(update_fields=["state", "next_attempt_at", "finished_at", "last_error", "reason"])
        work.attempt_log.filter(number=claim.number).update(outcome=outcome, finished_at=now)
    return RESULTS[outcome]


def _record_failure(claim: Claim, error: Exception) -> Result:
    """Write the error and the time of the next attempt; the last one makes the item failed."""
    text = f"{type(error).__name__}: {error}"[:MAX_ERROR_LENGTH]
    options = get_settings()
    with transaction.atomic(durable=True):
        work = _held(claim)
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
    if signal is not None:
        work = DueWork.objects.select_related("owner").get(pk=work_id)
        for receiver, response in signal.send_robust(sender=DueWork, work=work):
            if isinstance(response, Exception):
                logger.error(
                    "A receiver of due work failed",
                    exc_info=response,
                    extra={"event": "due_work_receiver_failed", "receiver": repr(receiver)},
                )
    return result
