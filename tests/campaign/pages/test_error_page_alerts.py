"""Alerts on the pages for 500 and 503, which have no database."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import OperationalError
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone, translation

from campaign.pages import errors
from campaign.releases import alerts
from campaign.releases.enums import AlertKind

# No test here may use the database, unless it says so: any query is an error.

ERRORS = [(OperationalError("gone"), 503), (ValueError("a mistake"), 500)]
BOTH = pytest.mark.parametrize(("error", "status"), ERRORS)
NOW = datetime(2027, 4, 3, 10, 0, tzinfo=timezone.get_default_timezone())


@pytest.fixture(autouse=True)
def only_what_is_seen_here(settings: Any) -> Any:
    settings.LANGUAGES = [("en", "English"), ("pl", "Polski"), ("ur", "اردو")]
    alerts.forget()
    yield
    alerts.forget()


def seen(**options: Any) -> Any:
    """Keep an alert as a page that was shown at NOW has read it."""
    given = {
        "pk": 1,
        "kind": AlertKind.SAFETY,
        "starts_at": NOW - timedelta(hours=1),
        "ends_at": NOW + timedelta(minutes=5),
        "drill": False,
        "languages": ("en",),
        "fallback": "",
        "texts": {"en": "Childline's number is 116 111 today."},
        "links": {"en": ("/en/support/", "Support")},
    } | options
    with time_machine.travel(NOW, tick=False):
        cache.set(alerts.LAST_KEY, [alerts._Kept(**given)], alerts.TRUSTED_SECONDS)


def answer(error: Exception, *, after: float = 0, language: str = "en") -> HttpResponse:
    at = NOW + timedelta(seconds=after)
    with time_machine.travel(at, tick=False), translation.override(language):
        try:
            raise error
        except (OperationalError, ValueError):
            return errors.server_error(RequestFactory().get("/"))


def says(error: Exception, text: str = "116 111 today", **options: Any) -> bool:
    return text in answer(error, **options).content.decode()


@BOTH
def test_an_error_page_shows_the_alert_after_the_numbers(error: Exception, status: int) -> None:
    seen()

    response = answer(error)

    html = response.content.decode()
    assert response.status_code == status
    assert html.index("999") < html.index("116 111 today")
    assert html.index("0800&nbsp;1111") < html.index("116 111 today")
    assert "/en/support/" not in html
    assert response["Cache-Control"] == "no-store"


@BOTH
def test_an_error_page_without_an_alert_is_as_before(error: Exception, status: int) -> None:
    assert 'class="alert' not in answer(error).content.decode()
    seen(drill=True)
    assert 'class="alert' not in answer(error).content.decode()


@BOTH
def test_an_alert_is_never_shown_before_its_start_or_after_its_end(
    error: Exception, status: int
) -> None:
    seen(starts_at=NOW + timedelta(seconds=10), ends_at=NOW + timedelta(seconds=20))

    shown = [says(error, after=seconds) for seconds in (9.9, 10, 19.9, 20)]

    assert shown == [False, True, True, False]


def test_what_was_read_is_believed_for_a_minute_only() -> None:
    seen()
    mistake = ValueError("a mistake")

    assert [says(mistake, after=seconds) for seconds in (59, 61)] == [True, False]


def test_while_the_database_is_out_nobody_can_end_an_alert_and_its_end_still_counts() -> None:
    seen()
    gone = OperationalError("gone")

    shown = [says(gone, after=seconds) for seconds in (50, 100, 150, 200, 250, 299, 300)]

    assert shown == [True] * 6 + [False]
    seen()
    assert [says(gone, after=seconds) for seconds in (50, 111)] == [True, False]


def test_an_alert_speaks_the_page_s_language_or_english() -> None:
    gone = OperationalError("gone")
    seen(languages=("en", "pl"), texts={"en": "Call 999.", "pl": "Zadzwoń pod 999."})

    assert says(gone, '<p class="alert__text">Zadzwoń pod 999.</p>', language="pl")
    assert says(gone, '<p class="alert__text">Call 999.</p>', language="en")
    english = '<p class="alert__text" lang="en" dir="ltr">Call 999.</p>'
    assert says(gone, english, language="ur")

    seen(languages=("pl",), texts={"pl": "Zadzwoń pod 999."})
    assert not says(gone, "Zadzwoń", language="ur")
    seen(languages=("en",), fallback="pl", texts={"pl": "Zadzwoń pod 999."})
    assert says(gone, '<p class="alert__text" lang="pl" dir="ltr">Zadzwoń', language="ur")


@BOTH
def test_a_cache_that_fails_costs_the_alert_and_not_the_page(
    error: Exception, status: int, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    seen()

    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise ConnectionError("no cache either")

    monkeypatch.setattr(alerts.cache, "get", fail)

    response = answer(error)

    assert (response.status_code, b"116 111" in response.content) == (status, False)
    assert b"999" in response.content
    assert [record.event for record in caplog.records] == ["alerts_failed"]


@pytest.mark.django_db
def test_a_page_leaves_for_the_error_pages_what_it_read_and_an_end_takes_it_back() -> None:
    mistake = ValueError("a mistake")
    with time_machine.travel(NOW, tick=False):
        alert = alerts.show(
            kind=AlertKind.SAFETY,
            texts={"en": "Childline's number is 116 111 today."},
            languages=["en"],
            ends_at=NOW + timedelta(hours=1),
            user=None,
            at=NOW,
        )
        alerts.forget()
        alerts.current("en", NOW)
    assert says(mistake, after=30)

    with time_machine.travel(NOW + timedelta(seconds=31), tick=False):
        alerts.end(alert, user=None, at=NOW + timedelta(seconds=31))
        alerts.forget()  # as it is done once that is committed
    assert not says(mistake, after=31)
