"""Effects: add them where something is published, carry them out after the commit.

A room registers its kinds once, when its app is ready, and adds effects in the transaction that
makes them necessary. A worker (`run_effects`) claims them, carries them out *outside* any
transaction, and records how it went. An effect is carried out at least once: a worker that dies in
the middle loses its claim after `effect_lease` seconds, and another one does it again.

What every kind must therefore keep to:

- doing it twice is as good as doing it once;
- it looks at the database when it runs, and is given only ids and plain values: what was true when
  it was added may not be true any more;
- it gives up by itself within the lease.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.functional import Promise

from campaign.releases.addresses import shortened
from campaign.releases.conf import get_settings
from campaign.releases.enums import EffectPriority, EffectState
from campaign.releases.exceptions import (
    EffectNotRetryableError,
    EffectOutsideTransactionError,
    UnknownEffectKindError,
)
from campaign.releases.models import DueWork, Effect
from campaign.releases.models.effects import sameness_of
from campaign.releases.signals import effect_failed

logger = logging.getLogger(__name__)

MAX_ERROR_LENGTH = 2000
LONGEST_PASS = timedelta(seconds=10)
"""A pass ends after this long; the next tick goes on."""

Perform = Callable[[Sequence[Effect]], None]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of effect.

    Attributes:
        name: stored with every effect; never changed.
        perform: carries out one or several effects of this kind, or raises. It runs outside any
            transaction.
        label: what it does, for people.
        batch: how many are given to `perform` at once at most. When several fail together, each is
            tried again on its own.
    """

    name: str
    perform: Perform
    label: str | Promise
    batch: int = 1


_kinds: dict[str, Kind] = {}


def register_kind(
    name: str, perform: Perform, *, label: str | Promise = "", batch: int = 1
) -> None:
    """Let effects of this kind be carried out by `perform`; replaces the kind of that name."""
    _kinds[name] = Kind(name=name, perform=perform, label=label or name, batch=batch)


def unregister_kind(name: str) -> None:
    """Forget a kind; its effects fail from now on, clearly."""
    _kinds.pop(name, None)


def kinds() -> tuple[Kind, ...]:
    """Every registered kind, in the order of registration."""
    return tuple(_kinds.values())


def label_of(name: str) -> str:
    """What a kind does, in words; the bare name if nobody knows it."""
    return str(_kinds[name].label) if name in _kinds else name


# --- Adding -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class NewEffect:
    """An effect to add. `payload` holds ids and plain JSON."""

    kind: str
    address: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    priority: EffectPriority = EffectPriority.NORMAL


def add(
    kind: str,
    *,
    address: str = "",
    payload: dict[str, Any] | None = None,
    priority: EffectPriority = EffectPriority.NORMAL,
) -> Effect:
    """Add one effect to the transaction that makes it necessary.

    Args:
        kind: the name of a registered kind.
        address: effects of one address are carried out in the order in which they were added.
        payload: ids and plain JSON.
        priority: URGENT overtakes whatever is still waiting.

    Raises:
        EffectOutsideTransactionError: there is no transaction.
    """
    return add_all(
        [NewEffect(kind=kind, address=address, payload=payload or {}, priority=priority)]
    )[0]


def add_all(wanted: Iterable[NewEffect]) -> list[Effect]:
    """Add several effects with one query. Raises EffectOutsideTransactionError as `add` does."""
    now = timezone.now()
    rows = [
        Effect(
            kind=one.kind,
            address=shortened(one.address),
            payload=one.payload,
            sameness=sameness_of(one.kind, one.payload),
            priority=one.priority,
            created_at=now,
        )
        for one in wanted
    ]
    if rows and not connection.in_atomic_block:
        raise EffectOutsideTransactionError(rows[0].kind)
    return Effect.objects.bulk_create(rows)


# --- Carrying out -------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The right to carry out these effects, as long as `token` stands in their rows."""

    token: uuid.UUID
    kind: str
    effects: tuple[Effect, ...]
    followers: tuple[int, ...]

    @property
    def ids(self) -> list[int]:
        """Every row that is settled with this claim."""
        return [*(effect.pk for effect in self.effects), *self.followers]


@dataclass(kw_only=True)
class Outcome:
    """What a pass did: numbers of effects."""

    done: int = 0
    retrying: int = 0
    failed: int = 0


def run_effects(at: datetime, *, longest: timedelta = LONGEST_PASS) -> Outcome:
    """Carry out what waits, the most urgent first, until nothing is left or time is up.

    Any number of workers may do this at once. Ordinary effects leave the worker to due work that
    is waiting: what goes live on time comes before what follows from it.

    Must not be called inside a transaction (RuntimeError).
    """
    outcome = Outcome()
    started = time.monotonic()
    while True:
        passed = timedelta(seconds=time.monotonic() - started)
        if passed > longest:
            return outcome
        claim = _claim(at + passed)
        if claim is None:
            return outcome
        if isinstance(claim, Effect):
            outcome.failed += 1
            _announce_failure(claim)
            continue
        _carry_out(claim, at=at, started=started, outcome=outcome)


def _claim(at: datetime) -> Claim | Effect | None:
    """Take the next effect, with others of its kind where the kind takes several.

    Returns:
        The claim; an effect that was given up now, since its last attempt ended its worker; or None
        when there is nothing to do.
    """
    if not Effect.objects.attemptable(at).exists():
        return None
    priority = _most_relaxed_priority(at)
    with transaction.atomic(durable=True):
        waiting = (
            Effect.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
            .attemptable(at)
            .filter(priority__lte=priority)
            .first_of_their_address()
            .in_order()
        )
        first = waiting.first()
        if first is None:
            return None
        if first.state == EffectState.RUNNING and first.tries >= get_settings().max_tries:
            _note_death(first, at=at)
            first.state, first.claim, first.next_attempt_at = EffectState.FAILED, None, None
            first.save()
            return first
        effects = [first, *_more_of_the_kind(waiting, first)]
        followers = _same_again(effects)
        token = uuid.uuid4()
        lease = at + timedelta(seconds=get_settings().effect_lease)
        for effect in effects:
            effect.claim = token
            effect.attempts += 1
            effect.tries += 1
            _note_death(effect, at=at)
        changes = {"state": EffectState.RUNNING, "claim": token, "next_attempt_at": lease}
        for effect in effects:
            Effect.objects.filter(pk=effect.pk).update(
                attempts=effect.attempts,
                tries=effect.tries,
                last_error=effect.last_error,
                last_error_at=effect.last_error_at,
                **changes,
            )
        if followers:
            Effect.objects.filter(pk__in=followers).update(**changes)
    return Claim(token=token, kind=first.kind, effects=tuple(effects), followers=tuple(followers))


def _most_relaxed_priority(at: datetime) -> int:
    """Which effects may begin now: only urgent ones while others have to come first."""
    held = Effect.objects.filter(state=EffectState.RUNNING, next_attempt_at__gt=at)
    at_once = held.order_by().values("claim").distinct().count()
    if at_once >= get_settings().effects_at_once or DueWork.objects.attemptable(at).exists():
        return EffectPriority.URGENT
    return max(EffectPriority.values)


def _more_of_the_kind(waiting: Any, first: Effect) -> list[Effect]:
    """Others to do in the same go; what failed before is done on its own."""
    kind = _kinds.get(first.kind)
    if kind is None or kind.batch == 1 or first.tries:
        return []
    others = waiting.filter(kind=first.kind, priority=first.priority, tries=0).exclude(pk=first.pk)
    return list(others[: kind.batch - 1])


def _same_again(effects: Sequence[Effect]) -> list[int]:
    """Later rows that ask for the very same, with nothing else of their address in between.

    They were committed before the effect is carried out, so that carrying it out does for them too.
    """
    wanted = {effect.address: effect for effect in effects if effect.address}
    if not wanted:
        return []
    later = (
        Effect.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
        .open()
        .filter(address__in=wanted, pk__gt=min(effect.pk for effect in effects))
        .order_by("pk")
    )
    same: list[int] = []
    ended: set[str] = set()
    for row in later:
        effect = wanted[row.address]
        if row.pk <= effect.pk:
            continue
        if row.sameness != effect.sameness or row.state != EffectState.WAITING:
            ended.add(row.address)
        elif row.address not in ended:
            same.append(row.pk)
    return same


def _note_death(effect: Effect, *, at: datetime) -> None:
    if effect.state == EffectState.RUNNING:
        effect.last_error = "The worker stopped in the middle of an attempt."
        effect.last_error_at = at


def _carry_out(claim: Claim, *, at: datetime, started: float, outcome: Outcome) -> None:
    error: Exception | None = None
    try:
        if claim.kind not in _kinds:
            raise UnknownEffectKindError(claim.kind)
        _kinds[claim.kind].perform(claim.effects)
    except Exception as raised:
        logger.exception(
            "An effect failed",
            extra={"event": "effect_failed", "kind": claim.kind, "effect_ids": claim.ids},
        )
        error = raised
    now = at + timedelta(seconds=time.monotonic() - started)
    if error is None:
        outcome.done += _settle_done(claim, at=now)
    else:
        _settle_failure(claim, error, at=now, outcome=outcome)


def _settle_done(claim: Claim, *, at: datetime) -> int:
    with transaction.atomic(durable=True):
        return Effect.objects.filter(pk__in=claim.ids, claim=claim.token).update(
            state=EffectState.DONE,
            claim=None,
            next_attempt_at=None,
            finished_at=at,
            last_error="",
        )


def _settle_failure(claim: Claim, error: Exception, *, at: datetime, outcome: Outcome) -> None:
    """Write the error and the time of the next attempt; the last attempt makes an effect failed."""
    text = f"{type(error).__name__}: {error}"[:MAX_ERROR_LENGTH]
    options = get_settings()
    failed: list[Effect] = []
    alone = len(claim.effects) == 1
    with transaction.atomic(durable=True):
        held = Effect.objects.select_for_update(of=("self",), no_key=True).filter(
            pk__in=claim.ids, claim=claim.token
        )
        for effect in held:
            follows = effect.pk in claim.followers
            used_up = not follows and effect.tries >= options.max_tries
            effect.state = EffectState.FAILED if used_up else EffectState.WAITING
            effect.claim = None
            effect.next_attempt_at = (
                None if used_up or follows else _next_attempt(effect, at, alone)
            )
            effect.last_error = "" if follows else text
            effect.last_error_at = None if follows else at
            effect.save(
                update_fields=["state", "claim", "next_attempt_at", "last_error", "last_error_at"]
            )
            if used_up:
                failed.append(effect)
            else:
                outcome.retrying += 1
    outcome.failed += len(failed)
    for effect in failed:
        _announce_failure(effect)


def _next_attempt(effect: Effect, at: datetime, alone: bool) -> datetime | None:
    """A batch that failed is tried one by one at once: only what fails alone has to wait."""
    return at + get_settings().retry_delay(effect.tries) if alone else None


def _announce_failure(effect: Effect) -> None:
    for receiver, response in effect_failed.send_robust(sender=Effect, effect=effect):
        if isinstance(response, Exception):
            logger.error(
                "A receiver of effects failed",
                exc_info=response,
                extra={"event": "effect_receiver_failed", "receiver": repr(receiver)},
            )


# --- By hand, and cleaning up -------------------------------------------------------------------


def try_again(effect: Effect) -> None:
    """Give a failed or waiting effect its attempts back; the next tick carries it out.

    Raises:
        EffectNotRetryableError: it is done or under way.
    """
    changed = Effect.objects.filter(
        pk=effect.pk, state__in=(EffectState.FAILED, EffectState.WAITING)
    ).update(state=EffectState.WAITING, tries=0, next_attempt_at=None, alarmed_at=None)
    if not changed:
        effect.refresh_from_db()
        raise EffectNotRetryableError(effect)


def try_all_again() -> int:
    """Give every failed effect its attempts back; returns how many there were."""
    return Effect.objects.failed().update(
        state=EffectState.WAITING, tries=0, next_attempt_at=None, alarmed_at=None
    )


def note_alarm(effect: Effect) -> bool:
    """Whether somebody has to be told of this failed effect; notes that they were.

    Once for each kind: as long as a failed effect of which people know is still there, another of
    the same kind is no news.
    """
    failed = Effect.objects.failed().filter(kind=effect.kind)
    if failed.filter(alarmed_at__isnull=False).exists():
        return False
    return bool(
        failed.filter(pk=effect.pk, alarmed_at__isnull=True).update(alarmed_at=timezone.now())
    )


MOST_PRUNED = 5000
"""Rows that one call removes at most, so that it never holds the database for long."""


def prune_effects(at: datetime) -> int:
    """Remove effects that were done long ago (`effects_kept` days); returns how many."""
    oldest = at - timedelta(days=get_settings().effects_kept)
    old = Effect.objects.filter(state=EffectState.DONE, finished_at__lt=oldest)
    removed, _by_model = Effect.objects.filter(
        pk__in=list(old.order_by("finished_at").values_list("pk", flat=True)[:MOST_PRUNED])
    ).delete()
    return removed
