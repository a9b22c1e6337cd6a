from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core import mail

from campaign.releases.enums import WorkKind, WorkState
from campaign.releases.models import DueWork
from campaign.releases.notices import tell_owner
from campaign.releases.signals import due_work_cancelled, due_work_done, due_work_failed
from tests.factories.releases import DueWorkFactory, UserFactory

pytestmark = pytest.mark.django_db

SIX_IN_JULY = datetime(2026, 7, 1, 5, 0, tzinfo=UTC)


def test_the_owner_is_told_what_failed_when_why_and_what_to_do(settings: Any) -> None:
    settings.WAGTAILADMIN_BASE_URL = "https://campaign.example.org/"
    owner = UserFactory(email="ada@example.org")
    work = DueWorkFactory(
        failed=True, title="Hotels & B&Bs", owner=owner, due_at=SIX_IN_JULY, last_error="Disk full"
    )

    due_work_failed.send(sender=DueWork, work=work)

    (message,) = mail.outbox
    assert message.to == ["ada@example.org"]
    assert message.subject == "Action needed: “Hotels & B&Bs” did not come down"
    assert "was to come down on 1 July 2026, 06:00 BST. It is still public." in message.body
    assert "It was tried 6 times; the last error was:" in message.body
    assert "Disk full" in message.body
    assert "https://campaign.example.org/admin/reports/due-work/" in message.body


def test_the_text_says_what_did_not_go_live() -> None:
    work = DueWorkFactory(failed=True, kind=WorkKind.GO_LIVE, title="Taxis", owner=UserFactory())

    tell_owner(work)

    assert mail.outbox[0].subject == "Action needed: “Taxis” did not go live"
    assert "It is not live." in mail.outbox[0].body


def test_the_owner_is_told_of_a_missed_window() -> None:
    work = DueWorkFactory(
        kind=WorkKind.GO_LIVE,
        state=WorkState.CANCELLED,
        finished_at=SIX_IN_JULY,
        title="Taxis",
        reason="Not shown: its time had passed.",
        owner=UserFactory(),
    )

    due_work_cancelled.send(sender=DueWork, work=work)

    assert mail.outbox[0].subject == "Not published: “Taxis”, because its time had passed"
    assert "Not shown: its time had passed." in mail.outbox[0].body


def test_the_time_is_in_the_owner_s_own_zone() -> None:
    from wagtail.users.models import UserProfile  # noqa: PLC0415

    owner = UserFactory()
    profile = UserProfile.get_for_user(owner)
    profile.current_time_zone = "Asia/Karachi"
    profile.save()

    tell_owner(DueWorkFactory(failed=True, due_at=SIX_IN_JULY, owner=owner))

    assert "1 July 2026, 10:00 PKT" in mail.outbox[0].body


@pytest.mark.parametrize("owner", [None, {"email": ""}, {"is_active": False}])
def test_nobody_is_told_when_there_is_nobody(owner: dict[str, object] | None) -> None:
    user = None if owner is None else UserFactory(**owner)

    assert tell_owner(DueWorkFactory(failed=True, owner=user)) is False
    assert mail.outbox == []


def test_nobody_is_told_when_all_is_well() -> None:
    due_work_done.send(sender=DueWork, work=DueWorkFactory(done=True, owner=UserFactory()))

    assert mail.outbox == []
