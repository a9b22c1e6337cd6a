from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from wagtail.models import Page

from campaign.releases.heartbeats import Beating
from campaign.releases.models import DueWork, Heartbeat
from tests.factories.releases import ScheduledPage

pytestmark = pytest.mark.django_db


def output_of(command: str, *arguments: str) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("command", ["publish_due", "publish_scheduled"])
def test_the_command_publishes_what_is_due_and_prints_it(command: str, at: datetime) -> None:
    due = at - timedelta(seconds=5)
    page = ScheduledPage.make("Hotels", go_live_at=due)

    printed = output_of(command)

    assert Page.objects.get(pk=page.pk).live
    assert printed == f"{due:%Y-%m-%d %H:%M:%SZ} go_live Hotels (id {page.pk}): done\n"
    assert Heartbeat.objects.get().name == Beating.COMMAND


def test_the_command_fails_when_an_item_fails_but_does_the_others(
    at: datetime, saves_fail: Callable[..., Any]
) -> None:
    poison = ScheduledPage.make(go_live_at=at - timedelta(seconds=5))
    other = ScheduledPage.make(go_live_at=at - timedelta(seconds=4))

    with saves_fail(poison), pytest.raises(CommandError) as failed:
        call_command("publish_due", stdout=StringIO())

    assert failed.value.returncode == 1
    assert str(failed.value).startswith("1 of 2 items failed; their schedules stand.")
    assert Page.objects.get(pk=other.pk).live


@pytest.mark.parametrize("option", ["--dryrun", "--dry-run"])
def test_a_dry_run_changes_nothing(option: str, at: datetime) -> None:
    due = at - timedelta(seconds=5)
    page = ScheduledPage.make("Hotels", go_live_at=due)

    printed = output_of("publish_due", option)

    assert printed == f"{due:%Y-%m-%d %H:%M:%SZ} go_live Hotels\n"
    assert not Page.objects.get(pk=page.pk).live
    assert DueWork.objects.count() == Heartbeat.objects.count() == 0


@pytest.mark.parametrize(("verbosity", "expected"), [("1", ""), ("2", "Nothing was due.\n")])
def test_the_command_is_silent_for_cron_when_nothing_is_due(verbosity: str, expected: str) -> None:
    assert output_of("publish_due", "--verbosity", verbosity) == expected
