"""Alerts as a person shows, changes and ends them in the admin."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaign.pages.models import HomePage
from campaign.releases import alerts
from campaign.releases.enums import AlertKind
from campaign.releases.models import Alert
from campaign.releases.wall_time import wall_of
from tests.factories import pages as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(settings: Any) -> HomePage:
    settings.LANGUAGES = settings.WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("ur", "اردو")]
    make.add_locale("ur")
    return make.campaign_home()


@pytest.fixture
def moderator(db: None) -> Client:
    user = User.objects.create_user("moderator")
    for codename in ("access_admin", "show_alert", "view_alert"):
        user.user_permissions.add(Permission.objects.get(codename=codename))
    client = Client()
    client.force_login(user)
    return client


def url(name: str, *args: Any) -> str:
    return reverse(f"campaign_releases_alerts:{name}", args=args)


def wall(at: datetime) -> str:
    """What an editor types: the time on the clocks of the site."""
    return f"{wall_of(at, 'Europe/London')[0]:%Y-%m-%dT%H:%M}"


def filled_in(at: datetime, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "number",
        "languages": ["en", "ur"],
        "fallback_language": "en",
        "text_en": "101 is not working. Call 999 in danger.",
        "ends_at": wall(at + timedelta(hours=3)),
    } | changes


def show(at: datetime, **options: Any) -> Alert:
    return alerts.show(
        **(
            {
                "kind": AlertKind.SAFETY,
                "texts": {"en": "Call 999."},
                "languages": ["en"],
                "ends_at": at + timedelta(hours=2),
                "user": None,
                "at": at,
            }
            | options
        )
    )


def flat(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_an_alert_is_shown_in_the_sites_own_time(
    home: HomePage, moderator: Client, at: datetime
) -> None:
    form = flat(moderator.get(url("add")))
    assert "London time. Empty: at once." in form
    assert 'name="text_ur"' in form
    assert 'dir="rtl"' in form

    response = moderator.post(url("add"), filled_in(at), follow=True)

    alert = Alert.objects.get()
    assert (alert.kind, alert.languages, alert.fallback_language) == ("number", ["en", "ur"], "en")
    assert alert.ends_at == (at + timedelta(hours=3)).replace(second=0)
    assert abs(alert.starts_at - timezone.now()) < timedelta(minutes=1)
    assert "Shows on every page from" in flat(response)
    assert "London time, then ends by itself." in flat(response)


def test_a_time_on_the_day_the_clocks_go_back_is_asked_for_again(
    home: HomePage, moderator: Client, at: datetime
) -> None:
    for typed, message in (
        ("2031-10-26T01:30", "Clocks show that time twice that day."),
        ("2031-03-30T01:30", "does not exist that day"),
        ("soon", "Enter a valid date/time."),
        ("", "This field is required."),
    ):
        response = moderator.post(url("add"), filled_in(at, ends_at=typed))
        assert message in flat(response)
    assert not Alert.objects.exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"fallback_language": ""}, "Write the message in this language too"),
        ({"text_en": ""}, "Write the message."),
        ({"languages": []}, "This field is required."),
        ({"text_en": "x" * 301}, "at most 300 characters"),
    ],
)
def test_what_does_not_fit_is_said_at_the_field(
    home: HomePage, moderator: Client, at: datetime, changes: dict[str, Any], message: str
) -> None:
    response = moderator.post(url("add"), filled_in(at, **changes))

    assert response.status_code == 200
    assert message in flat(response)
    assert not Alert.objects.exists()


def test_an_end_in_the_past_is_refused(home: HomePage, moderator: Client, at: datetime) -> None:
    response = moderator.post(url("add"), filled_in(at, ends_at=wall(at - timedelta(hours=1))))

    assert "The end has passed." in flat(response)


def test_one_that_has_begun_says_what_changing_it_means(
    home: HomePage, moderator: Client, at: datetime
) -> None:
    alert = show(at - timedelta(minutes=1))
    form = flat(moderator.get(url("edit", alert.pk)))
    assert "ends it and shows a new alert in its place" in form

    moderator.post(
        url("edit", alert.pk),
        filled_in(at, kind="safety", languages=["en"], fallback_language="", text_en="Call 999!"),
    )

    alert.refresh_from_db()
    correction = Alert.objects.exclude(pk=alert.pk).get()
    assert alert.ended_at is not None
    assert (str(correction), correction.replaces) == ("Call 999!", alert)


def test_ending_it_asks_first_and_can_be_taken_back(
    home: HomePage, moderator: Client, at: datetime
) -> None:
    alert = show(at)
    assert "End this alert now?" in flat(moderator.get(url("end", alert.pk)))
    alert.refresh_from_db()
    assert alert.ended_at is None

    response = moderator.post(url("end", alert.pk), follow=True)
    assert "Show it again until its end" in flat(response)
    alert.refresh_from_db()
    assert alert.ended_by.username == "moderator"
    assert "is over already" in flat(moderator.post(url("end", alert.pk), follow=True))

    moderator.post(url("put_back", alert.pk))

    again = Alert.objects.exclude(pk=alert.pk).get()
    assert (again.ends_at, again.replaces, again.ended_at) == (alert.ends_at, alert, None)
    assert moderator.get(url("put_back", alert.pk)).status_code == 405


def test_one_that_is_over_is_not_changed_but_used_again(
    home: HomePage, moderator: Client, at: datetime
) -> None:
    alert = show(at - timedelta(hours=3))

    assert moderator.get(url("edit", alert.pk))["Location"] == url("detail", alert.pk)
    assert "Its end has passed." in flat(moderator.post(url("put_back", alert.pk), follow=True))
    form = flat(moderator.get(url("add"), {"copy": alert.pk}))
    assert "Call 999." in form


def test_its_page_leads_to_previews_in_each_language(
    home: HomePage, moderator: Client, at: datetime
) -> None:
    alert = show(at, starts_at=at + timedelta(days=1), ends_at=at + timedelta(days=2))

    response = moderator.get(url("detail", alert.pk))

    assert f'href="{home.url}?alert-preview={alert.preview_key}"' in flat(response)
    assert "Not yet" in flat(response)


def test_the_list_says_how_each_stands(home: HomePage, moderator: Client, at: datetime) -> None:
    assert "There has been no alert." in flat(moderator.get(url("list")))
    show(at, texts={"en": "Now"})
    show(at - timedelta(hours=4), texts={"en": "Before"})
    show(at, texts={"en": "Later"}, starts_at=at + timedelta(hours=1), drill=True)

    html = flat(moderator.get(url("list")))

    assert html.count("On every page now") == 1
    assert html.count(">Over<") == 1
    assert html.count(">Not yet<") == 1
    assert html.count(">Drill<") == 1
    assert url("add") in html


def test_somebody_who_may_only_see_them_changes_nothing(home: HomePage, at: datetime) -> None:
    user = User.objects.create_user("reader")
    for codename in ("access_admin", "view_alert"):
        user.user_permissions.add(Permission.objects.get(codename=codename))
    client = Client()
    client.force_login(user)
    alert = show(at)

    assert url("add") not in flat(client.get(url("list")))
    assert url("end", alert.pk) not in flat(client.get(url("detail", alert.pk)))
    for address in (url("add"), url("edit", alert.pk), url("end", alert.pk)):
        assert client.post(address, {})["Location"] == reverse("wagtailadmin_home")
    client.post(url("put_back", alert.pk))
    assert Alert.objects.get().ended_at is None
