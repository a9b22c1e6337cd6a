"""The feed of the calendar: who gets it, and whether calendar programs can read it.

The text is taken apart here by the grammar of RFC 5545 itself, not by the code that wrote it.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils.translation import get_language
from wagtail.users.models import UserProfile

from campaign.releases.calendar import Entry, EntryKind
from campaign.releases.calendar_feed import as_ical, end_feed, feed_for, make_feed, user_of_token
from campaign.releases.heartbeats import Beating, beat
from campaign.releases.models import CalendarFeed
from tests.factories.content_blocks import SignFactory
from tests.factories.pages import campaign_home
from tests.factories.releases import ReleaseFactory, UserFactory

NOW = datetime(2027, 3, 10, 12, tzinfo=UTC)
THE_18TH = datetime(2027, 3, 18, 6, tzinfo=UTC)
FEED_PAGE = "/admin/releases/calendar/feed/"

NAME = r"[A-Z0-9-]+"
PARAMETER = rf"{NAME}=(?:\"[^\"\x00-\x1f\x7f]*\"|[^\";:,\x00-\x1f\x7f]*)"
CONTENT_LINE = re.compile(rf"^({NAME})((?:;{PARAMETER})*):([^\x00-\x08\x0a-\x1f\x7f]*)$")


def parse(text: str) -> list[tuple[str, str, str]]:
    """The content lines of an iCalendar text: name, parameters, value. Strict."""
    assert text.endswith("\r\n")
    assert not re.search(r"(?<!\r)\n|\r(?!\n)", text)
    for line in text.split("\r\n"):
        assert len(line.encode()) <= 75
    lines = re.sub(r"\r\n[ \t]", "", text).split("\r\n")[:-1]
    found = []
    for line in lines:
        match = CONTENT_LINE.match(line)
        assert match, line
        found.append((match[1], match[2].removeprefix(";"), match[3]))
    return found


def events(text: str) -> list[dict[str, str]]:
    """The events of an iCalendar text, each property once; values unescaped."""
    lines = parse(text)
    assert lines[0] == ("BEGIN", "", "VCALENDAR")
    assert lines[-1] == ("END", "", "VCALENDAR")
    assert [value for name, _p, value in lines if name == "VERSION"] == ["2.0"]
    assert len([1 for name, _p, _value in lines if name == "PRODID"]) == 1
    found: list[dict[str, str]] = []
    inside = False
    for name, parameters, value in lines[1:-1]:
        if (name, value) == ("BEGIN", "VEVENT"):
            assert not inside
            inside = True
            found.append({})
        elif (name, value) == ("END", "VEVENT"):
            assert {"UID", "DTSTAMP", "DTSTART", "SUMMARY"} <= found[-1].keys()
            inside = False
        elif inside:
            assert name not in found[-1]
            key = f"{name};{parameters}" if parameters and name != "DTSTART" else name
            found[-1][key] = re.sub(r"\\([\\;,nN])", _unescaped, value)
    assert not inside
    assert len({one["UID"] for one in found}) == len(found)
    return found


def _unescaped(match: re.Match[str]) -> str:
    return "\n" if match[1] in "nN" else match[1]


def entry(**fields: Any) -> Entry:
    return Entry(
        **{
            "kind": EntryKind.GO_LIVE,
            "day": date(2027, 3, 18),
            "at": THE_18TH,
            "text": "Goes live",
            "title": "Hotels",
            "source": "release",
            "key": (7, "1"),
            "changed_at": NOW,
        }
        | fields
    )


# --- The text -------------------------------------------------------------------------------------


def test_a_moment_is_written_in_utc() -> None:
    summer = datetime.fromisoformat("2027-07-01T06:00:00+01:00")
    (found,) = events(as_ical([entry(at=summer)], host="example.org", name="x"))

    assert found["DTSTART"] == "20270701T050000Z"
    assert found["DTSTAMP"] == "20270310T120000Z"
    assert found["UID"] == "release-go_live-7-1@example.org"
    assert found["SUMMARY"] == "Goes live: Hotels"


def test_what_lasts_has_an_end_and_a_whole_day_has_dates() -> None:
    lasting = entry(shown_until=THE_18TH + timedelta(hours=2), key=(7, "2"))
    whole = entry(at=None, kind=EntryKind.REVIEW, changed_at=None)
    text = as_ical([lasting, whole], host="example.org", name="x")

    first, second = events(text)
    assert first["DTEND"] == "20270318T080000Z"
    assert second["DTSTART"] == "20270318"
    assert second["DTEND;VALUE=DATE"] == "20270319"
    assert "DTSTART;VALUE=DATE:20270318\r\n" in text


@pytest.mark.parametrize(
    "title",
    [
        "Hotels, taxis; parks: all\\of it",
        "Two\nlines\r\nand\rmore",
        "\x00\x07Bells\x1b",
        "ہوٹلوں میں نشانیاں " * 12,
        "👩‍👩‍👧 " * 40,
        'DTSTART:20270101"; X=1',
    ],
)
def test_any_title_survives(title: str) -> None:
    (found,) = events(as_ical([entry(title=title)], host="example.org", name="x"))

    kept = title.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(one for one in kept if one == "\n" or one.isprintable())
    assert found["SUMMARY"] == f"Goes live: {kept}"


def test_the_same_event_keeps_its_name_when_it_moves() -> None:
    before, after = (
        events(as_ical([entry(at=moment)], host="example.org", name="x"))[0]["UID"]
        for moment in (THE_18TH, THE_18TH + timedelta(days=5))
    )
    assert before == after


def test_two_of_a_kind_have_names_of_their_own() -> None:
    text = as_ical([entry(), entry(at=THE_18TH + timedelta(days=1))], host="h", name="x")

    assert [one["UID"] for one in events(text)] == [
        "release-go_live-7-1@h",
        "release-go_live-7-1-2@h",
    ]


def test_an_empty_calendar_is_one_too() -> None:
    assert events(as_ical([], host="example.org", name="x")) == []


# --- The address ----------------------------------------------------------------------------------


@pytest.fixture
def chief() -> Any:
    with time_machine.travel(NOW, tick=False):
        campaign_home()
        beat(Beating.WORKER, at=NOW)
        yield UserFactory(editor_in_chief=True)


def fetch(token: str, **headers: str) -> Any:
    return Client().get("/releases.ics", {"token": token}, headers=headers)


@pytest.mark.django_db
def test_a_token_opens_the_calendar_of_its_person_without_a_cookie(chief: Any) -> None:
    ReleaseFactory(title="Hotels", description="Secret plans", goes_live_at=THE_18TH)
    SignFactory(text="A room paid in cash", review_due=date(2027, 3, 20))
    token = make_feed(chief, at=NOW)

    response = fetch(token)

    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert not response.cookies
    text = response.content.decode()
    assert events(text)[0]["SUMMARY"] == "Planned to go live: Hotels"
    assert len(events(text)) == 2
    assert "Secret plans" not in text


@pytest.mark.django_db
def test_what_has_not_changed_is_not_sent_again(chief: Any) -> None:
    release = ReleaseFactory(title="Hotels", goes_live_at=THE_18TH)
    token = make_feed(chief, at=NOW)
    etag = fetch(token)["ETag"]

    again = fetch(token, if_none_match=etag)
    assert (again.status_code, again.content) == (304, b"")
    assert again["Cache-Control"] == "private, no-store"
    release.title = "Hotels and taxis"
    release.save()
    assert fetch(token, if_none_match=etag).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "x", "%00", "ü"])
def test_a_wrong_token_is_not_found(chief: Any, token: str) -> None:
    make_feed(chief, at=NOW)

    assert fetch(token).status_code == 404


@pytest.mark.django_db
def test_only_the_hash_of_the_token_is_kept(chief: Any) -> None:
    token = make_feed(chief, at=NOW)

    kept = CalendarFeed.objects.get().token_hash
    assert token not in kept
    assert fetch(kept).status_code == 404
    assert user_of_token(token) == chief


@pytest.mark.django_db
def test_a_new_address_ends_the_former_one(chief: Any) -> None:
    first = make_feed(chief, at=NOW)
    second = make_feed(chief, at=NOW)

    assert fetch(first).status_code == 404
    assert fetch(second).status_code == 200
    assert end_feed(chief)
    assert not end_feed(chief)
    assert fetch(second).status_code == 404


@pytest.mark.django_db
def test_what_somebody_may_see_is_looked_up_at_each_fetch(chief: Any) -> None:
    ReleaseFactory(title="Hotels", goes_live_at=THE_18TH)
    editor = UserFactory()
    editors = Group.objects.get(name="Editors")
    editor.groups.add(editors)
    token = make_feed(editor, at=NOW)
    assert len(events(fetch(token).content.decode())) == 1

    editors.permissions.remove(*editors.permissions.filter(codename__endswith="_release"))
    assert fetch(token).status_code == 404
    editor.groups.clear()
    assert fetch(token).status_code == 404


@pytest.mark.django_db
def test_somebody_who_has_left_gets_nothing(chief: Any) -> None:
    token = make_feed(chief, at=NOW)
    chief.is_active = False
    chief.save()

    assert fetch(token).status_code == 404


@pytest.mark.django_db
def test_it_speaks_the_language_of_its_person(chief: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = UserProfile.get_for_user(chief)
    profile.preferred_language = "fr"
    profile.save()
    chosen: list[str | None] = []
    monkeypatch.setattr(
        "campaign.releases.views.calendar.feed_for",
        lambda *_args, **_kwargs: chosen.append(get_language()) or "",
    )
    token = make_feed(chief, at=NOW)

    fetch(token)
    profile.preferred_language = "tlh"
    profile.save()
    fetch(token)

    assert chosen == ["fr", "en"]


@pytest.mark.django_db
def test_the_feed_covers_a_month_back_and_a_year_ahead(chief: Any) -> None:
    for days in (-40, -30, 399, 410):
        ReleaseFactory(title=f"{days}", goes_live_at=NOW + timedelta(days=days))

    found = events(feed_for(chief, at=NOW, host="h", name="x"))

    assert [one["SUMMARY"].rpartition(" ")[2] for one in found] == ["-30", "399"]


@pytest.mark.django_db
def test_the_feed_is_read_only() -> None:
    assert Client().post("/releases.ics").status_code == 405


# --- The page in the admin ------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_address_is_made_shown_once_and_ended(client: Client, chief: Any) -> None:
    client.force_login(chief)
    assert "Make my address" in client.get(FEED_PAGE).content.decode()

    made = client.post(FEED_PAGE)
    address = re.search(
        r'value="(http://testserver/releases\.ics\?token=[\w-]+)"', made.content.decode()
    )
    assert address is not None
    assert "no-store" in made["Cache-Control"]
    assert Client().get(address[1]).status_code == 200

    later = client.get(FEED_PAGE).content.decode()
    assert "You made an address on 10 March 2027." in later
    assert "token=" not in later

    ended = client.post(FEED_PAGE, {"end": "1"}, follow=True).content.decode()
    assert "The address no longer works." in ended
    assert Client().get(address[1]).status_code == 404


@pytest.mark.django_db
def test_ending_what_is_not_there_says_nothing(client: Client, chief: Any) -> None:
    client.force_login(chief)

    ended = client.post(FEED_PAGE, {"end": "1"}, follow=True).content.decode()

    assert "The address no longer works." not in ended


@pytest.mark.django_db
def test_a_site_that_does_not_serve_the_feed_says_so(
    client: Client, chief: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaign.releases.views.calendar._feed_path", lambda: None)
    client.force_login(chief)

    assert "This site does not serve the feed." in client.get(FEED_PAGE).content.decode()
    assert client.post(FEED_PAGE).status_code == 404
    assert not CalendarFeed.objects.exists()


def test_the_address_is_where_the_readme_says() -> None:
    assert reverse("campaign_releases_public:calendar_feed") == "/releases.ics"
