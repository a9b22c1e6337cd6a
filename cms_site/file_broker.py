"""A message broker that is a folder: the embedded default, where no broker server runs.

Kombu's own `filesystem` transport opens the final file name and then writes into it, so that a
reader can take half a message; it loses messages under several producers and the worker dies of the
first half message that it reads. Here a message becomes visible whole or not at all:

* put: write a hidden file, then `os.replace` it to its final name;
* get: read the oldest file, then unlink it; whoever's unlink succeeds has the message.

One folder per queue. Names begin with the clock in nanoseconds, so the order survives a restart of
the machine. Exchanges and bindings live in each process's memory: Celery declares what it uses
before it sends. There is no fan-out, hence no remote control of workers (`celery inspect`).

The address is `fsq://localhost/absolute/folder`. Local disks only: `unlink` over a network file
system may tell two readers that both of them won. A message taken by a worker that is then killed
is gone; nothing depends on it, since due work is read again from the database at the next tick.
"""

from __future__ import annotations

import itertools
import json
import logging
import os
import time
from pathlib import Path
from queue import Empty
from typing import Any
from urllib.parse import quote

from kombu.exceptions import OperationalError
from kombu.transport import TRANSPORT_ALIASES, virtual

logger = logging.getLogger(__name__)

SCHEME = "fsq"
_SUFFIX = ".json"


class Channel(virtual.Channel):
    """A conversation with the folder."""

    def __init__(self, connection: Any, **kwargs: Any) -> None:
        super().__init__(connection, **kwargs)
        self.folder = Path("/", connection.client.virtual_host)
        self._serial = itertools.count()
        self._queue_folders: dict[str, Path] = {}

    def _queue_folder(self, queue: str) -> Path:
        # Asked ten times a second, so it is worked out once.
        folder = self._queue_folders.get(queue)
        if folder is None:
            # quote() leaves dots alone: a queue called ".." must not climb out of the folder.
            folder = self.folder / quote(queue, safe="").replace(".", "%2E")
            self._queue_folders[queue] = folder
        return folder

    def _waiting(self, queue: str) -> list[Path]:
        """The queue's messages, the oldest first."""
        folder = self._queue_folder(queue)
        try:
            names = os.listdir(folder)
        except FileNotFoundError:
            return []
        return [
            folder / name
            for name in sorted(names)
            if name.endswith(_SUFFIX) and not name.startswith(".")
        ]

    def _put(self, queue: str, message: dict[str, Any], **_kwargs: Any) -> None:
        """Add a message.

        Raises:
            OperationalError: the folder cannot be written (disk full, no permission). Nothing was
                added.
        """
        folder = self._queue_folder(queue)
        name = f"{time.time_ns():020d}-{os.getpid()}-{id(self)}-{next(self._serial)}{_SUFFIX}"
        hidden = folder / f".{name}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            hidden.write_text(json.dumps(message), encoding="utf-8")
            hidden.replace(folder / name)
        except OSError as exc:
            hidden.unlink(missing_ok=True)
            raise OperationalError(f"Cannot add a message to {folder}: {exc.strerror}") from exc

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:  # noqa: ARG002
        for path in self._waiting(queue):
            try:
                text = path.read_text(encoding="utf-8")
                path.unlink()
            except FileNotFoundError:
                continue  # another worker was quicker
            try:
                message: dict[str, Any] = json.loads(text)
            except ValueError:
                # Not written by this module. Dropping it keeps the worker alive.
                logger.warning("Dropped an unreadable message", extra={"queue": queue})
                continue
            return message
        raise Empty

    def _size(self, queue: str) -> int:
        return len(self._waiting(queue))

    def _purge(self, queue: str) -> int:
        count = 0
        for path in self._waiting(queue):
            try:
                path.unlink()
            except FileNotFoundError:
                continue
            count += 1
        return count

    def _delete(self, queue: str, *_args: Any, **_kwargs: Any) -> None:
        self._purge(queue)

    def _has_queue(self, queue: str, **_kwargs: Any) -> bool:
        return self._queue_folder(queue).is_dir()


class Transport(virtual.Transport):
    """Kombu's view of the folder."""

    Channel = Channel
    # Ten looks a second: a tenth of a second late at worst, 0.2 % of one core.
    polling_interval = 0.1
    # Bindings are per process, see the module's docstring.
    global_state = virtual.BrokerState()
    driver_type = SCHEME
    driver_name = SCHEME

    def __init__(self, client: Any, **kwargs: Any) -> None:
        super().__init__(client, **kwargs)
        self.state = self.global_state

    def driver_version(self) -> str:
        """Kombu asks every transport; there is no driver."""
        return "1"


def register() -> None:
    """Teach kombu the `fsq://` scheme. Safe to call again."""
    TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"


def address(folder: Path) -> str:
    """The broker address of a folder."""
    return f"{SCHEME}://localhost/{quote(str(folder.resolve()).lstrip('/'))}"
