"""Messages about a release are effects: sent after the commit, and not lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path

from campaign.releases import approval, release_notices, releasing
from campaign.releases.effects import run_effects
from campaign.releases.enums import CheckTrigger
from campaign.releases.models import DueWork, Effect, Release
from campaign.releases.notices import tell_owner
from campaign.releases.preflight import check_release
from campaign.releases.release_handlers import note_saved_version
from tests.factories.releases import DueWorkFactory, ReleaseStory, UserFactory

pytestmark = pytest.mark.django_db
story = ReleaseStory
DAY = timedelta(days=1)


def test_owner_and_approver_are_told_why_an_approval_does_not_stand(
    at: datetime, settings: Any
) -> None:
    settings.WAGTAILADMIN_BASE_URL = "https://campaign.example.org/"
    page = story.page("Taxis & buses")
    approver = UserFactory(editor_in_chief=True)
    release = story.approved(page, at=at, approver=approver)

    story.edit(page, user=UserFactory(username="ada"), title="Taxis & trains")
    assert mail.outbox == []
    run_effects(at + DAY)

    assert sorted(message.to[0] for message in mail.outbox) == sorted(
        [release.owner.email, approver.email]
    )
    message = mail.outbox[0]
    assert message.subject == "Action needed: the release “March” must be approved again"
    assert "ada edited “Taxis & trains” on" in message.body
    assert f"https://campaign.example.org/admin/releases/{release.pk}/" in message.body


def test_one_person_is_told_once_and_nobody_is_not(at: datetime) -> None:
    release = story.draft(at=at)

    release_notices.tell(release, "voided", people=[release.owner, None, release.owner], reason="x")

    assert Effect.objects.filter(kind="release_mail").count() == 1


def test_what_is_gone_meanwhile_is_not_written_about(at: datetime) -> None:
    first, second = story.draft(at=at), story.draft(at=at)
    for release in (first, second):
        check = check_release(release, trigger=CheckTrigger.DAY_BEFORE, at=at)
        assert not check.ok
    second.checks.all().delete()
    first.delete()

    run_effects(at + DAY)

    assert mail.outbox == []
    assert not Effect.objects.filter(kind="release_mail", state="failed").exists()


urlpatterns = [path("admin/", HttpResponse, name="wagtailadmin_home")]


@override_settings(ROOT_URLCONF=__name__)
def test_a_site_without_the_screens_points_to_the_admin(at: datetime) -> None:
    assert release_notices.release_url(story.draft(at=at)).endswith("/admin/")


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("release_start", "Action needed: “March” did not go live"),
        ("release_end", "Action needed: “March” did not come down"),
        ("release_check", "Action needed: “March” could not be checked"),
    ],
)
def test_due_work_of_a_release_that_failed_is_named(kind: str, subject: str) -> None:
    work: DueWork = DueWorkFactory(failed=True, kind=kind, title="March", owner=UserFactory())

    tell_owner(work)

    (message,) = mail.outbox
    assert message.subject == subject


def test_only_a_start_that_failed_fails_the_release(at: datetime) -> None:
    release = story.scheduled(story.page(), at=at, goes_live_at=at + DAY)

    releasing.note_failure(DueWorkFactory(kind="release_check", object_id=str(release.pk)))
    releasing.note_failure(DueWorkFactory(kind="release_start", object_id="999999"))

    release.refresh_from_db()
    assert release.state == "scheduled"


def test_a_fixture_that_is_loaded_is_no_edit(at: datetime) -> None:
    page = story.page("Taxis")
    release = story.approved(page, at=at)
    revision = page.latest_revision
    revision.content["title"] = "Restored"

    note_saved_version(instance=revision, created=True, raw=True)

    release.refresh_from_db()
    assert release.is_approved
    approval.note_edit(revision, created=False, at=at)
    assert not Release.objects.get(pk=release.pk).is_approved
