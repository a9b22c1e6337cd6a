from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from wagtail.models import Page

from campaign.releases.due_work import record_schedules
from campaign.releases.enums import WorkKind, WorkState
from campaign.releases.heartbeats import Beating, beat
from campaign.releases.models import DueWork, Heartbeat
from campaign.releases.views.due_work import lateness_text
from tests.factories.releases import DueWorkFactory, ScheduledPage, UserFactory

pytestmark = pytest.mark.django_db

REPORT = "/admin/reports/due-work/"
BANNER = "Scheduled pages are not going live or coming down."


@pytest.fixture
def editor(client: Client) -> Client:
    beat(Beating.WORKER, at=timezone.now())
    client.force_login(UserFactory(editor_in_chief=True))
    return client


def signed_in(client: Client, *permissions: str) -> Client:
    user = UserFactory()
    group = Group.objects.create(name="Watchers")
    group.permissions.add(
        Permission.objects.get(codename="access_admin"),
        *Permission.objects.filter(codename__in=permissions),
    )
    user.groups.add(group)
    client.force_login(user)
    return client


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return unescape(response.content.decode())


# --- The report -----------------------------------------------------------------------------------


def test_the_report_says_when_nothing_is_scheduled_and_how_to_do_it(editor: Client) -> None:
    assert "Nothing is scheduled. To schedule a page, open it" in text_of(editor, REPORT)


def test_the_report_shows_what_is_scheduled_without_waiting_for_a_tick(
    editor: Client, at: datetime
) -> None:
    page = ScheduledPage.make("Hotels in spring", go_live_at=at + timedelta(days=3))

    shown = text_of(editor, REPORT)

    assert "Hotels in spring" in shown
    assert reverse("wagtailadmin_pages:edit", args=[page.pk]) in shown
    assert "Overdue" not in shown.partition("<tbody")[2].partition("</tbody")[0]
    assert "Try again now" not in shown


def test_the_report_shows_lateness_error_and_button(editor: Client, at: datetime) -> None:
    DueWorkFactory(
        failed=True,
        kind=WorkKind.EXPIRY,
        title="Old offer",
        due_at=at - timedelta(minutes=10),
        object_id=str(ScheduledPage.make(live=True, expire_at=at - timedelta(minutes=10)).pk),
    )

    shown = text_of(editor, REPORT)

    assert "1 item is overdue." in shown
    assert "Overdue by 10" in shown
    assert "w-text-critical" in shown
    assert "DatabaseError: disk full" in shown
    assert "Try again now" in shown


@pytest.mark.parametrize(
    ("late", "is_done", "expected"),
    [
        (4, False, ""),
        (30, False, "Overdue by 30 seconds"),
        (120, False, "Overdue by 2\xa0minutes"),
        (30, True, "30 seconds late"),
        (1, True, ""),
    ],
)
def test_lateness_is_said_in_words(at: datetime, late: int, is_done: bool, expected: str) -> None:
    work = DueWorkFactory.build(
        content_type=None,
        due_at=at - timedelta(seconds=late),
        state=WorkState.DONE if is_done else WorkState.DUE,
        finished_at=at if is_done else None,
    )

    with time_machine.travel(at, tick=False):
        assert lateness_text(work) == expected


def test_a_type_that_is_no_more_is_shown_without_a_link(editor: Client) -> None:
    gone = ContentType.objects.create(app_label="campaign_releases", model="former")
    DueWorkFactory(done=True, title="Relic", content_type=gone)

    assert "Relic" in text_of(editor, REPORT + "?state=done")


def test_the_report_names_the_zone_of_its_times(editor: Client, at: datetime) -> None:
    ScheduledPage.make(go_live_at=at + timedelta(days=3))

    shown = text_of(editor, REPORT)

    assert "GMT" in shown or "BST" in shown


def test_the_report_tells_the_two_half_past_ones_in_october_apart(
    editor: Client, at: datetime
) -> None:
    for hour in (0, 1):
        ScheduledPage.make(go_live_at=datetime(2027, 10, 31, hour, 30, tzinfo=UTC))
    record_schedules(at=at)
    DueWork.objects.update(next_attempt_at=F("due_at"))

    shown = text_of(editor, REPORT)

    for zone in ("BST", "GMT"):
        assert shown.count(f">Sun 31 October 2027, 01:30:00 {zone}<") == 1
        assert shown.count(f"Next attempt at Sun 31 October 2027, 01:30:00 {zone}") == 1


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"Late", "Planned", "Broken"}),
        ("?state=done", {"Over"}),
        ("?state=done&state=failed", {"Over", "Broken"}),
        ("?overdue=yes", {"Late", "Broken"}),
        ("?kind=go_live", {"Planned"}),
        ("?state=cancelled", set()),
    ],
)
def test_the_report_filters(editor: Client, at: datetime, query: str, expected: set[str]) -> None:
    ScheduledPage.make("Late", live=True, expire_at=at - timedelta(minutes=2))
    ScheduledPage.make("Planned", go_live_at=at + timedelta(days=1))
    DueWorkFactory(done=True, title="Over", due_at=at - timedelta(minutes=2))
    broken = ScheduledPage.make("Broken", live=True, expire_at=at - timedelta(minutes=3))
    DueWorkFactory(
        failed=True, title="Broken", object_id=str(broken.pk), due_at=at - timedelta(minutes=3)
    )

    response = editor.get(REPORT + query)

    assert {work.title for work in response.context["object_list"]} == expected


def test_the_report_says_when_filters_match_nothing(editor: Client) -> None:
    assert "Nothing matches these filters." in text_of(editor, REPORT + "?state=cancelled")


def test_the_report_can_be_exported(editor: Client, at: datetime) -> None:
    ScheduledPage.make("Hotels", go_live_at=at + timedelta(days=1))

    response = editor.get(REPORT + "?export=csv")

    lines = b"".join(response.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("Hotels,go_live")


def test_the_results_alone_can_be_fetched(editor: Client) -> None:
    assert "<html" not in text_of(editor, REPORT + "results/")


@pytest.mark.parametrize("count", [1, 3])
def test_the_report_needs_the_same_queries_for_one_row_and_for_three(
    editor: Client, at: datetime, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        ScheduledPage.make(go_live_at=at + timedelta(days=number + 1))
    editor.get(REPORT)

    with django_assert_num_queries(REPORT_QUERIES):
        editor.get(REPORT)


REPORT_QUERIES = 22


def test_a_thing_that_was_deleted_is_shown_without_a_link(editor: Client, at: datetime) -> None:
    DueWorkFactory(done=True, title="Gone for good")
    shown = text_of(editor, REPORT + "?state=done")

    assert "Gone for good" in shown


def test_the_report_is_for_those_with_the_permission(client: Client) -> None:
    with_nothing = signed_in(client)
    assert with_nothing.get(REPORT).status_code == 302
    assert REPORT not in text_of(with_nothing, "/admin/")


@pytest.mark.parametrize("permission", ["view_duework", "retry_duework"])
def test_either_permission_opens_the_report_and_its_menu_item(
    client: Client, permission: str
) -> None:
    watcher = signed_in(client, permission)

    assert watcher.get(REPORT).status_code == 200
    assert REPORT in text_of(watcher, "/admin/")


def test_the_permissions_can_be_granted_to_groups(editor: Client) -> None:
    shown = text_of(editor, reverse("wagtailusers_groups:add"))

    assert "Can try due work again" in shown


# --- Try again ------------------------------------------------------------------------------------


@pytest.fixture
def stuck(at: datetime) -> DueWork:
    page = ScheduledPage.make("Hotels", go_live_at=at - timedelta(minutes=10))
    record_schedules(at=at)
    DueWork.objects.update(state=WorkState.FAILED, attempts=6, tries=6, last_error="x")
    assert not Page.objects.get(pk=page.pk).live
    return DueWork.objects.get()


def retry_address(work: DueWork) -> str:
    return f"{REPORT}{work.pk}/try-again/"


def test_try_again_publishes_at_once_and_says_so(editor: Client, stuck: DueWork) -> None:
    response = editor.post(retry_address(stuck), follow=True)

    assert "“Hotels” is live." in unescape(response.content.decode())
    assert Page.objects.get(pk=stuck.object_id).live


def test_try_again_says_why_it_failed_again(
    editor: Client, stuck: DueWork, saves_fail: Callable[..., Any]
) -> None:
    with saves_fail(Page.objects.get(pk=stuck.object_id)):
        response = editor.post(retry_address(stuck), follow=True)

    shown = unescape(response.content.decode())
    assert "“Hotels” failed again: OSError: No space left on device." in shown


def test_try_again_says_when_something_was_taken_down(editor: Client, at: datetime) -> None:
    page = ScheduledPage.make("Offer", live=True, expire_at=at - timedelta(minutes=1))
    editor.get(REPORT)

    response = editor.post(retry_address(DueWork.objects.get()), follow=True)

    assert "“Offer” has been taken down." in unescape(response.content.decode())
    assert not Page.objects.get(pk=page.pk).live


def test_try_again_says_when_the_time_has_passed(editor: Client, at: datetime) -> None:
    ScheduledPage.make(
        "Offer", go_live_at=at - timedelta(hours=2), expire_at=at - timedelta(hours=1)
    )
    editor.get(REPORT)

    response = editor.post(retry_address(DueWork.objects.get()), follow=True)

    assert "“Offer”: Not shown: the time from its start" in unescape(response.content.decode())


def test_try_again_says_when_nothing_was_left_to_do(editor: Client, stuck: DueWork) -> None:
    Page.objects.get(pk=stuck.object_id).delete()

    response = editor.post(retry_address(stuck), follow=True)

    assert "Nothing was left to do for “Hotels”." in unescape(response.content.decode())


def test_try_again_refuses_what_is_done(editor: Client) -> None:
    work = DueWorkFactory(done=True, title="Hotels")

    response = editor.post(retry_address(work), follow=True)

    shown = unescape(response.content.decode())
    assert "“Hotels” cannot be tried again: its state is “Done”." in shown


def test_try_again_returns_to_where_the_editor_was(editor: Client, stuck: DueWork) -> None:
    response = editor.post(retry_address(stuck) + "?next=/admin/pages/")
    assert response["Location"] == "/admin/pages/"

    response = editor.post(retry_address(stuck) + "?next=https://evil.example/")
    assert response["Location"] == REPORT


def test_try_again_is_a_post_only(editor: Client, stuck: DueWork) -> None:
    assert editor.get(retry_address(stuck)).status_code == 405
    assert not Page.objects.get(pk=stuck.object_id).live


def test_try_again_needs_its_own_permission(client: Client, stuck: DueWork) -> None:
    watcher = signed_in(client, "view_duework")

    assert "Try again now" not in text_of(watcher, REPORT)
    assert watcher.post(retry_address(stuck)).status_code == 302
    assert not Page.objects.get(pk=stuck.object_id).live


def test_try_again_of_what_does_not_exist(editor: Client) -> None:
    assert editor.post(f"{REPORT}404/try-again/", follow=True).status_code == 404


# --- The banner -----------------------------------------------------------------------------------


def test_the_banner_says_what_to_do_when_nothing_has_ever_run(client: Client) -> None:
    client.force_login(UserFactory(editor_in_chief=True))

    shown = text_of(client, "/admin/")

    assert BANNER in shown
    assert "The program that publishes them has not run yet." in shown
    assert "manage.py publish_due" in shown


@pytest.mark.parametrize("address", ["/admin/", "/admin/pages/", "/admin/account/", REPORT])
def test_the_banner_is_on_every_page_when_the_heartbeat_is_old(
    editor: Client, address: str
) -> None:
    Heartbeat.objects.update(beaten_at=timezone.now() - timedelta(minutes=5))

    shown = text_of(editor, address)

    assert BANNER in shown
    assert "last worked 5" in shown.replace("\xa0", " ")


def test_there_is_no_banner_while_something_publishes(editor: Client) -> None:
    assert BANNER not in text_of(editor, "/admin/")
