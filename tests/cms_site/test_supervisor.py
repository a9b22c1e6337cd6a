"""The supervisor: starts again what dies, and takes everything with it when it goes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from cms_site.supervisor import (
    LONGEST_PAUSE,
    STEADY_AFTER,
    Child,
    PortBusyError,
    Supervisor,
    check_port_is_free,
    commands,
)

pytestmark = pytest.mark.one_database

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
# Deaf to a polite request, with a child of its own.
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); time.sleep(600)",
]


def wait_until(condition: Callable[[], bool], *, seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    said: list[str] = []
    supervisor = Supervisor([Child("one", SLEEPER), Child("two", SLEEPER)], say=said.append)
    supervisor.said = said  # type: ignore[attr-defined]
    yield supervisor
    supervisor.stop()


def pids(supervisor: Supervisor) -> list[int]:
    return [child.process.pid for child in supervisor.children if child.process]


def test_children_are_started_and_all_stopped(supervisor: Supervisor) -> None:
    supervisor.look(at=0.0)
    started = pids(supervisor)

    supervisor.stop()

    assert len(started) == 2
    assert [is_gone(pid) for pid in started] == [True, True]


def test_dead_child_is_started_again_after_a_pause(supervisor: Supervisor) -> None:
    began = time.monotonic()
    supervisor.look(at=began)
    one, two = pids(supervisor)
    os.kill(one, signal.SIGKILL)
    assert wait_until(lambda: is_gone(one))

    supervisor.look(at=began + 1)
    assert pids(supervisor) == [two]
    assert supervisor.said == [  # type: ignore[attr-defined]
        "The one process ended (-9); starting it in 1 s."
    ]

    supervisor.look(at=began + 2)
    again, same = pids(supervisor)
    assert again != one
    assert same == two


def test_pause_grows_while_a_child_keeps_dying_and_is_short_after_a_good_run() -> None:
    child = Child("one", SLEEPER)

    pauses = [child.note_death(at=1.0) for _ in range(7)]

    assert pauses == [1, 2, 4, 8, 16, LONGEST_PAUSE, LONGEST_PAUSE]
    assert child.note_death(at=STEADY_AFTER) == 1


def test_stubborn_child_and_its_children_are_killed_at_the_deadline() -> None:
    child = Child("deaf", STUBBORN)
    child.start()
    assert child.process is not None
    process = psutil.Process(child.process.pid)
    assert wait_until(lambda: len(process.children()) == 1)
    [grandchild] = process.children()
    child.process.terminate()

    child.stop(deadline=time.monotonic() + 0.2)

    assert is_gone(process.pid)
    assert wait_until(lambda: is_gone(grandchild.pid))


def test_stopping_what_never_started_does_nothing() -> None:
    Child("idle", SLEEPER).stop(deadline=time.monotonic())


def test_busy_port_is_named_with_a_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(PortBusyError, match=f"Port {port} is in use.*PORT={port + 1} make run"):
            check_port_is_free(port)

    check_port_is_free(port)


def test_beat_is_a_process_of_its_own() -> None:
    names = [child.name for child in commands(8000)]
    worker = commands(8000)[1].command

    assert names == ["web", "worker", "beat"]
    assert not {"-B", "--beat"} & set(worker)


PROGRAM = textwrap.dedent(
    """
    from __future__ import annotations
    import sys
    from cms_site.supervisor import Child, Supervisor

    sleeper = [sys.executable, "-c", "import time; time.sleep(600)"]
    asked = []

    def started():
        asked.append(1)
        if len(asked) == 2:
            print("started", flush=True)
            return True
        return False

    Supervisor([Child("one", sleeper), Child("two", sleeper)], say=print).run(when_started=started)
    print("stopped", len(asked), flush=True)
    """
)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A supervisor in a process of its own, and the processes it started."""
    root = str(Path(__file__).resolve().parents[2])
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | {"PYTHONPATH": root},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    children = [child.pid for child in psutil.Process(process.pid).children()]
    yield process, children
    for pid in [process.pid, *children]:
        if not is_gone(pid):
            os.kill(pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_it_stops_everything(
    running: tuple[subprocess.Popen[str], list[int]], how: signal.Signals
) -> None:
    process, children = running
    process.send_signal(how)

    assert process.stdout is not None
    assert process.stdout.readline() == "stopped 2\n"
    assert process.wait(timeout=15) == 0
    assert [is_gone(pid) for pid in children] == [True, True]


@pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel")
def test_killed_it_leaves_nobody_behind(
    running: tuple[subprocess.Popen[str], list[int]],
) -> None:
    process, children = running
    assert len(children) == 2

    process.kill()

    assert wait_until(lambda: all(is_gone(pid) for pid in children))
