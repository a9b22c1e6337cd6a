"""A test's server answers that test only: what a browser still asks afterwards meets a shut door.

On SQLite in memory the server of `live_server` has the very connection of the tests. A page left
open saves its draft, or says that it closes, once its test is over. While that is written, what the
next test wants to happen on its commit waits for it, and then runs in the server's thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Door:
    """Stands in front of a server's application; knows how many requests are inside."""

    def __init__(self) -> None:
        self._open = False
        self._inside = 0
        self._changed = threading.Condition()

    def open(self) -> None:
        """Let requests in."""
        with self._changed:
            self._open = True

    def shut(self, *, within: float = 30) -> None:
        """Let no more requests in, and wait until those inside have been answered.

        Raises:
            TimeoutError: one of them takes longer than `within` seconds.
        """
        with self._changed:
            self._open = False
            if not self._changed.wait_for(lambda: self._inside == 0, timeout=within):
                raise TimeoutError(f"{self._inside} requests are still being answered")

    def before(self, application: Application) -> Application:
        """The application, behind this door."""

        def guarded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
            if not self._enter():
                start_response("503 Service Unavailable", [("Content-Length", "0")])
                return
            try:
                response = application(environ, start_response)
                try:
                    yield from response
                finally:
                    getattr(response, "close", lambda: None)()
            finally:
                self._leave()

        return guarded

    def _enter(self) -> bool:
        with self._changed:
            self._inside += self._open
            return self._open

    def _leave(self) -> None:
        with self._changed:
            self._inside -= 1
            self._changed.notify_all()


door = Door()
