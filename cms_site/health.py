"""Is the site alive, can it serve, is its work done: three questions that machines ask.

`/health/live` asks the process only: restart it if this fails. `/health/ready` asks the database:
send no readers here while it fails. `/health/deep` asks whether scheduled work is done on time:
wake a person. Each answers JSON, 200 or 503, is never cached, and tells nothing about a reader.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaign.releases.conf import get_settings
from campaign.releases.health import (
    DueWorkHealth,
    EffectsHealth,
    due_work_health,
    effects_health,
)
from campaign.releases.ledger import count_unrecorded

logger = logging.getLogger(__name__)

LONGEST_OVERDUE_SECONDS = 60.0
LONGEST_EFFECT_SECONDS = 300.0
"""A cache that answers again within the first few attempts wakes nobody."""


def _answer(problems: list[str], facts: Mapping[str, object] | None = None) -> JsonResponse:
    return JsonResponse(
        {"status": "failing" if problems else "ok", "problems": problems, **(facts or {})},
        status=503 if problems else 200,
    )


def _database_problems() -> list[str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.exception("The database does not answer")
        return ["The database does not answer."]
    return []


def _due_work_problems(facts: DueWorkHealth) -> list[str]:
    problems = []
    if facts.failed:
        problems.append(f"Scheduled items that failed and wait for a person: {facts.failed}.")
    if facts.oldest_overdue_seconds > LONGEST_OVERDUE_SECONDS:
        problems.append(f"Scheduled work is {facts.oldest_overdue_seconds:.0f} seconds overdue.")
    if facts.heartbeat_age_seconds is None:
        problems.append("No worker has run yet.")
    elif facts.heartbeat_age_seconds > get_settings().heartbeat_limit:
        problems.append(f"No worker has run for {facts.heartbeat_age_seconds:.0f} seconds.")
    return problems


def _effects_problems(facts: EffectsHealth) -> list[str]:
    problems = []
    if facts.failed:
        problems.append(f"Effects of publications that were given up: {facts.failed}.")
    if facts.oldest_waiting_seconds > LONGEST_EFFECT_SECONDS:
        problems.append(
            f"An effect of a publication has waited {facts.oldest_waiting_seconds:.0f} seconds."
        )
    return problems


def _warnings() -> list[str]:
    """What somebody should see to by day: it is in the answer, and wakes nobody."""
    unrecorded = count_unrecorded()
    if not unrecorded:
        return []
    return [
        f"The ledger does not know {unrecorded} public pages or records: "
        "run `manage.py ledger --begin`."
    ]


@require_safe
@never_cache
def live(_request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return _answer([])


@require_safe
@never_cache
def ready(_request: HttpRequest) -> JsonResponse:
    """The process answers and reaches its database."""
    return _answer(_database_problems())


@require_safe
@never_cache
def deep(_request: HttpRequest) -> JsonResponse:
    """Scheduled work is done, on time, by a worker that lives."""
    if problems := _database_problems():
        return _answer(problems)
    at = timezone.now()
    work, effects = due_work_health(at=at), effects_health(at=at)
    return _answer(
        _due_work_problems(work) + _effects_problems(effects),
        {
            "warnings": _warnings(),
            "due_work": work.as_dict(),
            "effects": effects.as_dict(),
        },
    )
