"""What the gate knows: who is asked, who acts, and what a refusal says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, Revision

from campaign.assurance.enums import Severity
from campaign.assurance.findings import Finding
from campaign.assurance.rules import register_rule, unregister_rule
from campaign.releases import gate
from campaign.releases.enums import Cause, TransitionKind
from campaign.releases.exceptions import GateRefusedError, UngatedWriteError
from campaign.releases.gateposts import maintenance
from campaign.releases.signals import public_state_changed, transition_made
from tests.factories.releases import ScheduledPage, UserFactory

pytestmark = pytest.mark.django_db


def finding(severity: Severity = Severity.CRITICAL) -> Finding:
    return Finding(rule="test.no", severity=severity, why="It is wrong.", what_to_do="Mend it.")


@pytest.fixture
def asked() -> Iterator[list[gate.Transition]]:
    """Every transition that the gate was asked about."""
    seen: list[gate.Transition] = []

    def note(transition: gate.Transition) -> Iterable[Finding]:
        seen.append(transition)
        return ()

    gate.register_gatekeeper("test.note", note)
    yield seen
    gate.unregister_gatekeeper("test.note")


@pytest.fixture
def changes() -> Iterator[list[tuple[str, bool, bool]]]:
    """Every public change: slug, was public, is public."""
    seen: list[tuple[str, bool, bool]] = []

    def note(change: gate.PublicChange, **_kwargs: Any) -> None:
        seen.append((change.instance.slug, change.was_public, change.is_public))

    public_state_changed.connect(note)
    yield seen
    public_state_changed.disconnect(note)


@pytest.fixture
def refuse() -> Iterator[None]:
    gate.register_gatekeeper("test.refuse", lambda _transition: [finding()])
    yield
    gate.unregister_gatekeeper("test.refuse")


def test_who_acts_is_known_inside_and_forgotten_outside() -> None:
    moment = timezone.now() + timedelta(days=1)
    with gate.acting(cause=Cause.RELEASE, reason="Spring", at=moment):
        with gate.acting(release_id=7):
            inner = gate.acting_now()
        assert gate.moment() == moment
    assert (inner.cause, inner.reason, inner.release_id) == (Cause.RELEASE, "Spring", 7)
    assert gate.acting_now() == gate.Acting()
    assert gate.moment() < moment


def test_publishing_asks_once_and_says_who_and_what(asked: list[gate.Transition]) -> None:
    page = ScheduledPage.make()
    user = UserFactory()
    revision = page.save_revision()
    asked.clear()

    revision.publish(user=user, skip_permission_checks=True)

    (transition,) = asked
    assert transition.kind is TransitionKind.PUBLISH
    assert (transition.revision, transition.acting.user) == (revision, user)


def test_a_critical_rule_stops_publication_and_a_lesser_one_does_not() -> None:
    page = ScheduledPage.make()
    register_rule("test.major", lambda _thing, _situation: [finding(Severity.MAJOR)])
    try:
        page.save_revision().publish()
        register_rule("test.critical", lambda _thing, _situation: [finding()])
        with pytest.raises(GateRefusedError):
            page.save_revision().publish()
    finally:
        unregister_rule("test.major")
        unregister_rule("test.critical")
    assert Page.objects.get(pk=page.pk).live


def test_each_row_that_changes_is_reported_once(changes: list[tuple[str, bool, bool]]) -> None:
    page = ScheduledPage.make(live=True)
    alias = page.create_alias(update_slug="alias")
    changes.clear()

    page.save_revision().publish()
    page = Page.objects.get(pk=page.pk)
    page.unpublish()

    assert changes == [
        (page.slug, True, True),
        (alias.slug, True, True),
        (page.slug, True, False),
        (alias.slug, True, False),
    ]


def test_a_moved_page_reports_everything_below_it(changes: list[tuple[str, bool, bool]]) -> None:
    parent, other = ScheduledPage.make(live=True), ScheduledPage.make(live=True)
    child = ScheduledPage.make(live=True, parent=parent)
    ScheduledPage.make(parent=parent)
    changes.clear()

    Page.objects.get(pk=parent.pk).move(Page.objects.get(pk=other.pk), pos="last-child")

    assert changes == [(parent.slug, True, True), (child.slug, True, True)]


def test_an_address_that_changes_reports_old_and_new(asked: list[gate.Transition]) -> None:
    parent = ScheduledPage.make(live=True)
    child = ScheduledPage.make(live=True, parent=parent)
    seen: list[tuple[str, str]] = []

    def note(change: gate.PublicChange, **_kwargs: Any) -> None:
        seen.append((change.old_path, change.instance.url_path))

    parent = Page.objects.get(pk=parent.pk)
    old_parent, old_child = parent.url_path, child.url_path
    parent.slug = "another"
    public_state_changed.connect(note)
    try:
        parent.save_revision().publish()
    finally:
        public_state_changed.disconnect(note)

    assert seen == [
        (old_parent, "/another/"),
        (old_child, f"/another/{child.slug}/"),
    ]
    assert Page.objects.get(pk=child.pk).url_path == f"/another/{child.slug}/"


def test_a_deleted_page_is_reported_as_gone(changes: list[tuple[str, bool, bool]]) -> None:
    page = ScheduledPage.make(live=True)
    changes.clear()

    Page.objects.get(pk=page.pk).delete()

    assert changes == [(page.slug, True, False)]


def test_cancelling_a_schedule_is_a_transition_of_its_own() -> None:
    page = ScheduledPage.make(go_live_at=timezone.now() + timedelta(days=2))
    revision = Revision.objects.get(approved_go_live_at__isnull=False)
    seen: list[TransitionKind] = []

    def note(transition: gate.Transition, **_kwargs: Any) -> None:
        seen.append(transition.kind)

    transition_made.connect(note)
    try:
        revision.approved_go_live_at = None
        revision.save(update_fields=["approved_go_live_at"])
    finally:
        transition_made.disconnect(note)

    assert seen == [TransitionKind.UNSCHEDULE]
    assert not Page.objects.get(pk=page.pk).live


def test_what_is_public_without_a_version_stays_so_when_its_next_is_scheduled() -> None:
    page = Page(title="By code", slug="by-code", live=True)
    Page.objects.get(depth=1).add_child(instance=page)
    page.go_live_at = timezone.now() + timedelta(days=2)

    page.save_revision().publish()

    assert Page.objects.get(pk=page.pk).live
    assert Revision.objects.filter(approved_go_live_at__isnull=False).exists()


def test_a_receiver_that_raises_takes_the_publication_back() -> None:
    page = ScheduledPage.make()
    revision = page.save_revision()

    def fail(**_kwargs: Any) -> None:
        raise RuntimeError("the ledger is full")

    public_state_changed.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            revision.publish()
    finally:
        public_state_changed.disconnect(fail)

    assert not Page.objects.get(pk=page.pk).live


@pytest.mark.parametrize(
    "write",
    [
        lambda: Page.objects.update(live=False),
        lambda: Page.objects.update(expire_at=None),
        lambda: Revision.objects.update(approved_go_live_at=None),
        lambda: Page.objects.bulk_update(list(Page.objects.all()), ["live"]),
        lambda: Revision.objects.bulk_create(
            [_unsaved_revision(approved_go_live_at=timezone.now())]
        ),
    ],
)
def test_bulk_writes_are_refused_outside_and_done_inside_maintenance(write: Any) -> None:
    ScheduledPage.make(live=True)

    with pytest.raises(UngatedWriteError), transaction.atomic():
        write()
    with maintenance(reason="test"):
        write()


def test_bulk_writes_that_change_nothing_public_are_free() -> None:
    ScheduledPage.make(live=True)

    Page.objects.update(locked=False)
    Revision.objects.bulk_create([_unsaved_revision(approved_go_live_at=None)])


def _unsaved_revision(**values: Any) -> Revision:
    known = Revision.objects.first()
    assert known is not None
    return Revision(
        content_type=known.content_type,
        base_content_type=known.base_content_type,
        object_id=known.object_id,
        created_at=timezone.now(),
        content={},
        **values,
    )


def test_raw_sql_through_the_connection_is_refused_too() -> None:
    ScheduledPage.make(live=True)

    with pytest.raises(UngatedWriteError), connection.cursor() as cursor:
        cursor.execute('UPDATE "wagtailcore_page" SET "live" = %s', [False])


def test_maintenance_asks_nobody_and_is_recorded(
    refuse: None, changes: list[tuple[str, bool, bool]]
) -> None:
    with maintenance(reason="restore"):
        page = ScheduledPage.make(live=True)

    assert changes[0] == (page.slug, False, True)


def test_a_refusal_in_the_admin_is_words_and_a_way_back(admin_client: Client) -> None:
    page = ScheduledPage.make(live=True)
    gate.register_gatekeeper("test.refuse", lambda _transition: [finding()])
    try:
        answer = admin_client.post(
            reverse("wagtailadmin_pages:unpublish", args=[page.pk]), follow=True
        )
    finally:
        gate.unregister_gatekeeper("test.refuse")

    assert answer.redirect_chain[0] == (reverse("wagtailadmin_pages:edit", args=[page.pk]), 302)
    content = answer.content.decode()
    assert "was not taken down; it is still public." in content
    assert "It is wrong. Mend it." in content
    assert Page.objects.get(pk=page.pk).live


def test_a_refusal_of_an_api_is_data(admin_client: Client) -> None:
    page = ScheduledPage.make(live=True)
    gate.register_gatekeeper("test.refuse", lambda _transition: [finding()])
    try:
        answer = admin_client.post(
            reverse("wagtailadmin_api:pages:action", args=[page.pk, "unpublish"]),
            content_type="application/json",
        )
    finally:
        gate.unregister_gatekeeper("test.refuse")

    assert answer.status_code == 422
    assert answer.json() == {
        "error": "refused",
        "message": f"“{page.title}” was not taken down; it is still public.",
        "findings": [
            {
                "rule": "test.no",
                "severity": "critical",
                "where": "",
                "why": "It is wrong.",
                "what_to_do": "Mend it.",
            }
        ],
    }
