"""Signs of life of whatever publishes: written by that thing itself, read by whoever worries."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from campaign.releases.conf import get_settings
from campaign.releases.models import Heartbeat


class Beating(StrEnum):
    """Who gives signs of life."""

    WORKER = "worker"
    COMMAND = "command"


def beat(name: Beating, *, at: datetime) -> bool:
    """Write a sign of life, unless there is one younger than `heartbeat_every`.

    The worker calls this from the tick's task, so that one row proves the whole chain: beat sends,
    the broker carries, a worker runs, the database takes writes. Returns whether it wrote.
    """
    oldest_fresh = at - timedelta(seconds=get_settings().heartbeat_every)
    if Heartbeat.objects.filter(pk=name, beaten_at__gt=oldest_fresh).exists():
        return False
    Heartbeat.objects.update_or_create(pk=name, defaults={"beaten_at": at})
    return True


def silence(*, at: datetime) -> timedelta | None:
    """How long nothing has given a sign of life; None when nothing ever has."""
    newest = Heartbeat.objects.newest()
    return None if newest is None else max(timedelta(0), at - newest)


def is_silent(*, at: datetime) -> bool:
    """Whether the silence is longer than `heartbeat_limit`: scheduled work does not happen."""
    silent_for = silence(at=at)
    return silent_for is None or silent_for > timedelta(seconds=get_settings().heartbeat_limit)
