"""The list of releases, the form, and what the home of the admin says of them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from campaign.releases.enums import ReleaseState
from campaign.releases.heartbeats import Beating, beat
from campaign.releases.models import Release
from campaign.releases.views.release_words import times_in_words
from tests.factories.pages import add_locale, campaign_home
from tests.factories.releases import DueWorkFactory, ReleaseFactory, ReleaseStory, UserFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/releases/"
NOW = datetime.fromisoformat("2027-01-10T12:00:00+00:00")


@pytest.fixture
def chief() -> Any:
    return UserFactory(editor_in_chief=True)


@pytest.fixture
def desk(client: Client, chief: Any) -> Client:
    campaign_home()
    beat(Beating.WORKER, at=timezone.now())
    client.force_login(chief)
    return client


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def titles(client: Client, query: str = "") -> list[str]:
    return [one.title for one in client.get(LIST + query).context["object_list"]]


# --- The list -------------------------------------------------------------------------------------


def test_the_empty_list_says_what_a_release_is_and_how_to_start(desk: Client) -> None:
    shown = text_of(desk.get(LIST))

    assert "A release is a set of pages, snippets and translations that goes live together" in shown
    assert "Create a release" in shown


def test_the_list_shows_state_times_owner_and_number_of_items(
    desk: Client, chief: Any, at: datetime
) -> None:
    release = ReleaseStory.draft(ReleaseStory.page(), ReleaseStory.page(), at=at, user=chief)
    ReleaseStory.timed(release, NOW + timedelta(days=400))

    shown = text_of(desk.get(LIST))

    assert "March" in shown
    assert "Draft" in shown
    assert "14 February 2028, 12:00 UTC" in shown
    assert chief.username in shown
    assert desk.get(LIST).context["object_list"][0].item_count == 2


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Open", "Over", "Theirs"]),
        ("?state=cancelled", ["Over"]),
        ("?state=draft&state=cancelled", ["Open", "Over", "Theirs"]),
        ("?q=their", ["Theirs"]),
        ("?q=nothing", []),
        ("?state=live", []),
    ],
)
def test_the_list_filters_and_searches(desk: Client, query: str, expected: list[str]) -> None:
    ReleaseFactory(title="Open")
    ReleaseFactory(title="Over", state=ReleaseState.CANCELLED)
    ReleaseFactory(title="Theirs")

    assert sorted(titles(desk, query)) == expected


def test_the_list_filters_by_owner_and_language(desk: Client, at: datetime) -> None:
    french = add_locale("fr")
    mine, theirs = ReleaseFactory(title="Mine"), ReleaseFactory(title="Theirs")
    mine.languages.create(locale=french)
    page = ReleaseStory.page("Hotels")
    page.get_parent().specific.copy_for_translation(french)
    with_item = ReleaseStory.draft(page.copy_for_translation(french), at=at)

    assert titles(desk, f"?owner={theirs.owner_id}") == ["Theirs"]
    assert sorted(titles(desk, f"?language={french.pk}")) == sorted(["Mine", with_item.title])


def test_when_filters_match_nothing_the_list_says_so(desk: Client) -> None:
    ReleaseFactory()

    assert "No releases match your query." in text_of(desk.get(LIST + "?state=live"))


def test_the_results_alone_and_a_table_can_be_fetched(desk: Client) -> None:
    ReleaseFactory(title="Hotels week")

    assert "<html" not in desk.get(LIST + "results/").content.decode()
    lines = b"".join(desk.get(LIST + "?export=csv").streaming_content).decode().splitlines()
    assert lines[1].startswith("Hotels week,draft")


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_needs_the_same_queries_for_one_release_and_for_three(
    desk: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ReleaseFactory.create_batch(count)
    desk.get(LIST)

    with django_assert_num_queries(LIST_QUERIES):
        desk.get(LIST)


LIST_QUERIES = 12


def test_editors_see_the_menu_item_and_others_do_not(client: Client) -> None:
    beat(Beating.WORKER, at=timezone.now())
    editor = UserFactory()
    editor.groups.add(Group.objects.get(name="Editors"))
    client.force_login(editor)

    assert f'"{LIST}"' in unescape(client.get("/admin/").content.decode())


# --- The form -------------------------------------------------------------------------------------


def form_of(chief: Any, **changes: Any) -> dict[str, Any]:
    return {
        "title": "Hotels week",
        "description": "Forty pages.",
        "owner": chief.pk,
        "zone": "Europe/London",
        "goes_live": "",
        "ends": "",
    } | changes


def test_a_release_is_made_without_a_time(desk: Client, chief: Any) -> None:
    response = desk.post(LIST + "new/", form_of(chief), follow=True)

    release = Release.objects.get()
    assert (release.title, release.owner, release.goes_live_at) == ("Hotels week", chief, None)
    assert "“Hotels week” was created. Now add what goes live with it." in text_of(response)


def test_times_are_said_back_in_words_and_kept_as_wall_time_and_moment(
    desk: Client, chief: Any
) -> None:
    with time_machine.travel(NOW, tick=False):
        desk.force_login(chief)
        beat(Beating.WORKER, at=NOW)
        response = desk.post(
            LIST + "new/",
            form_of(chief, goes_live="2027-03-18 06:00", ends="2027-04-01 06:00"),
            follow=True,
        )

    release = Release.objects.get()
    assert release.goes_live_wall == "2027-03-18T06:00:00"
    assert release.goes_live_at == datetime.fromisoformat("2027-03-18T06:00:00+00:00")
    assert release.ends_at == datetime.fromisoformat("2027-04-01T05:00:00+00:00")
    assert (
        "Everything goes live together on Thu 18 March, 06:00 London time and comes down on "
        "Thu 1 April, 06:00 London time." in text_of(response)
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"title": ""}, "This field is required."),
        ({"goes_live": "tomorrow"}, "Write the date and the time like this"),
        ({"goes_live": "2027-03-28 01:30"}, "01:30 does not exist that day"),
        ({"goes_live": "2027-10-31 01:30"}, "01:30 twice. Choose which"),
        ({"goes_live": "2026-01-01 06:00"}, "The time at which it goes live has passed."),
        (
            {"goes_live": "2027-03-18 06:00", "ends": "2027-03-18 06:00"},
            "It has to end after it goes live.",
        ),
        ({"zone": "Europe/Atlantis"}, "Select a valid choice."),
    ],
)
def test_what_is_wrong_with_the_form_is_said_and_nothing_is_made(
    desk: Client, chief: Any, changes: dict[str, str], expected: str
) -> None:
    with time_machine.travel(NOW, tick=False):
        desk.force_login(chief)
        response = desk.post(LIST + "new/", form_of(chief, **changes))

    assert expected in text_of(response)
    assert not Release.objects.exists()


@pytest.mark.parametrize(("which", "hour"), [("0", 0), ("1", 1)])
def test_one_of_two_times_is_chosen(desk: Client, chief: Any, which: str, hour: int) -> None:
    with time_machine.travel(NOW, tick=False):
        desk.force_login(chief)
        form = form_of(chief, goes_live="2027-10-31 01:30")
        asked = text_of(desk.post(LIST + "new/", form))
        assert "01:30 summer time (BST)" in asked
        assert "01:30 winter time (GMT)" in asked
        desk.post(LIST + "new/", form | {"goes_live_which": which})

    release = Release.objects.get()
    assert release.goes_live_at == datetime.fromisoformat(f"2027-10-31T0{hour}:30:00+00:00")
    shown = desk.get(reverse("campaign_release:edit", args=[release.pk])).content.decode()
    assert f'name="goes_live_which" value="{which}" checked' in shown


def test_the_sentence_follows_what_is_typed(desk: Client, chief: Any) -> None:
    with time_machine.travel(NOW, tick=False):
        desk.force_login(chief)
        answer = {
            typed: text_of(desk.post(LIST + "sentence/", {"zone": zone, "goes_live": typed}))
            for typed, zone in (
                ("2027-03-18 06:00", "Europe/Paris"),
                ("2027-03-28 01:30", "Europe/London"),
                ("2027-10-31 01:30", "Europe/London"),
                ("", "Europe/London"),
            )
        }

    assert (
        "Everything goes live together on Thu 18 March, 06:00 Paris time and stays."
        in (answer["2027-03-18 06:00"])
    )
    assert "does not exist that day" in answer["2027-03-28 01:30"]
    assert "Which do you mean? 01:30 summer time (BST)" in answer["2027-10-31 01:30"]
    assert "No time is set yet" in answer[""]
    assert not Release.objects.exists()


def test_a_release_is_changed(desk: Client, chief: Any) -> None:
    release = ReleaseFactory(title="Hotels", owner=chief)
    address = reverse("campaign_release:edit", args=[release.pk])
    assert "Hotels" in text_of(desk.get(address))

    response = desk.post(address, form_of(chief, title="Hotels and taxis"), follow=True)

    assert "“Hotels and taxis” was saved." in text_of(response)
    release.refresh_from_db()
    assert release.title == "Hotels and taxis"


def test_changing_the_times_voids_the_approval_and_says_so(
    desk: Client, chief: Any, at: datetime
) -> None:
    release = ReleaseStory.approved(ReleaseStory.page(), at=at)

    response = desk.post(
        reverse("campaign_release:edit", args=[release.pk]),
        form_of(chief, goes_live="2037-03-18 06:00"),
        follow=True,
    )

    assert "The times have changed, so it must be approved again." in text_of(response)
    release.refresh_from_db()
    assert release.state == ReleaseState.DRAFT


def test_of_a_live_release_only_the_end_can_change(desk: Client, chief: Any, at: datetime) -> None:
    release = ReleaseStory.live(ReleaseStory.page(), at=at)

    desk.post(
        reverse("campaign_release:edit", args=[release.pk]),
        form_of(chief, title="March", goes_live="2037-03-18 06:00", ends="2037-04-01 06:00"),
    )

    release.refresh_from_db()
    assert release.goes_live_at is None
    assert release.ends_at is not None


def test_a_cancelled_release_keeps_its_times(desk: Client, chief: Any) -> None:
    release = ReleaseFactory(state=ReleaseState.CANCELLED)

    desk.post(
        reverse("campaign_release:edit", args=[release.pk]),
        form_of(chief, goes_live="2037-03-18 06:00"),
    )

    release.refresh_from_db()
    assert (release.title, release.goes_live_at) == ("Hotels week", None)


def test_the_sentence_of_what_is_over_is_in_the_past() -> None:
    start, end = NOW, NOW + timedelta(days=2)
    with time_machine.travel(NOW, tick=False):
        live = times_in_words(goes_live_at=start, ends_at=end, zone="UTC", went_live_at=start)
        over = times_in_words(
            goes_live_at=start, ends_at=end, zone="UTC", went_live_at=start, ended_at=end
        )
        stays = times_in_words(goes_live_at=start, ends_at=None, zone="UTC", went_live_at=start)

    assert live == (
        "Everything went live together on Sun 10 January, 12:00 UTC and comes down on "
        "Tue 12 January, 12:00 UTC."
    )
    assert over == (
        "Everything went live together on Sun 10 January, 12:00 UTC and came down on "
        "Tue 12 January, 12:00 UTC."
    )
    assert stays == "Everything went live together on Sun 10 January, 12:00 UTC and stays."


# --- The home of the admin ------------------------------------------------------------------------


def test_the_dashboard_shows_what_is_coming_and_what_would_fail(desk: Client, at: datetime) -> None:
    soon = ReleaseStory.draft(ReleaseStory.page("Hotels"), at=at)
    ReleaseStory.timed(soon, at + timedelta(days=2))
    soon.checks.create(trigger="asked", run_at=at, ok=False, results=[])
    far = ReleaseFactory(title="Next year", goes_live_at=at + timedelta(days=300))
    DueWorkFactory(failed=True)

    shown = text_of(desk.get("/admin/"))

    assert "Coming up" in shown
    assert "March" in shown
    assert "Would not go live as it is" in shown
    assert "1 thing is overdue." in shown
    assert far.title not in shown


def test_the_dashboard_says_nothing_when_nothing_is_planned(desk: Client) -> None:
    assert "Coming up" not in text_of(desk.get("/admin/"))


def test_the_dashboard_says_when_the_time_of_a_release_has_passed(
    desk: Client, at: datetime
) -> None:
    ReleaseFactory(title="Forgotten", goes_live_at=at - timedelta(hours=1))
    for number in range(9):
        ReleaseFactory(title=f"Later {number}")

    shown = text_of(desk.get("/admin/"))

    assert "Its time has passed" in shown
    assert "2 more releases" in shown
