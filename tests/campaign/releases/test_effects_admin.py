from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from campaign.releases import checks, effects
from campaign.releases.heartbeats import Beating, beat
from campaign.releases.models import Effect, append_only
from tests.factories.releases import ScheduledPage, UserFactory

pytestmark = pytest.mark.django_db

REPORT = "/admin/reports/effects/"


@pytest.fixture
def boss(client: Client) -> Client:
    beat(Beating.WORKER, at=timezone.now())
    client.force_login(UserFactory(username="boss", editor_in_chief=True))
    return client


@pytest.fixture(autouse=True)
def probe() -> Iterator[list[str]]:
    """A kind that does nothing but note the address."""
    seen: list[str] = []
    effects.register_kind(
        "probe", lambda wanted: seen.extend(one.address for one in wanted), label="Probe it"
    )
    yield seen
    effects.unregister_kind("probe")


def make(state: str, address: str = "/en/hotels/", **fields: Any) -> Effect:
    now = timezone.now()
    return Effect.objects.create(
        kind="probe",
        address=address,
        state=state,
        created_at=now - timedelta(seconds=20),
        **{"finished_at": now if state == "done" else None, **fields},
    )


def failed(address: str = "/en/hotels/") -> Effect:
    return make(
        "failed",
        address,
        tries=6,
        attempts=6,
        last_error="PurgeFailedError: 503",
        last_error_at=timezone.now(),
    )


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return unescape(response.content.decode())


# --- The report -----------------------------------------------------------------------------------


def test_the_report_says_when_nothing_waits(boss: Client) -> None:
    make("done")

    assert "Nothing is waiting: everything that has to follow" in text_of(boss, REPORT)


def test_the_report_shows_what_failed_and_what_to_do(boss: Client) -> None:
    failed()
    make("waiting", "/en/parks/", tries=1, attempts=1, next_attempt_at=timezone.now())
    make("waiting", "/en/fresh/")

    shown = text_of(boss, REPORT)

    for told in (
        "1 effect was given up after several attempts.",
        "Try all of them again",
        "Probe it",
        "/en/hotels/",
        "PurgeFailedError: 503",
        "Next attempt at",
    ):
        assert told in shown
    assert shown.count("Try again<") == 2


def test_an_urgent_effect_says_so(boss: Client) -> None:
    make("waiting", priority=0)

    assert "Urgent" in text_of(boss, REPORT)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"/f/", "/w/"}),
        ("?state=done", {"/d/"}),
        ("?state=done&state=failed", {"/d/", "/f/"}),
        ("?kind=probe&address=w", {"/w/"}),
        ("?kind=search_index", set()),
    ],
)
def test_the_report_filters(boss: Client, query: str, expected: set[str]) -> None:
    make("done", "/d/")
    make("waiting", "/w/")
    failed("/f/")

    response = boss.get(REPORT + query)

    assert {effect.address for effect in response.context["object_list"]} == expected


def test_the_report_says_how_long_it_took_and_when_nothing_matches(boss: Client) -> None:
    make("done")

    assert "after 20.0 s" in text_of(boss, REPORT + "?state=done")
    assert "Nothing matches these filters." in text_of(boss, REPORT + "?state=failed")
    assert "<html" not in text_of(boss, REPORT + "results/")


@pytest.mark.parametrize("count", [1, 3])
def test_the_report_needs_the_same_queries_for_one_row_and_for_three(
    boss: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        failed(f"/{number}/")
    boss.get(REPORT)

    with django_assert_num_queries(REPORT_QUERIES):
        boss.get(REPORT)


REPORT_QUERIES = 11


# --- Try again ------------------------------------------------------------------------------------


def test_one_is_tried_again(boss: Client, probe: list[str]) -> None:
    effect = failed()

    response = boss.post(f"{REPORT}{effect.pk}/try-again/", follow=True)

    assert "“Probe it” /en/hotels/ is tried again within a few seconds." in unescape(
        response.content.decode()
    )
    effects.run_effects(timezone.now())
    assert probe == ["/en/hotels/"]
    again = boss.post(f"{REPORT}{effect.pk}/try-again/", follow=True)
    assert "is done or under way already." in unescape(again.content.decode())


def test_all_are_tried_again(boss: Client, probe: list[str]) -> None:
    failed("/a/")
    failed("/b/")

    response = boss.post(f"{REPORT}try-all-again/", follow=True)

    assert "2 effects are tried again within a few seconds." in response.content.decode()
    effects.run_effects(timezone.now())
    assert probe == ["/a/", "/b/"]


def test_only_those_who_may_try_again(client: Client) -> None:
    user = UserFactory()
    from django.contrib.auth.models import Group  # noqa: PLC0415

    user.groups.add(Group.objects.get(name="Editors"))
    client.force_login(user)
    effect = failed()

    for address in (f"{effect.pk}/try-again/", "try-all-again/"):
        assert client.get(REPORT + address).status_code == 405
        assert client.post(REPORT + address).status_code == 302
    effect.refresh_from_db()
    assert effect.state == "failed"


# --- On the command line --------------------------------------------------------------------------


def test_cron_carries_effects_out(probe: list[str]) -> None:
    make("waiting")
    out = io.StringIO()

    call_command("run_effects", stdout=out)
    call_command("run_effects", stdout=out, verbosity=2)

    assert probe == ["/en/hotels/"]
    assert out.getvalue() == "Done: 0. To be tried again: 0. Given up: 0.\n"


def test_cron_says_what_failed() -> None:
    effects.register_kind("probe", lambda _wanted: 1 / 0)  # type: ignore[arg-type,return-value]
    make("waiting", tries=5, attempts=5)
    out = io.StringIO()

    with pytest.raises(CommandError, match="Effects of publications"):
        call_command("run_effects", stdout=out)
    assert out.getvalue() == "Done: 0. To be tried again: 0. Given up: 1.\n"


def test_publish_due_carries_out_what_follows() -> None:
    ScheduledPage.make(go_live_at=timezone.now() - timedelta(seconds=5))

    call_command("publish_due", verbosity=0)

    assert Effect.objects.filter(state="done").exists()
    assert not Effect.objects.open().exists()


# --- Checks ---------------------------------------------------------------------------------------


def test_wagtails_own_purging_beside_ours_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.check_nothing_else_purges() == []
    monkeypatch.setattr(apps, "is_installed", lambda name: name == "wagtail.contrib.frontend_cache")

    (found,) = checks.check_nothing_else_purges()
    assert found.id == "campaign_releases.E004"


def test_a_ledger_that_can_be_changed_is_reported() -> None:
    assert checks.check_ledger_is_append_only(databases=["default"]) == []
    append_only.remove(connection)

    found = checks.check_ledger_is_append_only(databases=["default"])

    assert {one.id for one in found} == {"campaign_releases.W003"}
    assert len(found) == len(append_only.removal(connection.vendor))
    assert checks.check_ledger_is_append_only() == []
