"""How the site logs: nothing that could point at a reader.

No address of a reader's device, no browser name, no query string, no user name, no local variables
of a traceback (they hold forms, and a search is a form). What is left (method, path, status, a
random request id, the lines of code) is enough to find a fault.
"""

from __future__ import annotations

from typing import Any

import structlog
from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware as StructlogRequestMiddleware
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, WrappedLogger

# django-structlog adds these to the line at the start of a request.
_READER_FIELDS = ("user_agent", "ip", "user_id")


def drop_reader(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Remove what describes the reader from a log line."""
    for field in _READER_FIELDS:
        event.pop(field, None)
    if isinstance(event.get("request"), HttpRequest):
        # Django hands over the request itself, whose text form has the query string.
        event["request"] = RequestMiddleware.format_request(event["request"])
    return event


class RequestMiddleware(StructlogRequestMiddleware):
    """Give each request an id in the log; leave the query string out of it."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """The part of the request that may be written down."""
        return f"{request.method} {request.path}"


_SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    drop_reader,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


_AS_JSON: list[Any] = [
    structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
    structlog.processors.JSONRenderer(default=str),
]
_AS_TEXT: list[Any] = [
    structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback, pad_event_to=0
    )
]


def log_configuration(*, level: str, as_json: bool) -> dict[str, Any]:
    """Django's `LOGGING`, for the web process, the worker and the commands alike.

    Args:
        level: the least severe level that is written, for our code and for libraries.
        as_json: one JSON object a line, for a machine to collect; else text for a terminal.
    """
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED_PROCESSORS,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [structlog.stdlib.ExtraAdder(), *_SHARED_PROCESSORS],
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    *(_AS_JSON if as_json else _AS_TEXT),
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        # Django gives these handlers of their own, which would write every line twice.
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
        },
    }
