"""What every test stands on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone, translation
from pytest_django.plugin import DjangoDbBlocker, blocking_manager_key

from tests.first_rows import (
    commits,
    first_rows,
    let_tests_empty_the_ledger,
    mark_if_committing,
)

pytest_plugins = ["tests.conformance.side_by_side"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every test that really commits the rows that Wagtail's migrations made."""
    for item in items:
        mark_if_committing(item)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Put those rows back if an earlier test emptied the tables."""
    if first_rows.missing and not commits(item):
        with item.config.stash[blocking_manager_key].unblock():
            first_rows.put_back()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Note that the tables are empty now."""
    yield
    if commits(item):
        first_rows.note_emptied()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Keep the rows, and leave them behind for the next run with `--reuse-db`."""
    first_rows.keep()
    let_tests_empty_the_ledger()
    yield
    with django_db_blocker.unblock():
        first_rows.put_back()


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
