"""Is there anything to do? One prepared question to the database, asked every second.

Django builds a query anew each time, and that costs ten times what the database needs to answer.
So the question is built once, from the same selections that the work itself uses, and asked with
other times. It may say "yes" too often (something that failed stands there until a person comes):
whoever does the work looks closely.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from wagtail.models import Revision

from campaign.releases.conf import get_settings
from campaign.releases.models import DueWork, Effect, Release, TakedownAddress
from campaign.releases.schedules import draft_state_models, expiring
from campaign.releases.takedown_drills import drills_to_run
from campaign.releases.timing import LONGEST_LEAD

_STAND_IN = datetime(1903, 1, 1, tzinfo=UTC)
"""The time with which the question is built. No campaign has anything set near it."""
_NEAR = timedelta(days=3650)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What there may be to do.

    Attributes:
        work: due work until the horizon, releases until their longest lead before it.
        effects: effects that nobody holds.
        takedowns: addresses to be fetched, or drills to be carried out.
    """

    work: bool
    effects: bool
    takedowns: bool

    def __bool__(self) -> bool:
        return self.work or self.effects or self.takedowns


def look(at: datetime) -> Seen:
    """Ask what there may be to do at `at`, with one query. Database errors are the caller's."""
    question = _question(connection.vendor, timedelta(seconds=get_settings().horizon))
    with connection.cursor() as cursor:
        cursor.execute(question.sql, question.parameters(at))
        work, effects, takedowns = cursor.fetchone()
    return Seen(work=bool(work), effects=bool(effects), takedowns=bool(takedowns))


@dataclass(frozen=True, kw_only=True)
class _Question:
    """A statement, and what it is to be given: values, or distances from the time of asking."""

    sql: str
    given: tuple[Any, ...]

    def parameters(self, at: datetime) -> list[Any]:
        return [
            connection.ops.adapt_datetimefield_value(at + value)
            if isinstance(value, timedelta)
            else value
            for value in self.given
        ]


@functools.cache
def _question(_vendor: str, horizon: timedelta) -> _Question:
    """Build the question for a kind of database, once."""
    answers: list[str] = []
    given: list[Any] = []
    for selections in _selections(_STAND_IN, until=_STAND_IN + horizon):
        parts: list[str] = []
        for selection in selections:
            sql, parameters = selection.query.exists().get_compiler(connection=connection).as_sql()
            parts.append(f"EXISTS ({sql})")
            given += [_distance(value) for value in parameters]
        answers.append(f"CASE WHEN {' OR '.join(parts)} THEN 1 ELSE 0 END")
    return _Question(sql=f"SELECT {', '.join(answers)}", given=tuple(given))


def _distance(given: Any) -> Any:
    """Turn a time that hangs on the stand-in into its distance from it; leave anything else."""
    found = parse_datetime(given) if isinstance(given, str) else given
    if not isinstance(found, datetime):
        return given
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found
    return found - _STAND_IN if abs(found - _STAND_IN) < _NEAR else given


def _selections(at: datetime, *, until: datetime) -> Iterator[list[QuerySet[Any]]]:
    """What is asked about, in the order of `Seen`."""
    yield [
        Revision.objects.filter(approved_go_live_at__lte=until),
        *(expiring(model, until=until) for model in draft_state_models()),
        # A large one begins long before its moment.
        Release.objects.starting(until=until + LONGEST_LEAD),
        Release.objects.ending(until=until + LONGEST_LEAD),
        Release.objects.filter(check_asked_at__lte=until),
        DueWork.objects.attemptable(at, ahead=until - at),
    ]
    yield [Effect.objects.attemptable(at)]
    yield [TakedownAddress.objects.to_fetch(at), drills_to_run(at)]
