"""A process of a real site, driven by the tests of several processes.

    python -m tests.campaign.releases.site_process

Each line on standard input is a verb with its arguments, as JSON; each answer is one line of JSON.
`start` runs a verb in a process of its own: a fork, since importing everything takes longer than
the work itself. Which site and which database stand in the environment.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.db.models.signals import pre_save  # noqa: E402
from django.utils import timezone  # noqa: E402
from wagtail.models import Page, PageLogEntry, Revision  # noqa: E402
from wagtail.signals import page_published  # noqa: E402

from campaign.releases.attempts import run_due  # noqa: E402
from campaign.releases.models import DueAttempt, DueWork  # noqa: E402
from tests.factories.releases import ScheduledPage  # noqa: E402
from tests.real_site import as_json, serve  # noqa: E402


def migrate() -> None:
    """Make an empty site."""
    call_command("migrate", verbosity=0)


def prepare(count: int) -> list[int]:
    """Make pages that were due a moment ago."""
    due = timezone.now() - timedelta(seconds=2)
    return [ScheduledPage.make(go_live_at=due).pk for _ in range(count)]


def schedule(first: float, count: int, apart: float) -> list[int]:
    """Make pages that fall due from `first` seconds ahead on, `apart` seconds after one another."""
    start = timezone.now() + timedelta(seconds=first)
    return [
        ScheduledPage.make(go_live_at=start + timedelta(seconds=number * apart)).pk
        for number in range(count)
    ]


def race(starting_gun: str) -> dict[str, int]:
    """Wait for a file to appear, then run everything due; count what this process published."""
    signals: list[int] = []

    def count(instance: Any, **kwargs: Any) -> None:
        signals.append(instance.pk)

    page_published.connect(count)
    Path(f"{starting_gun}.{os.getpid()}").touch()
    while not Path(starting_gun).exists():
        time.sleep(0.005)
    run_due(at=timezone.now())
    return {"signals": len(signals)}


def die_while_saving() -> None:
    """Run what is due and be killed in the middle of the first page."""

    def die(instance: Any, **kwargs: Any) -> None:
        if isinstance(instance, Page):
            os.kill(os.getpid(), signal.SIGKILL)

    pre_save.connect(die)
    run_due(at=timezone.now())


def run() -> list[str]:
    """Run what is due now."""
    return [str(result) for _work, result in run_due(at=timezone.now())]


def state() -> dict[str, Any]:
    """Say what the database holds."""
    published = PageLogEntry.objects.filter(action="wagtail.publish.scheduled")
    lateness = [
        (page.last_published_at - page.go_live_at).total_seconds()
        for page in Page.objects.filter(live=True, go_live_at__isnull=False)
    ]
    return {
        "live": Page.objects.filter(live=True, go_live_at__isnull=False).count(),
        "scheduled": Revision.objects.filter(approved_go_live_at__isnull=False).count(),
        "logged": published.count(),
        "attempts": list(DueAttempt.objects.order_by("pk").values_list("outcome", flat=True)),
        "work": sorted(DueWork.objects.values_list("state", flat=True)),
        "lateness": lateness,
    }


def start(verb: str, *arguments: Any) -> int:
    """Run a verb in a process of its own, with connections of its own; `wait` for its number."""
    connections.close_all()
    if pid := os.fork():
        return pid
    status = 1
    try:
        answer_of(os.getpid()).write_text(as_json(VERBS[verb](*arguments)))
        status = 0
    finally:
        os._exit(status)


def wait(pid: int) -> dict[str, Any]:
    """How a process ended (below zero: by which signal), and its answer."""
    _pid, status = os.waitpid(pid, 0)
    answer = answer_of(pid)
    return {
        "exit": os.waitstatus_to_exitcode(status),
        "answer": json.loads(answer.read_text()) if answer.exists() else None,
    }


VERBS: dict[str, Callable[..., Any]] = {
    verb.__name__: verb
    for verb in (migrate, prepare, schedule, race, die_while_saving, run, state, start, wait)
}


def answer_of(pid: int) -> Path:
    return Path(os.environ["VAR_DIR"]) / f"answer-{pid}.json"


if __name__ == "__main__":
    serve(*VERBS.values())
