"""Alerts: on every page, in the words of each language, from their start to their end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.log_actions import registry
from wagtail.models import Locale, Page

from campaign.pages.models import HomePage
from campaign.releases import alerts
from campaign.releases.enums import AlertKind
from campaign.releases.exceptions import AlertRefusedError
from campaign.releases.models import Alert
from tests.factories import pages as make
from tests.factories.releases import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(settings: Any, db: None) -> HomePage:
    settings.LANGUAGES = settings.WAGTAIL_CONTENT_LANGUAGES = [
        ("en", "English"),
        ("pl", "Polski"),
        ("ur", "اردو"),
    ]
    make.add_locale("pl")
    make.add_locale("ur")
    return make.campaign_home()


def show(at: datetime, *, seen: bool = True, **options: Any) -> Alert:
    given = {
        "kind": AlertKind.SAFETY,
        "texts": {"en": "Call 999 if a child is in danger."},
        "languages": ["en"],
        "ends_at": at + timedelta(hours=2),
        "user": None,
        "at": at,
    } | options
    alert = alerts.show(**given)
    if seen:
        alerts.forget()
    return alert


def texts(language: str, at: datetime, **options: Any) -> list[str]:
    return [one.text for one in alerts.current(language, at, **options)]


def test_it_begins_and_ends_at_its_moments_without_a_job(at: datetime) -> None:
    show(at, starts_at=at + timedelta(seconds=30), ends_at=at + timedelta(minutes=5))

    shown = {
        second: bool(texts("en", at + timedelta(seconds=second)))
        for second in (0, 29.999, 30, 299.999, 300)
    }

    assert shown == {0: False, 29.999: False, 30: True, 299.999: True, 300: False}


def test_it_shows_in_its_languages_only_each_in_its_own_words(at: datetime) -> None:
    show(
        at,
        texts={"en": "Call 999.", "pl": "Zadzwoń pod 999."},
        languages=["en", "pl"],
    )

    assert [texts(code, at) for code in ("en", "pl", "ur")] == [
        ["Call 999."],
        ["Zadzwoń pod 999."],
        [],
    ]


def test_another_languages_words_stand_in_only_marked_as_such(at: datetime) -> None:
    show(at, texts={"en": "Call 999."}, languages=["en", "ur"], fallback_language="en")
    show(at, texts={"ur": "999 پر کال کریں"}, languages=["en", "ur"], fallback_language="ur")

    urdu = [(one.text, one.lang, one.dir) for one in alerts.current("ur", at)]
    english = [(one.text, one.lang, one.dir) for one in alerts.current("en", at)]

    assert urdu == [("Call 999.", "en", "ltr"), ("999 پر کال کریں", "", "")]
    assert english == [("Call 999.", "", ""), ("999 پر کال کریں", "ur", "rtl")]


def test_the_most_urgent_kind_comes_first(at: datetime) -> None:
    for kind in reversed(AlertKind):
        show(at, kind=kind)

    assert [one.kind for one in alerts.current("en", at)] == list(AlertKind)
    assert alerts.current("en", at)[1].label == "A number is not working"


def test_it_links_to_a_page_in_the_readers_language_while_that_is_public(
    home: HomePage, at: datetime
) -> None:
    page = make.GuidancePageFactory(parent=home, title="More help", slug="more")
    polish_home = home.copy_for_translation(Locale.objects.get(language_code="pl"))
    polish_home.save_revision().publish()
    alert = show(
        at,
        texts={"en": "Call 999.", "pl": "Zadzwoń."},
        languages=["en", "pl"],
        link_page=page,
    )

    def links() -> list[tuple[str, str]]:
        alerts.forget()
        return [
            (alerts.current(code, at)[0].url, alerts.current(code, at)[0].link_text)
            for code in ("en", "pl")
        ]

    assert links() == [("/en/more/", "More help"), ("", "")]
    page.unpublish()
    assert links() == [("", ""), ("", "")]
    assert Alert.objects.get(pk=alert.pk).link_page_id == page.pk


def test_a_page_without_an_address_is_not_linked_to(at: datetime) -> None:
    nowhere = Page(title="Nowhere", slug="nowhere")
    Page.objects.get(depth=1).add_child(instance=nowhere)
    show(at, link_page=nowhere)

    (alert,) = alerts.current("en", at)

    assert (alert.text, alert.url, alert.link_text) == ("Call 999 if a child is in danger.", "", "")


def test_an_alert_whose_words_are_gone_is_not_shown(at: datetime) -> None:
    """Nobody can do so in the editor; a page is shown whatever the database holds."""
    show(at)
    show(at, kind=AlertKind.NUMBER, texts={"en": "101 is not working."})
    Alert.objects.get(kind=AlertKind.SAFETY).texts.all().delete()
    alerts.forget()

    assert texts("en", at) == ["101 is not working."]


def test_reading_costs_one_look_in_five_seconds(at: datetime) -> None:
    show(at, texts={"en": "One"})
    show(at, texts={"en": "Two"})

    with CaptureQueriesContext(connection) as first:
        texts("en", at)
    with CaptureQueriesContext(connection) as second:
        assert texts("en", at + timedelta(seconds=1)) == ["One", "Two"]

    assert (len(first), len(second)) == (2, 0)


def test_without_an_alert_one_query_is_asked_and_nothing_after(at: datetime) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert texts("en", at) == []
        assert texts("en", at) == []

    assert len(queries) == 1


def test_what_another_process_shows_is_seen_when_the_cache_is_old(at: datetime) -> None:
    assert texts("en", at) == []
    show(at, seen=False)
    assert texts("en", at) == []

    with time_machine.travel(datetime.now().astimezone() + timedelta(seconds=5.1)):
        assert texts("en", at) == ["Call 999 if a child is in danger."]
    assert alerts.FRESH_SECONDS == 5


@pytest.mark.django_db(transaction=True)
def test_the_process_that_shows_it_sees_it_at_once(at: datetime) -> None:
    assert texts("en", at) == []
    show(at, seen=False)

    assert texts("en", at) == ["Call 999 if a child is in danger."]


# --- Editing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"ends_at": timedelta(0)}, "ends_at"),
        ({"starts_at": timedelta(hours=3)}, "ends_at"),
        ({"languages": []}, "languages"),
        ({"texts": {"en": " "}}, "texts"),
        ({"texts": {"en": "x" * 301}}, "text_en"),
        ({"languages": ["en", "pl"]}, "text_pl"),
        ({"languages": ["en", "pl"], "fallback_language": "pl"}, "text_pl"),
    ],
)
def test_what_makes_no_sense_is_refused(at: datetime, options: dict[str, Any], field: str) -> None:
    moments = {key: at + value for key, value in options.items() if isinstance(value, timedelta)}

    with pytest.raises(AlertRefusedError) as refused:
        show(at, **(options | moments))

    assert refused.value.field == field
    assert not Alert.objects.exists()


def test_a_start_in_the_past_is_now(at: datetime) -> None:
    assert show(at, starts_at=at - timedelta(hours=1)).starts_at == at


def change(alert: Alert, at: datetime, **options: Any) -> Alert:
    given = {
        "kind": AlertKind(alert.kind),
        "texts": {one.language: one.text for one in alert.texts.all()},
        "languages": alert.languages,
        "starts_at": alert.starts_at,
        "ends_at": alert.ends_at,
        "user": None,
        "at": at,
    } | options
    found = alerts.change(alert, **given)
    alerts.forget()
    return found


def test_before_it_begins_everything_can_be_changed(at: datetime) -> None:
    alert = show(at, starts_at=at + timedelta(hours=1))

    changed = change(
        alert,
        at,
        texts={"en": "Other words"},
        kind=AlertKind.SERVICE,
        starts_at=None,
        ends_at=at + timedelta(hours=3),
    )

    assert changed.pk == alert.pk
    assert texts("en", at) == ["Other words"]
    assert (changed.kind, changed.starts_at) == (AlertKind.SERVICE, at)


def test_after_it_began_only_its_end_moves(at: datetime) -> None:
    alert = show(at)
    later = at + timedelta(minutes=10)

    changed = change(alert, later, ends_at=at + timedelta(hours=5))

    assert (changed.pk, changed.starts_at, changed.ends_at) == (
        alert.pk,
        at,
        at + timedelta(hours=5),
    )


def test_other_words_after_it_began_are_another_alert(at: datetime) -> None:
    alert = show(at, texts={"en": "Call 909."})
    later = at + timedelta(minutes=10)

    correction = change(alert, later, texts={"en": "Call 999."})

    alert.refresh_from_db()
    assert correction.pk != alert.pk
    assert (correction.replaces, correction.starts_at) == (alert, later)
    assert (alert.ended_at, [one.text for one in alert.texts.all()]) == (later, ["Call 909."])
    assert texts("en", later) == ["Call 999."]


def test_it_can_be_ended_and_shown_again(at: datetime) -> None:
    user = UserFactory()
    alert = show(at)
    ended = alerts.end(alert, user=user, at=at + timedelta(minutes=1))
    alerts.forget()
    assert (ended.ended_at, ended.ended_by) == (at + timedelta(minutes=1), user)
    assert texts("en", at + timedelta(minutes=1)) == []
    with pytest.raises(AlertRefusedError):
        alerts.end(alert, user=user, at=at + timedelta(minutes=2))

    again = alerts.put_back(ended, user=user, at=at + timedelta(minutes=3))
    alerts.forget()

    assert again.replaces == alert
    assert (again.starts_at, again.ends_at) == (at + timedelta(minutes=3), alert.ends_at)
    assert texts("en", at + timedelta(minutes=3)) == ["Call 999 if a child is in danger."]


def test_what_is_over_is_neither_changed_nor_shown_again(at: datetime) -> None:
    alert = show(at)
    later = alert.ends_at

    with pytest.raises(AlertRefusedError):
        change(alert, later)
    with pytest.raises(AlertRefusedError):
        alerts.put_back(alert, user=None, at=later)
    with pytest.raises(AlertRefusedError):
        alerts.end(alert, user=None, at=later)


def test_one_that_is_ended_before_it_begins_is_never_shown(at: datetime) -> None:
    alert = show(at, starts_at=at + timedelta(hours=1))
    alerts.end(alert, user=None, at=at)
    alerts.forget()

    assert texts("en", at + timedelta(hours=1)) == []


def test_the_audit_log_keeps_what_was_shown_and_when(at: datetime) -> None:
    user = UserFactory()
    alert = show(at, user=user)
    alerts.end(alert, user=user, at=at + timedelta(minutes=1))

    entries = registry.get_logs_for_instance(alert).order_by("timestamp", "pk")

    assert [(entry.action, entry.user) for entry in entries] == [
        ("campaign_releases.alert.show", user),
        ("campaign_releases.alert.end", user),
    ]
    assert entries[0].data["texts"] == {"en": "Call 999 if a child is in danger."}
    assert entries[1].data["ends_at"] == (at + timedelta(minutes=1)).isoformat()


# --- On the pages -------------------------------------------------------------------------------


def html(url: str, client: Client | None = None) -> str:
    return (client or Client()).get(url).content.decode()


def test_every_page_shows_it_the_404_and_the_410_too(home: HomePage, at: datetime) -> None:
    show(at, texts={"en": "Call 999 & <b>wait</b>."})

    for url in (home.url, "/en/search/", "/en/nothing-here/"):
        page = html(url)
        assert page.count('<section class="alerts" aria-label="Important messages"') == 1
        assert "Call 999 &amp; &lt;b&gt;wait&lt;/b&gt;." in page
        assert page.index('class="exit"') < page.index('class="alerts"') < page.index("<main")
    assert "alerts" not in html("/pl/")


def test_without_an_alert_the_page_is_as_it_was(home: HomePage) -> None:
    assert 'class="alerts"' not in html(home.url)


def test_a_page_with_an_alert_asks_the_database_no_more(home: HomePage, at: datetime) -> None:
    client = Client()

    def count() -> int:
        cache.clear()
        client.get(home.url)
        with CaptureQueriesContext(connection) as queries:
            client.get(home.url)
        return len(queries)

    before = count()
    show(at)
    show(at, kind=AlertKind.NUMBER, link_page=home)

    assert count() == before


def test_a_page_never_fails_because_of_alerts(
    home: HomePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "current", lambda *_a, **_k: 1 / 0)

    assert Client().get(home.url).status_code == 200


@pytest.fixture
def editor(db: None) -> Client:
    user = User.objects.create_user("editor")
    user.groups.add(Group.objects.get(name="Editors"))
    client = Client()
    client.force_login(user)
    return client


def test_a_drill_is_seen_by_editors_only_and_says_so(
    home: HomePage, at: datetime, editor: Client, settings: Any
) -> None:
    settings.CAMPAIGN_PAGES = {"SHARED_CACHE_SECONDS": 50}
    stranger = Client()
    stranger.force_login(User.objects.create_user("no-editor"))
    show(at, drill=True)

    for client in (Client(), stranger):
        response = client.get(home.url)
        assert "alert" not in response.content.decode().split("<main")[0].split("<body")[1]
        assert response["CDN-Cache-Control"] == "public, max-age=50"
    response = editor.get(home.url)
    assert "Drill: only you see this" in response.content.decode()
    assert "CDN-Cache-Control" not in response
    assert response["Cache-Control"] == "no-store"


def test_a_preview_shows_it_before_its_time_to_whoever_has_the_key(
    home: HomePage, at: datetime, settings: Any
) -> None:
    settings.CAMPAIGN_PAGES = {"SHARED_CACHE_SECONDS": 50}
    alert = show(at, starts_at=at + timedelta(days=1), ends_at=at + timedelta(days=2))
    other = show(
        at, starts_at=at + timedelta(days=1), ends_at=at + timedelta(days=2), texts={"en": "No"}
    )

    response = Client().get(home.url, {"alert-preview": str(alert.preview_key)})

    page = response.content.decode()
    assert "Call 999 if a child is in danger." in page
    assert page.count("alert__text") - page.count(".alert__text") == 1
    assert other.pk
    assert "CDN-Cache-Control" not in response
    for wrong in ("x", "00000000-0000-0000-0000-000000000000"):
        assert "Call 999 if" not in html(f"{home.url}?alert-preview={wrong}")
