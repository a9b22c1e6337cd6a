"""How long until it is gone: fetched from a real server, and rehearsed on copies."""

from __future__ import annotations

import socket
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from wagtail.models import Page, Site

from campaign.pages.models import GuidancePage, HomePage
from campaign.releases import takedown, takedown_drills, takedown_fetching, tasks
from campaign.releases.conf import DRILL_SLUG
from campaign.releases.enums import TakedownScope, TakedownState
from campaign.releases.exceptions import NothingToTakeDownError
from campaign.releases.models import Takedown, TakedownAddress
from campaign.releases.takedown_fetching import Fetched, fetch_over_http
from campaign.releases.takedown_reach import things_under
from tests.factories import pages as make
from tests.factories.content_blocks import SignFactory
from tests.factories.releases import UserFactory

FETCH_ALL = takedown_fetching.fetch_all
"""The real one, with threads; the other tests here have theirs one after the other."""


@pytest.fixture
def home(db: None) -> HomePage:
    return make.campaign_home()


@pytest.fixture
def guidance(home: HomePage) -> GuidancePage:
    page = make.GuidancePageFactory(parent=home, slug="hotels", title="Hotels")
    page.save_revision().publish()
    return GuidancePage.objects.get(pk=page.pk)


def by_test_client(origin: str, path: str) -> Fetched:
    """Fetch within the test's own transaction."""
    response = Client().get(path)
    return Fetched(status=response.status_code, body=response.content.decode())


@pytest.fixture(autouse=True)
def one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads would have connections, and on SQLite in memory databases, of their own."""

    def fetch_all(addresses: Any, *, fetch: Any = None) -> Any:
        get = fetch or fetch_over_http
        return [(one, get(one.origin, one.path), timezone.now()) for one in addresses]

    monkeypatch.setattr(takedown_drills, "fetch_all", fetch_all)
    monkeypatch.setattr(takedown_fetching, "fetch_all", fetch_all)


def take(page: Any, **options: Any) -> Takedown:
    return takedown.take_down(
        page, **({"user": None, "reason": "Wrong.", "at": timezone.now()} | options)
    )


def test_each_address_is_fetched_until_it_is_gone(guidance: GuidancePage) -> None:
    found = take(guidance)
    at = found.taken_down_at
    answers = iter([200, None, 410])

    def fetch(origin: str, path: str) -> Fetched:
        assert (origin, path) == ("http://testserver", "/en/hotels/")
        status = next(answers)
        return Fetched(status=status, error="" if status else "TimeoutError: timed out")

    seen = []
    for second in (0, 1, 2, 3):
        takedown_fetching.fetch_due(
            at=at + timedelta(seconds=second, milliseconds=500), fetch=fetch
        )
        address = found.addresses.get()
        seen.append(
            (address.checks, address.last_status, address.last_error, bool(address.gone_at))
        )

    assert seen == [
        (1, 200, "", False),
        (2, None, "TimeoutError: timed out", False),
        (3, 410, "", True),
        (3, 410, "", True),
    ]
    assert found.time_to_gone() == address.gone_at - at
    assert address.seconds_to_gone == (address.gone_at - at).total_seconds()
    assert not TakedownAddress.objects.to_fetch(at + timedelta(days=2)).exists()


def test_what_does_not_go_is_fetched_ever_more_seldom_and_then_no_more(
    guidance: GuidancePage,
) -> None:
    at = timezone.now()
    ages = (
        timedelta(seconds=30),
        timedelta(minutes=5),
        timedelta(hours=5),
        timedelta(days=2),
    )
    pauses = []
    for age in ages:
        found = take(guidance, at=at - age)
        address = found.addresses.get()
        takedown_fetching.note(address, Fetched(status=200), at=at)
        address.refresh_from_db()
        pauses.append(address.next_check_at and address.next_check_at - at)
        takedown.undo(found, user=None, at=at)
        assert found.addresses.get().next_check_at is None

    assert pauses == [timedelta(seconds=1), timedelta(seconds=10), timedelta(minutes=5), None]


def test_two_workers_fetch_an_address_once(guidance: GuidancePage) -> None:
    found = take(guidance)
    fetched = []

    def fetch(origin: str, path: str) -> Fetched:
        fetched.append(path)
        # While this one waits for the network, another worker looks.
        assert takedown_fetching.fetch_due(at=timezone.now(), fetch=fetch) == 0
        return Fetched(status=410)

    takedown_fetching.fetch_due(at=found.taken_down_at, fetch=fetch)

    assert fetched == ["/en/hotels/"]


@pytest.mark.parametrize(
    ("answer", "marker", "status", "body", "gone"),
    [
        ("gone", "", 200, "", False),
        ("gone", "", 404, "", True),
        ("gone", "", 410, "", True),
        ("gone", "", 302, "", False),
        ("gone", "", 500, "", False),
        ("redirect", "", 302, "", True),
        ("redirect", "", 200, "", False),
        ("gone", "Childline", 200, "Call Childline", False),
        ("gone", "Childline", 200, "Call 999", True),
        ("gone", "Childline", 503, "", False),
    ],
)
def test_what_counts_as_gone(answer: str, marker: str, status: int, body: str, gone: bool) -> None:
    address = TakedownAddress(takedown=Takedown(answer=answer), marker=marker)

    assert address.is_gone(status=status, body=body) is gone


def test_the_tick_has_the_worker_fetch_and_drill(
    guidance: GuidancePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(tasks.measure_takedowns, "apply_async", lambda **_kw: sent.append("sent"))
    tasks.hand_out_due_work()
    assert sent == []

    found = take(guidance)
    tasks.hand_out_due_work()
    assert sent == ["sent"]
    takedown.undo(found, user=None, at=timezone.now())
    tasks.hand_out_due_work()
    assert sent == ["sent"]

    takedown_drills.ask_for_drill(guidance, user=None, at=timezone.now())
    tasks.hand_out_due_work()
    assert sent == ["sent", "sent"]


def test_the_task_does_both(guidance: GuidancePage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(takedown_fetching, "fetch_over_http", by_test_client)
    monkeypatch.setattr(takedown_drills, "PAUSE_SECONDS", 0)
    drill = takedown_drills.ask_for_drill(guidance, user=None, at=timezone.now())

    def fetch_all(addresses: Any, *, fetch: Any = None) -> Any:
        return [(one, by_test_client(one.origin, one.path), timezone.now()) for one in addresses]

    monkeypatch.setattr(takedown_drills, "fetch_all", fetch_all)
    tasks.measure_takedowns()

    drill.refresh_from_db()
    assert drill.state == TakedownState.DRILL_DONE


# --- Drills -------------------------------------------------------------------------------------


def listed_pages(home: HomePage) -> dict[str, str]:
    """Everything a reader could find a page by."""
    client = Client()
    return {
        path: client.get(path).content.decode()
        for path in (home.url, "/en/section/", "/sitemap.xml")
    } | {"search": client.post("/en/search/", {"q": "Hotels"}).content.decode()}


def test_a_drill_measures_on_a_copy_that_nobody_finds_and_leaves_nothing_behind(
    home: HomePage,
) -> None:
    section = make.SectionPageFactory(parent=home, slug="section")
    page = make.AudiencePageFactory(parent=section, title="Hotels", slug="hotels")
    page.save_revision().publish()
    pages = Page.objects.count()
    drill = takedown_drills.ask_for_drill(page, user=UserFactory(), at=timezone.now())
    before = listed_pages(home)
    during: list[dict[str, str]] = []
    statuses: list[int] = []

    def fetch(origin: str, path: str) -> Fetched:
        assert path.startswith(f"/en/section/{DRILL_SLUG}{drill.pk}-")
        found = by_test_client(origin, path)
        if found.status == 200:
            during.append(listed_pages(home))
            assert '<meta name="robots" content="noindex">' in found.body
        statuses.append(found.status or 0)
        return found

    assert takedown_drills.run_drills(at=timezone.now(), fetch=fetch) == 1

    drill.refresh_from_db()
    assert drill.state == TakedownState.DRILL_DONE
    assert statuses == [200, 404]
    assert len(during) == 1
    for place, text in during[0].items():
        assert text.splitlines() == before[place].splitlines()
    assert (drill.results["things"], drill.results["addresses"]) == (1, 1)
    assert drill.results["act_seconds"] >= 0
    (copy,) = drill.results["copies"]
    assert (copy["language"], copy["status"]) == ("en", 404)
    assert 0 <= copy["seconds"] < 5
    assert Page.objects.count() == pages
    assert Page.objects.get(pk=page.pk).live
    assert not drill.items.exists()
    assert listed_pages(home) == before
    assert not Takedown.objects.standing().exists()


def test_a_drill_of_a_snippet_copies_a_page_that_shows_it(home: HomePage) -> None:
    index = make.HotspotIndexPageFactory(parent=home)
    page = make.HotspotPageFactory(parent=index)
    page.save_revision().publish()
    drill = takedown_drills.ask_for_drill(page.hotspot, user=None, at=timezone.now())

    takedown_drills.run_drills(at=timezone.now(), fetch=by_test_client)

    drill.refresh_from_db()
    assert drill.state in (TakedownState.DRILL_DONE, TakedownState.DRILL_FAILED)
    assert type(page.hotspot).objects.get(pk=page.hotspot_id).live
    assert Page.objects.filter(slug__startswith=DRILL_SLUG).count() == 0


def test_a_drill_of_everything_changes_nothing(guidance: GuidancePage, home: HomePage) -> None:
    drill = takedown_drills.ask_for_drill(TakedownScope.CAMPAIGN, user=None, at=timezone.now())

    takedown_drills.run_drills(at=timezone.now(), fetch=by_test_client)

    drill.refresh_from_db()
    assert drill.state == TakedownState.DRILL_DONE
    assert drill.results["things"] == len(things_under(TakedownScope.CAMPAIGN)) >= 2
    assert Client().get(guidance.url).status_code == 200


def test_a_site_that_the_worker_cannot_reach_is_said_to_be_so(
    guidance: GuidancePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(takedown_drills, "WAIT_SECONDS", 0)
    drill = takedown_drills.ask_for_drill(guidance, user=None, at=timezone.now())

    takedown_drills.run_drills(
        at=timezone.now(), fetch=lambda *_a: Fetched(error="ConnectionRefusedError: no")
    )

    drill.refresh_from_db()
    assert drill.results["unreachable"] == ["ConnectionRefusedError: no"]
    assert not Page.objects.filter(slug__startswith=DRILL_SLUG).exists()


def test_a_copy_that_does_not_go_is_reported(
    guidance: GuidancePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(takedown_drills, "WAIT_SECONDS", 0)
    drill = takedown_drills.ask_for_drill(guidance, user=None, at=timezone.now())

    takedown_drills.run_drills(at=timezone.now(), fetch=lambda *_a: Fetched(status=200))

    drill.refresh_from_db()
    assert drill.results["copies"] == [{"language": "en", "status": 200, "seconds": None}]


def test_a_copy_is_waited_for_until_it_is_there(
    guidance: GuidancePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(takedown_drills, "PAUSE_SECONDS", 0)
    drill = takedown_drills.ask_for_drill(guidance, user=None, at=timezone.now())
    answers = iter([404, 200, 200, 410])

    takedown_drills.run_drills(at=timezone.now(), fetch=lambda *_a: Fetched(status=next(answers)))

    drill.refresh_from_db()
    ((status, seconds),) = [(one["status"], one["seconds"]) for one in drill.results["copies"]]
    assert (status, seconds >= 0, list(answers)) == (410, True, [])


def test_a_drill_of_what_no_page_shows_measures_no_copy(home: HomePage) -> None:
    sign = SignFactory()
    drill = takedown_drills.ask_for_drill(sign, user=None, at=timezone.now())

    def fetch(origin: str, path: str) -> Fetched:
        raise AssertionError(path)

    takedown_drills.run_drills(at=timezone.now(), fetch=fetch)

    drill.refresh_from_db()
    assert (drill.state, drill.results["things"]) == (TakedownState.DRILL_DONE, 1)
    assert (drill.results["addresses"], drill.results["copies"]) == (0, [])


def test_a_drill_that_breaks_is_failed_and_tidied_up(
    guidance: GuidancePage, caplog: pytest.LogCaptureFixture
) -> None:
    def fetch(origin: str, path: str) -> Fetched:
        raise ZeroDivisionError("oh")

    drill = takedown_drills.ask_for_drill(guidance, user=None, at=timezone.now())
    takedown_drills.run_drills(at=timezone.now(), fetch=fetch)

    drill.refresh_from_db()
    assert (drill.state, drill.results["error"]) == (
        TakedownState.DRILL_FAILED,
        "ZeroDivisionError: oh",
    )
    assert not Page.objects.filter(slug__startswith=DRILL_SLUG).exists()


def test_a_drill_whose_target_has_gone_fails_in_words(guidance: GuidancePage) -> None:
    drill = takedown_drills.ask_for_drill(guidance, user=None, at=timezone.now())
    guidance.delete()

    takedown_drills.run_drills(at=timezone.now(), fetch=by_test_client)

    drill.refresh_from_db()
    assert drill.state == TakedownState.DRILL_FAILED
    assert "nothing to take down" in drill.results["error"]


def test_what_a_killed_worker_left_behind_is_removed(guidance: GuidancePage) -> None:
    at = timezone.now()
    drill = takedown_drills.ask_for_drill(guidance, user=None, at=at)
    copy = takedown_drills._publish_copy(drill, guidance)
    Takedown.objects.filter(pk=drill.pk).update(state=TakedownState.DRILL_RUNNING)
    later = at + timedelta(minutes=11)
    assert not takedown_drills.drills_to_run(at).exists()
    assert takedown_drills.drills_to_run(later).exists()

    takedown_drills.run_drills(at=later, fetch=by_test_client)

    drill.refresh_from_db()
    assert drill.state == TakedownState.DRILL_FAILED
    assert drill.results == {"error": "The worker stopped during the drill."}
    assert not Page.objects.filter(pk=copy.pk).exists()


def test_a_drill_of_nothing_is_refused(guidance: GuidancePage) -> None:
    guidance.unpublish()

    with pytest.raises(NothingToTakeDownError):
        takedown_drills.ask_for_drill(guidance, user=None, at=timezone.now())


def test_a_drill_is_carried_out_once(guidance: GuidancePage) -> None:
    drill = takedown_drills.ask_for_drill(guidance, user=None, at=timezone.now())
    stale = Takedown.objects.get(pk=drill.pk)
    takedown_drills.run_drills(at=timezone.now(), fetch=by_test_client)

    assert takedown_drills._run(stale, at=timezone.now(), fetch=by_test_client) is False


# --- Over HTTP ----------------------------------------------------------------------------------


def test_several_addresses_are_fetched_at_once() -> None:
    rows = [TakedownAddress(origin="http://testserver", path=f"/{number}/") for number in range(2)]
    both = threading.Barrier(2, timeout=10)

    def fetch(origin: str, path: str) -> Fetched:
        both.wait()
        return Fetched(status=410, body=origin + path)

    began = timezone.now()
    found = FETCH_ALL(rows, fetch=fetch)

    assert [(row, answer.body) for row, answer, _at in found] == [
        (rows[0], "http://testserver/0/"),
        (rows[1], "http://testserver/1/"),
    ]
    assert all(began <= at <= timezone.now() for _row, _answer, at in found)


@pytest.mark.django_db(transaction=True)
def test_a_page_is_seen_to_go_over_real_http(
    guidance: GuidancePage, live_server: Any, settings: Any
) -> None:
    settings.CAMPAIGN_RELEASES = {"fetch_from": live_server.url}
    origin = Site.objects.get(is_default_site=True).root_url
    assert fetch_over_http(origin, guidance.url).status == 200

    found = take(guidance, explanations={"en": "A mistake & no more."})
    takedown_fetching.fetch_due(at=timezone.now())

    address = found.addresses.get()
    assert (address.last_status, address.last_error, address.checks) == (410, "", 1)
    assert 0 < address.seconds_to_gone < 10
    assert "A mistake & no more." in fetch_over_http(origin, guidance.url).body


def test_a_site_that_does_not_answer_is_an_error_in_words() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    found = fetch_over_http(f"http://127.0.0.1:{port}", "/en/")

    assert found.status is None
    assert found.error.startswith("ConnectionRefusedError")
