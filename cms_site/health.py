"""Is the site alive, can it serve, is its work done: three questions that machines ask.

`/health/live` asks the process only: restart it if this fails. `/health/ready` asks the database:
send no readers here while it fails. `/health/deep` asks whether scheduled work is done on time:
wake a person. Each answers JSON, 200 or 503, is never cached, and tells nothing about a reader.
"""

from __future__ import annotations

import logging

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)


def _answer(problems: list[str], facts: dict[str, object] | None = None) -> JsonResponse:
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
