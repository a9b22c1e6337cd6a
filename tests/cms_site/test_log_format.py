"""What the logs must never hold."""

from __future__ import annotations

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from cms_site.log_format import RequestMiddleware, log_configuration

READER = {
    "HTTP_USER_AGENT": "Mozilla/5.0 (an old phone)",
    "REMOTE_ADDR": "192.0.2.55",
    "HTTP_X_FORWARDED_FOR": "192.0.2.55",
    "HTTP_COOKIE": "sessionid=abcdef",
}


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything that is logged, at the most talkative level."""
    out = io.StringIO()
    configuration = log_configuration(level="DEBUG", as_json=True)
    configuration["handlers"]["stderr"]["stream"] = out
    logging.config.dictConfig(configuration)
    yield out
    logging.config.dictConfig(settings.LOGGING)
    structlog.contextvars.clear_contextvars()


def visit(view: Any) -> None:
    request = RequestFactory(**READER).get("/en/support/after-abuse/?q=my+uncle")
    RequestMiddleware(view)(request)


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_request_leaves_nothing_of_the_reader(written: io.StringIO) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        logging.getLogger("django.request").warning("Not Found", extra={"request": request})
        return HttpResponse()

    visit(view)

    assert [line["event"] for line in lines(written)] == [
        "request_started",
        "Not Found",
        "request_finished",
    ]
    assert {line["request"] for line in lines(written)} == {"GET /en/support/after-abuse/"}
    for trace in ("uncle", "Mozilla", "192.0.2", "abcdef"):
        assert trace not in written.getvalue()


def test_traceback_names_the_code_but_not_what_was_in_it(written: io.StringIO) -> None:
    def fail(typed: str) -> None:
        raise ValueError("broken" if typed else "")

    try:
        fail("my uncle")
    except ValueError:
        logging.getLogger("campaign.pages").exception("It broke")

    [line] = lines(written)
    [error] = line["exception"]
    assert (error["exc_type"], error["exc_value"]) == ("ValueError", "broken")
    assert error["frames"][-1]["name"] == "fail"
    assert "uncle" not in written.getvalue()


def test_text_for_a_terminal_is_one_readable_line() -> None:
    out = io.StringIO()
    configuration = log_configuration(level="WARNING", as_json=False)
    configuration["handlers"]["stderr"]["stream"] = out
    logging.config.dictConfig(configuration)
    try:
        logging.getLogger("campaign").info("quiet")
        logging.getLogger("campaign").warning("loud", extra={"page": 7})
    finally:
        logging.config.dictConfig(settings.LOGGING)

    [line] = out.getvalue().splitlines()
    assert "loud" in line
    assert "page=7" in line
