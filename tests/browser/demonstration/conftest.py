"""The whole demonstration campaign, started as a newcomer starts it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.demonstration.running_site import ROOT, Demonstration, fetch

START_WITHIN = 240


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep all tests of the running site in one process: it is started once."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("demonstration"))
            item.add_marker(pytest.mark.services)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _public_paths(url: str) -> tuple[str, ...]:
    listed = re.findall(r"<loc>https?://[^/]+(/[^<]*)</loc>", fetch(f"{url}/sitemap.xml"))
    directory = fetch(f"{url}/en/contacts/")
    filters = re.findall(r'href="(/en/contacts/[^"#]+)"', directory)
    return tuple(sorted({*listed, *filters, "/en/search/"}))


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """Start everything with `manage.py run`, as `make run` does, and stop it afterwards."""
    folder = tmp_path_factory.mktemp("demonstration")
    port = _free_port()
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "CELERY_BROKER_URL", "SECRET_KEY", "ALLOWED_HOSTS"}
    } | {
        "DJANGO_SETTINGS_MODULE": "cms_site.settings.embedded",
        "VAR_DIR": str(folder),
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
    }
    log = folder / "run.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run"],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        login = _wait_for_login(process, log)
        url = f"http://127.0.0.1:{port}"
        yield Demonstration(url, *login, paths=_public_paths(url), folder=folder)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _wait_for_login(process: subprocess.Popen[bytes], log: Path) -> tuple[str, str]:
    deadline = time.monotonic() + START_WITHIN
    while time.monotonic() < deadline:
        printed = log.read_text()
        found = re.search(r"user: (\S+), password: (\S+)\)", printed)
        if found:
            return found[1], found[2]
        if process.poll() is not None:
            break
        time.sleep(0.2)
    pytest.fail(f"The site did not start:\n{log.read_text()}")


@pytest.fixture
def new_reader(
    browser: Browser, browser_context_args: dict[str, Any]
) -> Iterator[Callable[..., Page]]:
    """Make fresh readers: nothing remembered, nothing shared with another test."""
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> Page:
        contexts.append(browser.new_context(**(browser_context_args | options)))
        return contexts[-1].new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def reader(new_reader: Callable[..., Page]) -> Page:
    """A fresh reader on a phone."""
    return new_reader()
