"""Read answers to the end, as a browser does."""

from __future__ import annotations

from typing import Any


def read_to_the_end(response: Any) -> Any:
    """Take everything of an answer, so that its file is closed, and give the answer back.

    Closing it by hand would end the request a second time, and with it the test's connection to
    PostgreSQL.
    """
    if getattr(response, "streaming", False):
        for _part in response.streaming_content:
            pass
    return response
