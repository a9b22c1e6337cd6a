"""Real processes over a real database: never twice, never lost, whoever dies when.

Each test runs on a SQLite file and on PostgreSQL, both brought along.
"""

from __future__ import annotations

import os
import signal
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real_site import WORKER, RealSite, broker_of, stopped_in_the_end, wait_until

pytestmark = [
    pytest.mark.services,
    pytest.mark.slow,
    pytest.mark.one_database,
    # On one worker of pytest: they measure, and they share their servers.
    pytest.mark.xdist_group("due_work_processes"),
]


def test_four_processes_publish_forty_pages_once_each(site: RealSite, tmp_path: Path) -> None:
    site.ask("prepare", 40)
    gun = tmp_path / "gun"
    processes = [site.ask("start", "race", str(gun)) for _number in range(4)]
    wait_until(lambda: len(list(tmp_path.glob("gun.*"))) == 4, seconds=60, step=0.05)
    gun.touch()
    ended = [site.ask("wait", process) for process in processes]

    state = site.ask("state")

    assert (state["live"], state["scheduled"], state["logged"]) == (40, 0, 40)
    assert state["attempts"] == ["done"] * 40
    assert sum(process["answer"]["signals"] for process in ended) == 40


def test_a_worker_killed_while_publishing_loses_nothing(site: RealSite) -> None:
    site.ask("prepare", 3)
    killed = site.ask("start", "die_while_saving")
    assert site.ask("wait", killed) == {"exit": -signal.SIGKILL, "answer": None}

    after = site.ask("state")
    assert (after["live"], after["scheduled"], after["logged"]) == (0, 3, 0)
    assert after["attempts"] == [""] * 3  # what is due together is begun together

    time.sleep(3.5)  # the dead worker's claim ends after three seconds
    assert site.ask("run") == ["done"] * 3

    state = site.ask("state")
    assert (state["live"], state["scheduled"], state["logged"]) == (3, 0, 3)
    assert sorted(state["attempts"]) == ["done"] * 3 + ["lost"] * 3


@pytest.fixture
def celery_site(site: RealSite, tmp_path: Path) -> Iterator[RealSite]:
    """The site with its broker: the folder beside SQLite, a Valkey server beside PostgreSQL."""
    with broker_of(site.environment, tmp_path):
        yield site


def test_a_real_worker_publishes_each_page_on_its_second(
    celery_site: RealSite, capsys: pytest.CaptureFixture[str]
) -> None:
    worker, beat = celery_site.start_celery(*WORKER), celery_site.start_celery("beat")
    with stopped_in_the_end(worker, beat):
        celery_site.ask("prepare", 1)
        wait_until(lambda: celery_site.ask("state")["live"] == 1, seconds=90)
        celery_site.ask("schedule", 6, 8, 0.77)

        state = wait_until(
            lambda: (state := celery_site.ask("state"))["live"] == 9 and state, seconds=60
        )

    late = sorted(state["lateness"])[:8]  # the longest is the page that was overdue at the start
    with capsys.disabled():
        print(f"\nlate: median {statistics.median(late):.3f} s, most {late[-1]:.3f} s")
    assert state["logged"] == 9
    assert min(late) >= 0
    assert late[-1] < 1
    assert statistics.median(late) < 0.5


def test_two_beats_and_a_killed_worker_publish_once_each(celery_site: RealSite) -> None:
    first = celery_site.start_celery(*WORKER, "--hostname", "first")
    second = celery_site.start_celery(*WORKER, "--hostname", "second")
    beats = [celery_site.start_celery("beat"), celery_site.start_celery("beat")]
    with stopped_in_the_end(first, second, *beats):
        celery_site.ask("schedule", 8, 20, 0.3)
        wait_until(lambda: celery_site.ask("state")["live"] >= 3, seconds=60, step=0.05)
        os.killpg(first.pid, signal.SIGKILL)
        wait_until(lambda: celery_site.ask("state")["live"] == 20, seconds=60)

    state = celery_site.ask("state")
    assert (state["logged"], state["scheduled"]) == (20, 0)
    assert set(state["work"]) == {"done"}
