from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.utils import timezone
from wagtail.models import Page

from campaign.releases import tasks
from campaign.releases.conf import get_settings
from campaign.releases.due_work import record_schedules
from campaign.releases.models import DueAttempt, DueWork, Effect, Heartbeat
from tests.factories.releases import DueWorkFactory, ScheduledPage

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What would have gone to the broker, after a trip through JSON."""
    messages: list[dict[str, Any]] = []

    def apply_async(**options: Any) -> None:
        messages.append(options | {"args": json.loads(json.dumps(options["args"]))})

    monkeypatch.setattr(tasks.attempt_due_work_task, "apply_async", apply_async)
    return messages


def test_the_names_of_the_tasks_never_change() -> None:
    """A queued message finds its task by name, also after an upgrade."""
    ours = {name for name in current_app.tasks if name.startswith("campaign_releases.")}
    assert ours == {
        "campaign_releases.hand_out_due_work",
        "campaign_releases.attempt_due_work",
        "campaign_releases.measure_takedowns",
        "campaign_releases.run_effects",
        "campaign_releases.prune",
    }


def test_beat_sends_the_tick_often_enough_for_a_sign_of_life() -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["hand-out-due-work"]

    assert entry["task"] == tasks.hand_out_due_work.name
    assert entry["schedule"] <= get_settings().heartbeat_every / 2


def test_the_tick_does_what_is_due_and_hands_out_what_is_soon(
    at: datetime, sent: list[dict[str, Any]]
) -> None:
    overdue = ScheduledPage.make(go_live_at=at - timedelta(seconds=5))
    soon_at = timezone.now() + timedelta(seconds=2.5)
    soon = ScheduledPage.make(go_live_at=soon_at)
    ScheduledPage.make(go_live_at=at + timedelta(hours=1))

    tasks.hand_out_due_work()
    tasks.hand_out_due_work()

    assert Page.objects.get(pk=overdue.pk).live
    work = DueWork.objects.get(object_id=str(soon.pk))
    assert sent == [
        {
            "args": [[work.pk], soon_at.isoformat()],
            "eta": soon_at - timedelta(seconds=0.15 + 0.06),
            "expires": soon_at + timedelta(seconds=30),
        }
    ]


def test_the_tick_takes_note_of_everything_when_it_gives_a_sign_of_life(at: datetime) -> None:
    ScheduledPage.make(go_live_at=at + timedelta(days=30))

    tasks.hand_out_due_work()

    assert Heartbeat.objects.get().name == "worker"
    assert DueWork.objects.get().due_at == at + timedelta(days=30)


def test_a_handed_out_item_is_attempted_at_its_moment() -> None:
    due_at = timezone.now() + timedelta(seconds=0.4)
    page = ScheduledPage.make(go_live_at=due_at)
    record_schedules(at=timezone.now())

    tasks.attempt_due_work_task([DueWork.objects.get().pk], due_at.isoformat())

    page.refresh_from_db()
    assert page.live
    assert page.last_published_at >= due_at


def test_what_falls_due_together_is_one_message_and_the_rest_is_left_to_the_tick(
    sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "most_together", lambda: 2)
    due_at = timezone.now() + timedelta(seconds=4)
    for _number in range(3):
        ScheduledPage.make(go_live_at=due_at)
    ScheduledPage.make(go_live_at=due_at + timedelta(seconds=1))

    tasks.hand_out_due_work()

    assert [len(message["args"][0]) for message in sent] == [2, 1]
    assert [message["eta"] for message in sent] == [
        due_at - timedelta(seconds=0.15 + 2 * 0.06),
        due_at + timedelta(seconds=1) - timedelta(seconds=0.15 + 0.06),
    ]


def test_a_message_that_comes_far_too_early_is_left_to_the_tick(at: datetime) -> None:
    page = ScheduledPage.make(go_live_at=at + timedelta(hours=1))
    record_schedules(at=at)

    tasks.attempt_due_work_task([DueWork.objects.get().pk], (at + timedelta(hours=1)).isoformat())

    assert not Page.objects.get(pk=page.pk).live
    assert DueWork.objects.get().attempts == 0


def test_a_late_message_about_something_done_or_gone_does_nothing(at: datetime) -> None:
    tasks.attempt_due_work_task([404], at.isoformat())


def test_beat_sends_pruning_now_and_then() -> None:
    entries = settings.CELERY_BEAT_SCHEDULE

    assert entries["prune-releases"]["task"] == tasks.prune.name
    for entry in entries.values():
        assert entry["options"]["expires"] <= max(10, entry["schedule"])


def test_effects_are_carried_out_by_their_own_task() -> None:
    page = ScheduledPage.make(live=True)
    assert Effect.objects.filter(payload__pk=str(page.pk), state="waiting").exists()

    tasks.run_effects()

    assert not Effect.objects.open().exists()


def test_what_is_over_and_old_is_pruned(at: datetime) -> None:
    old = at - timedelta(days=get_settings().due_work_kept + 1)
    gone = DueWorkFactory(done=True, due_at=old)
    DueAttempt.objects.create(work=gone, number=1, started_at=old)
    kept = [
        DueWorkFactory(done=True, due_at=old + timedelta(days=2)),
        DueWorkFactory(failed=True, due_at=old),
    ]
    ScheduledPage.make(live=True)
    tasks.run_effects()
    Effect.objects.update(finished_at=at - timedelta(days=get_settings().effects_kept + 1))

    tasks.prune()

    assert set(DueWork.objects.all()) == set(kept)
    assert not DueAttempt.objects.exists()
    assert not Effect.objects.exists()
