"""What every test stands on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone, translation
from pytest_django.fixtures import validate_django_db

_COMMITTING_FIXTURES = {"transactional_db", "live_server", "django_db_reset_sequences"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every test that really commits the rows that Wagtail's migrations made.

    Such a test ends by emptying all tables; the next one would find no root page and no locale.
    """
    for item in items:
        names = getattr(item, "fixturenames", None)
        if names is None:
            continue
        marker = item.get_closest_marker("django_db")
        transaction = bool(marker and validate_django_db(marker)[0])
        if transaction or _COMMITTING_FIXTURES.intersection(names):
            names.append("django_db_serialized_rollback")


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
