from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from campaign.releases.health import due_work_health
from campaign.releases.heartbeats import Beating, beat, is_silent, silence
from campaign.releases.models import Heartbeat
from tests.factories.releases import DueWorkFactory, ScheduledPage

pytestmark = pytest.mark.django_db


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def test_beat_writes_at_most_every_ten_seconds(at: datetime) -> None:
    wrote = [beat(Beating.WORKER, at=at + seconds(second)) for second in range(25)]

    assert [second for second, written in enumerate(wrote) if written] == [0, 10, 20]
    assert Heartbeat.objects.get().beaten_at == at + seconds(20)


def test_silence_is_counted_from_the_newest_beat_of_any_kind(at: datetime) -> None:
    beat(Beating.WORKER, at=at - seconds(500))
    beat(Beating.COMMAND, at=at - seconds(40))

    assert silence(at=at) == seconds(40)
    assert not is_silent(at=at)


def test_two_minutes_are_too_long(at: datetime) -> None:
    beat(Beating.WORKER, at=at)

    assert not is_silent(at=at + seconds(120))
    assert is_silent(at=at + seconds(121))


def test_nothing_ever_ran(at: datetime) -> None:
    assert silence(at=at) is None
    assert is_silent(at=at)
    assert due_work_health(at=at).as_dict() == {
        "oldest_overdue_seconds": 0.0,
        "overdue": 0,
        "failed": 0,
        "heartbeat_age_seconds": None,
    }


def test_health_sees_what_no_tick_has_seen(at: datetime) -> None:
    beat(Beating.WORKER, at=at - seconds(300))
    ScheduledPage.make(go_live_at=at - seconds(90))
    ScheduledPage.make(go_live_at=at + seconds(90))
    failed = ScheduledPage.make(live=True, expire_at=at - seconds(30))
    DueWorkFactory(failed=True, object_id=str(failed.pk), due_at=at - seconds(30))
    DueWorkFactory(done=True, due_at=at - seconds(1000))

    assert due_work_health(at=at).as_dict() == {
        "oldest_overdue_seconds": 90.0,
        "overdue": 2,
        "failed": 1,
        "heartbeat_age_seconds": 300.0,
    }
