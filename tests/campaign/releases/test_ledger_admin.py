from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from campaign.releases.enums import Cause
from campaign.releases.gate import acting
from campaign.releases.gateposts import maintenance
from campaign.releases.heartbeats import Beating, beat
from campaign.releases.ledger import reconcile
from campaign.releases.models import LedgerEntry, append_only
from tests.factories.content_blocks import HotspotFactory
from tests.factories.pages import (
    GuidancePageFactory,
    HotspotIndexPageFactory,
    HotspotPageFactory,
    campaign_home,
    text_block,
)
from tests.factories.releases import UserFactory

pytestmark = pytest.mark.django_db

REPORT = "/admin/reports/ledger/"
# A summer's morning: London is an hour ahead of UTC.
SHOWN = datetime(2027, 4, 3, 9, 0, tzinfo=UTC)


@pytest.fixture
def boss(client: Client) -> Client:
    beat(Beating.WORKER, at=timezone.now())
    client.force_login(UserFactory(username="boss", editor_in_chief=True))
    return client


@pytest.fixture
def story() -> Any:
    """A page: shown at ten in London, changed at eleven, gone at noon."""
    with time_machine.travel(SHOWN - timedelta(days=1), tick=False):
        home = campaign_home()
        hotspot = HotspotFactory(name="Hotels and B&Bs")
        index = HotspotIndexPageFactory(parent=home, title="Places", slug="places")
    amina = UserFactory(username="amina", first_name="Amina", last_name="Khan")
    with time_machine.travel(SHOWN, tick=False), acting(user=amina):
        page = HotspotPageFactory(
            parent=index,
            title="Hotels",
            slug="hotels",
            hotspot=hotspot,
            body=[text_block('<p>Ring <a href="https://evil.example">now</a></p>')],
        )
    with (
        time_machine.travel(SHOWN + timedelta(hours=1), tick=False),
        acting(cause=Cause.PERSON, user=amina, reason="Wrong number"),
    ):
        page.title = "Hotels and inns"
        page.save_revision().publish()
    with time_machine.travel(SHOWN + timedelta(hours=2), tick=False):
        page.unpublish()
    return page


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return unescape(response.content.decode())


def results(client: Client, query: str) -> list[tuple[str, str]]:
    response = client.get(REPORT + query)
    assert response.status_code == 200
    return [(entry.address, entry.change) for entry in response.context["object_list"]]


# --- The report -----------------------------------------------------------------------------------


def test_the_report_says_what_the_ledger_does_not_know(boss: Client) -> None:
    home = campaign_home()
    reconcile(at=timezone.now())
    GuidancePageFactory(parent=home, draft=True)
    asked = "Ask whoever runs this site to run “manage.py ledger --begin”"
    assert asked not in boss.get(REPORT).content.decode()

    with maintenance(reason="Somebody's SQL"), connection.cursor() as cursor:
        cursor.execute("UPDATE wagtailcore_page SET live = %s", [True])

    shown = boss.get(REPORT).content.decode()
    assert asked in shown
    assert "1 page or record is public and not in the ledger" in shown


def test_an_empty_ledger_says_how_it_fills(boss: Client) -> None:
    assert "Nothing has been public yet. Every publication" in text_of(boss, REPORT)


def test_the_report_tells_the_story(boss: Client, story: Any) -> None:
    shown = text_of(boss, REPORT)

    for told in ("/en/places/hotels/", "Amina Khan", "Wrong number", "Still so", "BST", "Changed"):
        assert told in shown
    assert results(boss, "?address=hotels") == [
        ("/en/places/hotels/", "gone"),
        ("/en/places/hotels/", "changed"),
        ("/en/places/hotels/", "shown"),
    ]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("?language=en&address=places", 4),
        ("?change=gone&address=/en/", 1),
        ("?cause=person&address=hotels", 3),
        ("?cause=release", 0),
        ("?at_from=2027-04-03&at_to=2027-04-03", 3),
        ("?at_to=2027-04-02&address=/en/", 2),
        ("?person=khan", 2),
        ("?person=nobody", 0),
        ("?release=42", 0),
        ("?release=spring", 0),
        ("?records=records&address=content_blocks", 1),
        ("?records=addresses", 5),
    ],
)
def test_the_report_filters(boss: Client, story: Any, query: str, count: int) -> None:
    assert len(results(boss, query)) == count


def test_the_report_says_when_filters_match_nothing(boss: Client, story: Any) -> None:
    assert "Nothing matches these filters." in text_of(boss, REPORT + "?address=nothing")


def test_entries_of_one_moment_come_in_the_order_of_writing(boss: Client, story: Any) -> None:
    story.refresh_from_db()
    with time_machine.travel(SHOWN + timedelta(hours=3), tick=False):
        story.save_revision().publish()
        story.refresh_from_db()
        story.unpublish()
        story.save_revision().publish()

    assert [change for _address, change in results(boss, "?address=hotels")][:3] == [
        "shown",
        "gone",
        "shown",
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_the_report_needs_the_same_queries_for_one_row_and_for_three(
    boss: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    home = campaign_home()
    for number in range(count):
        GuidancePageFactory(parent=home, slug=f"page-{number}")
    boss.get(REPORT)

    with django_assert_num_queries(REPORT_QUERIES):
        boss.get(REPORT)


REPORT_QUERIES = 12


# --- What did it show? ----------------------------------------------------------------------------


def ask(client: Client, address: str, at: str = "") -> str:
    return text_of(client, f"{REPORT}shown/?address={address}&at={at}")


def test_the_question_is_put_before_anything_is_answered(boss: Client) -> None:
    shown = text_of(boss, REPORT + "shown/")

    assert "By the clock in Europe/London" in shown
    assert "ledger-answer" not in shown


def test_the_answer_says_what_was_shown_by_the_readers_own_clock(boss: Client, story: Any) -> None:
    shown = ask(boss, "/en/places/hotels/", "2027-04-03 10:30")

    assert "At Sat 3 April 2027, 10:30:00 BST this address showed “Hotels”." in shown
    assert "Sat 3 April 2027, 11:00:00 BST" in shown
    assert "Ring now" in shown
    assert "evil.example" not in shown
    assert "Records it showed, as they were then" in shown
    assert "Hotels and B&Bs" in shown


@pytest.mark.parametrize(
    ("address", "at", "expected"),
    [
        ("/en/places/hotels/", "2027-04-03 11:30", "this address showed “Hotels and inns”"),
        ("https://x.example/en/places/hotels/", "2027-04-03 12:30", "this address showed nothing"),
        ("/en/places/hotels/", "2027-04-03 09:59", "Nothing is recorded for this address up to"),
        ("/en/places/hotels/", "", "Nothing is recorded"),
        ("", "", "This field is required."),
        ("/en/", "2027-10-31 01:30", "Clocks skip or repeat that time."),
    ],
)
def test_other_answers(boss: Client, story: Any, address: str, at: str, expected: str) -> None:
    assert expected in ask(boss, address, at)


def test_an_ambiguous_time_can_be_asked_with_its_distance_from_utc(
    boss: Client, story: Any
) -> None:
    assert "Sun 31 October 2027, 01:30:00 BST" in ask(boss, "/en/", "2027-10-31T01:30%2B01:00")


# --- Exports --------------------------------------------------------------------------------------


def exported(client: Client, query: str) -> str:
    response = client.get(f"{REPORT}export/?{query}")
    assert response.streaming
    return b"".join(response.streaming_content).decode()


def test_what_is_filtered_can_be_downloaded(boss: Client, story: Any) -> None:
    rows = list(csv.DictReader(io.StringIO(exported(boss, "format=csv&address=hotels"))))
    assert [(row["change"], row["by"]) for row in rows] == [
        ("shown", "Amina Khan"),
        ("changed", "Amina Khan"),
        ("gone", ""),
    ]

    found = json.loads(exported(boss, "format=json&change=gone&address=hotels"))
    assert [row["address"] for row in found["entries"]] == ["/en/places/hotels/"]
    assert (found["entries"][0]["from"], found["contents"]) == ("2027-04-03T11:00:00Z", [])


def test_the_buttons_keep_the_filters(boss: Client, story: Any) -> None:
    assert "/export/?address=hotels&format=csv" in text_of(boss, REPORT + "?address=hotels")


def test_an_export_in_another_format_is_refused(boss: Client) -> None:
    assert boss.get(f"{REPORT}export/?format=exe").status_code == 400


def test_all_of_it_needs_the_permission(client: Client) -> None:
    user = UserFactory()
    client.force_login(user)

    for address in ("", "results/", "shown/", "export/?format=csv"):
        assert client.get(REPORT + address).status_code == 302


# --- On the command line --------------------------------------------------------------------------


def run(*arguments: str, **options: Any) -> str:
    out = io.StringIO()
    call_command("ledger", *arguments, stdout=out, stderr=out, **options)
    return out.getvalue()


def test_the_command_answers_in_words(story: Any) -> None:
    said = run("--address", "/en/places/hotels/", "--at", "2027-04-03T10:30")

    assert said.startswith("/en/places/hotels/ on Sat 3 April")
    assert "10:30 London time" in said
    assert "(2027-04-03 09:30:00 UTC):" in said
    assert "Shown: Hotels\n" in said
    assert "from: 2027-04-03 09:00:00 UTC until 2027-04-03 10:00:00 UTC" in said
    assert "Text: Ring now" in said
    assert "It showed this record, as it was then: record:content_blocks.hotspot/" in said


@pytest.mark.parametrize(
    ("at", "zone", "title"),
    [
        ("2027-04-03T10:30", "Europe/London", "Hotels"),
        ("2027-04-03T10:30", "UTC", "Hotels and inns"),
        ("2027-04-03T10:30Z", "Europe/London", "Hotels and inns"),
        ("2027-04-03T14:30+05:00", "Europe/London", "Hotels"),
    ],
)
def test_the_command_answers_as_json_and_knows_zones(
    story: Any, at: str, zone: str, title: str
) -> None:
    said = json.loads(run("--address", "/en/places/hotels/", "--at", at, "--zone", zone, "--json"))

    assert (said["shown"], said["content"]["title"], said["entry"]["title"]) == (True, title, title)
    assert [record["content"]["name"] for record in said["records"]] == ["Hotels and B&Bs"]


def test_the_command_says_when_there_was_nothing(story: Any) -> None:
    assert "Nothing is recorded up to then." in run("--address", "/en/never/")
    assert json.loads(run("--address", "/en/never/", "--json"))["entry"] is None
    gone = run("--address", "/en/places/hotels/", "--at", "2027-05-01T10:00")
    assert "Gone: Hotels and inns" in gone


@pytest.mark.parametrize(
    ("at", "zone", "error"),
    [
        ("yesterday", "Europe/London", "--at is written as 2027-04-03T10:00."),
        ("2027-13-03T10:00", "Europe/London", "--at: month must be in 1..12"),
        ("2027-10-31T01:30", "Europe/London", "Write how far it is from UTC too"),
        ("2027-10-31T01:30", "Nowhere/Land", "Nowhere/Land"),
    ],
)
def test_the_command_refuses_what_is_no_moment(at: str, zone: str, error: str) -> None:
    with pytest.raises(CommandError, match=error):
        run("--address", "/", "--at", at, "--zone", zone)


def test_the_command_exports(story: Any) -> None:
    assert len(run("--export", "csv").splitlines()) == 1 + LedgerEntry.objects.count()
    assert len(json.loads(run("--export", "json"))["entries"]) == LedgerEntry.objects.count()


def test_the_command_proves_the_ledger(story: Any) -> None:
    assert "entries; every content is as recorded." in run("--verify")

    append_only.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {append_only.CONTENTS} SET content = %s", ['{"a": 1}'])  # noqa: S608
    with pytest.raises(CommandError, match="not what was recorded"):
        run("--verify")


def test_the_command_begins_a_ledger(story: Any) -> None:
    assert run("--begin") == "0 entries were added.\n"
    with maintenance(reason="Somebody's SQL"), connection.cursor() as cursor:
        cursor.execute("UPDATE wagtailcore_page SET live = %s WHERE id = %s", [True, story.pk])

    assert run("--begin") == "shown /en/places/hotels/ Hotels and inns\n1 entries were added.\n"
