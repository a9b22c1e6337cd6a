"""What every test stands on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone, translation


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
