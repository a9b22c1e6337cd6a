"""What every test stands on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone, translation
from pytest_django.plugin import DjangoDbBlocker, blocking_manager_key

from tests.empty_database import begin_memory_with, migrated_file
from tests.first_rows import (
    commits,
    first_rows,
    let_tests_empty_the_ledger,
    mark_if_committing,
)
from tests.live_requests import door

pytest_plugins = ["tests.conformance.side_by_side", "tests.groups"]

MEASURED_ON_POSTGRESQL = {
    "tests/campaign/releases/test_attempts.py",
    "tests/campaign/releases/test_due_work.py",
    "tests/campaign/releases/test_ledger.py",
    "tests/content_blocks/test_fields.py",
}
"""What reaches the branches that only PostgreSQL takes.

To measure coverage doubles the time. All else is measured on SQLite, and runs on PostgreSQL too.
"""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every test that really commits the rows that Wagtail's migrations made."""
    for item in items:
        mark_if_committing(item)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Measure coverage once: on PostgreSQL only where it has branches of its own."""
    measuring = getattr(item.config.pluginmanager.getplugin("_cov"), "cov_controller", None)
    file = item.nodeid.partition("::")[0]
    if measuring is None or connection.vendor == "sqlite" or file in MEASURED_ON_POSTGRESQL:
        return (yield)
    measuring.pause()
    try:
        return (yield)
    finally:
        measuring.resume()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Put those rows back if an earlier test emptied the tables; open the server's door."""
    if first_rows.missing and not commits(item):
        with item.config.stash[blocking_manager_key].unblock():
            first_rows.put_back()
    if "live_server" in getattr(item, "fixturenames", ()):
        door.open()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Shut the server's door before anything is cleared away; the tables are empty afterwards."""
    door.shut()
    yield
    if commits(item):
        first_rows.note_emptied()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """An empty, migrated database, made once for all processes of this run."""
    folder = tmp_path_factory.getbasetemp()
    return migrated_file(folder if worker_id == "master" else folder.parent)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Let the database of the tests begin migrated, where it is in memory."""
    if connection.vendor == "sqlite":
        begin_memory_with(request.getfixturevalue("migrated_sqlite"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Keep the rows, and leave them behind for the next run with `--reuse-db`."""
    first_rows.keep()
    let_tests_empty_the_ledger()
    yield
    with django_db_blocker.unblock():
        first_rows.put_back()


@pytest.fixture(scope="session")
def live_server(live_server: Any) -> Any:
    """pytest-django's server, behind a door that is open only while a test that wants it runs."""
    server = live_server.thread.httpd
    server.set_app(door.before(server.get_app()))
    return live_server


@pytest.fixture(autouse=True)
def folder_for_files(settings: Any, tmp_path: Path) -> Path:
    """Uploaded files of a test land in a folder that nobody else sees."""
    settings.VAR_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STATIC_ROOT = tmp_path / "static"
    return tmp_path


@pytest.fixture(autouse=True)
def same_language_and_time_zone() -> Iterator[None]:
    """A test that changes the active language or time zone does not change the next one's."""
    language = translation.get_language()
    yield
    timezone.deactivate()
    if language is None:
        translation.deactivate_all()
    else:
        translation.activate(language)


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """Wagtail caches where each site begins; a rolled back test leaves addresses of nothing."""
    cache.clear()
    yield
    cache.clear()
