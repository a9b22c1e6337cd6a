"""One command that runs the whole site: web server, Celery worker, Celery beat.

Three processes, each started again when it dies, after a pause that grows while it keeps dying.
Beat is a process of its own: `worker -B` leaves it behind, still sending, when the worker is
killed. On Linux the kernel ends the children if this process is killed itself; each leads its own
session, so that Ctrl-C reaches this process only and it can stop them in order.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

HOST = "127.0.0.1"
LONGEST_PAUSE = 30.0
# A process that lived this long (seconds) had started well: the next pause is short again.
STEADY_AFTER = 60.0
STOP_WITHIN = 10.0

_PR_SET_PDEATHSIG = 1


class PortBusyError(Exception):
    """Something else already listens on the port."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"Port {port} is in use. Stop what listens there, or choose another port: "
            f"PORT={port + 1} make run"
        )
        self.port = port


def check_port_is_free(port: int) -> None:
    """Find out before anything is started.

    Raises:
        PortBusyError: it is not free.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as exc:
            raise PortBusyError(port) from exc


def _die_with(parent: int) -> Callable[[], None]:
    """What a child does before it becomes its program: ask the kernel to end it with its parent."""
    libc = ctypes.CDLL(None, use_errno=True)

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)  # the parent died in between

    return ask


@dataclass
class Child:
    """One process that is kept running.

    Attributes:
        name: what people read.
        command: the program and its arguments.
        process: the running one, if any.
        failures: deaths in a row, each soon after its start.
        start_at: monotonic time before which it is not started again.
    """

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    start_at: float = 0.0
    started: float = field(default=0.0, repr=False)

    def start(self) -> None:
        """Start the program as a child that dies with this process."""
        dies_with_parent = _die_with(os.getpid()) if sys.platform == "linux" else None
        self.process = subprocess.Popen(  # noqa: S603
            self.command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=dies_with_parent,
        )
        self.started = time.monotonic()

    def note_death(self, *, at: float) -> float:
        """Choose when to start again.

        Args:
            at: monotonic time of the death.

        Returns:
            The pause in seconds.
        """
        self.failures = 1 if at - self.started >= STEADY_AFTER else self.failures + 1
        pause = min(2.0 ** (self.failures - 1), LONGEST_PAUSE)
        self.start_at = at + pause
        self.process = None
        return pause

    def stop(self, *, deadline: float) -> None:
        """Wait for a child that was asked to end; insist at the deadline."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=max(0.0, deadline - time.monotonic()))
        # Its own children too, whatever became of it.
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def commands(port: int) -> list[Child]:
    """The three processes of the site."""
    celery = [sys.executable, "-m", "celery", "--app", "cms_site", "--quiet"]
    return [
        Child(
            "web",
            [
                *(sys.executable, "-m", "gunicorn", "cms_site.wsgi"),
                *("--bind", f"{HOST}:{port}"),
                *("--worker-class", "gthread", "--workers", "1", "--threads", "8"),
                *("--log-level", "warning", "--no-control-socket"),
            ],
        ),
        Child(
            "worker",
            [
                *(*celery, "worker", "--pool", "threads", "--concurrency", "4"),
                *("--without-gossip", "--without-mingle", "--without-heartbeat"),
                *("--loglevel", "WARNING"),
            ],
        ),
        Child("beat", [*celery, "beat", "--pidfile=", "--loglevel", "WARNING"]),
    ]


class Supervisor:
    """Keeps children running until somebody asks it to stop."""

    def __init__(self, children: Sequence[Child], *, say: Callable[[str], None]) -> None:
        self.children = children
        self.say = say
        self.stopping = False

    def ask_to_stop(self, _signal: int, _frame: FrameType | None) -> None:
        """What SIGTERM and Ctrl-C do."""
        self.stopping = True

    def look(self, *, at: float) -> None:
        """Start what should run and does not.

        Args:
            at: monotonic time.
        """
        for child in self.children:
            if child.process is not None and (code := child.process.poll()) is not None:
                pause = child.note_death(at=at)
                self.say(f"The {child.name} process ended ({code}); starting it in {pause:.0f} s.")
            if child.process is None and at >= child.start_at:
                child.start()

    def run(self, *, when_started: Callable[[], bool]) -> None:
        """Keep looking until asked to stop, then stop everything.

        Args:
            when_started: called again and again until it returns True.
        """
        signal.signal(signal.SIGTERM, self.ask_to_stop)
        signal.signal(signal.SIGINT, self.ask_to_stop)
        announced = False
        try:
            while not self.stopping:
                self.look(at=time.monotonic())
                announced = announced or when_started()
                time.sleep(0.2)
        finally:
            self.stop()

    def stop(self) -> None:
        """Ask all children to end, then make sure."""
        running = [child for child in self.children if child.process is not None]
        for child in running:
            if child.process is not None and child.process.poll() is None:
                child.process.terminate()
        deadline = time.monotonic() + STOP_WITHIN
        for child in running:
            child.stop(deadline=deadline)
