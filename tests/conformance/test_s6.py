"""S6: `kill -9` inside a scheduled publication."""

from __future__ import annotations

import os
import signal
from typing import Any

from django.db.models.signals import pre_save
from wagtail.models import Page

from tests.conformance.sides import Side, later
from tests.conformance.situations import Observed

SITUATION = "The process is killed while it publishes"
STOCK = {
    "the process": "ended by signal 9",
    "still scheduled": False,
    "live after the next run": False,
    "publications logged": 0,
}
PROMISE = {
    "the process": "ended by signal 9",
    "still scheduled": True,
    "live after the next run": True,
    "publications logged": 1,
}


def scenario(side: Side) -> Observed:
    page = side.page("Hotels", live=False)
    side.schedule(page, go_live_at=later(days=1))

    def die_while_saving() -> None:
        def die(instance: Any, **kwargs: Any) -> None:
            if isinstance(instance, Page):
                os.kill(os.getpid(), signal.SIGKILL)

        pre_save.connect(die)
        side.publish_due(later(days=1, seconds=1))

    killed = side.in_processes(1, die_while_saving)[0]
    observed: Observed = {
        "the process": f"ended by signal {-killed.exit}",
        "still scheduled": side.is_scheduled(page),
    }
    side.publish_due(later(days=1, minutes=1))
    observed["live after the next run"] = side.is_live(page)
    observed["publications logged"] = side.times_logged(page)
    return observed


def test_s6_a_kill_loses_nothing(observed: Observed) -> None:
    assert observed == PROMISE
