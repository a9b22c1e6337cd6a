"""The calendar: what is in it, for whom, and what clashes."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from wagtail.models import Page

from campaign.assurance.rules import key_of
from campaign.releases import calendar
from campaign.releases.calendar import Entry, EntryKind, clashes, entries, mark_clashes
from campaign.releases.enums import ReleaseState
from campaign.releases.gateposts import maintenance
from campaign.releases.heartbeats import Beating, beat
from campaign.releases.membership import add_item, set_language
from campaign.releases.models import Release
from tests.factories.content_blocks import ContactRouteFactory, SignFactory
from tests.factories.pages import GuidancePageFactory, add_locale, campaign_home
from tests.factories.releases import ReleaseFactory, ReleaseStory, ScheduledPage, UserFactory

pytestmark = pytest.mark.django_db

CALENDAR = "/admin/releases/calendar/"
NOW = datetime(2027, 3, 10, 12, tzinfo=UTC)
MARCH = (date(2027, 3, 1), date(2027, 4, 1))
THE_18TH = datetime(2027, 3, 18, 6, tzinfo=UTC)


@pytest.fixture(autouse=True)
def on_the_tenth_of_march() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def chief() -> Any:
    campaign_home()
    return UserFactory(editor_in_chief=True)


@pytest.fixture
def desk(client: Client, chief: Any) -> Client:
    beat(Beating.WORKER, at=NOW)
    client.force_login(chief)
    return client


def said(found: list[Entry]) -> list[tuple[int, str, str]]:
    return [(entry.day.day, entry.text, entry.title) for entry in found]


def march(user: Any, **wanted: Any) -> list[tuple[int, str, str]]:
    return said(entries(*MARCH, user=user, **wanted))


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


# --- What is in it --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"goes_live_at": THE_18TH}, [(18, "Planned to go live", "Hotels")]),
        (
            {
                "goes_live_at": THE_18TH,
                "ends_at": THE_18TH + timedelta(days=3),
                "state": ReleaseState.SCHEDULED,
                "scheduled_at": NOW,
                "approved_at": NOW,
            },
            [(18, "Goes live", "Hotels"), (21, "Ends", "Hotels")],
        ),
        (
            {
                "goes_live_at": THE_18TH,
                "published_at": NOW - timedelta(days=2),
                "state": ReleaseState.LIVE,
            },
            [(8, "Went live", "Hotels")],
        ),
        (
            {
                "published_at": NOW - timedelta(days=2),
                "ends_at": THE_18TH,
                "ended_at": NOW - timedelta(days=1),
                "state": ReleaseState.ENDED,
            },
            [(8, "Went live", "Hotels"), (9, "Ended", "Hotels")],
        ),
        ({"goes_live_at": THE_18TH, "state": ReleaseState.CANCELLED}, []),
        ({"goes_live_at": datetime(2027, 5, 1, tzinfo=UTC)}, []),
        (
            {"goes_live_at": datetime(2027, 2, 1, tzinfo=UTC), "ends_at": THE_18TH},
            [(18, "Ends", "Hotels")],
        ),
        ({"ends_at": THE_18TH}, [(18, "Ends", "Hotels")]),
        ({}, []),
    ],
)
def test_releases_are_in_it(
    chief: Any, fields: dict[str, Any], expected: list[tuple[int, str, str]]
) -> None:
    ReleaseFactory(title="Hotels", **fields)

    assert march(chief) == expected


def test_a_day_is_a_day_of_the_campaign(chief: Any) -> None:
    # Half past midnight in London on the first of April, in summer time.
    ReleaseFactory(title="Late", goes_live_at=datetime(2027, 3, 31, 23, 30, tzinfo=UTC))

    assert march(chief) == []
    assert said(entries(date(2027, 4, 1), date(2027, 4, 2), user=chief)) == [
        (1, "Planned to go live", "Late")
    ]


def test_single_schedules_are_in_it(chief: Any) -> None:
    home = Page.objects.get(depth=2)
    ScheduledPage.make("Up", go_live_at=THE_18TH, parent=home, user=chief)
    ScheduledPage.make("Down", live=True, expire_at=THE_18TH, parent=home, user=chief)

    assert march(chief) == [(18, "Comes down", "Down"), (18, "Goes live", "Up")]
    assert march(chief, owner_id=chief.pk) == march(chief)
    assert march(chief, owner_id=chief.pk + 1) == []


def test_reviews_of_records_and_pages_are_in_it(chief: Any) -> None:
    SignFactory(text="A room paid in cash", review_due=date(2027, 3, 5))
    ContactRouteFactory(name="Childline", review_due=date(2027, 3, 6))
    home = Page.objects.get(depth=2)
    due = GuidancePageFactory(parent=home, title="Consent", review_due=date(2027, 3, 7))
    due.create_alias(update_slug="consent-again")
    GuidancePageFactory(parent=home, title="Draft", review_due=date(2027, 3, 7), live=False)
    GuidancePageFactory(parent=home, title="Later", review_due=date(2027, 4, 1))

    found = march(chief)

    assert [(day, text) for day, text, _title in found] == [
        (5, "Review is due"),
        (6, "Review is due"),
        (7, "Review is due"),
    ]
    assert found[1][2] == "Childline"
    assert found[2][2] == "Consent"


def test_other_rooms_add_what_they_know(chief: Any) -> None:
    def alerts(start: date, end: date) -> list[Entry]:
        assert (start, end) == MARCH
        return [
            Entry(
                kind=EntryKind.ALERT,
                day=date(2027, 3, 2),
                text="Alert",
                title="The line is down",
                source="alerts",
                key=(1, "1"),
                permission="campaign_releases.view_release",
            )
        ]

    calendar.register_source("test", alerts)
    try:
        assert march(chief) == [(2, "Alert", "The line is down")]
    finally:
        calendar.unregister_source("test")
    assert march(chief) == []
    calendar.unregister_source("test")


# --- For whom -------------------------------------------------------------------------------------


def test_nobody_sees_what_they_may_not_work_on(chief: Any) -> None:
    home = Page.objects.get(depth=2)
    ReleaseFactory(title="Release", goes_live_at=THE_18TH)
    ScheduledPage.make("Page", go_live_at=THE_18TH, parent=home)
    SignFactory(review_due=date(2027, 3, 5))
    editor, nobody = UserFactory(), UserFactory()
    editor.groups.add(Group.objects.get(name="Editors"))

    assert len(march(editor)) == 3
    assert march(nobody) == []


def test_of_a_type_that_is_gone_nothing_is_shown(chief: Any) -> None:
    gone = ContentType.objects.create(app_label="gone", model="gone")
    entry = Entry(
        kind=EntryKind.REVIEW,
        day=NOW.date(),
        text="x",
        title="x",
        source="x",
        key=(gone.pk, "1"),
    )

    assert calendar.visible_to(chief, [entry]) == []


def test_it_filters_by_language(chief: Any) -> None:
    french, english = add_locale("fr"), add_locale("en")
    page = ReleaseStory.page("Hotels")
    with_item = ReleaseFactory(title="With item", goes_live_at=THE_18TH)
    add_item(with_item, page, user=chief, at=NOW)
    with_language = ReleaseFactory(title="With language", goes_live_at=THE_18TH)
    set_language(with_language, french, policy="wait", user=chief, at=NOW)  # type: ignore[arg-type]
    ReleaseFactory(title="Empty", goes_live_at=THE_18TH)

    assert [title for *_rest, title in march(chief, locale_id=english.pk)] == ["With item"]
    assert [title for *_rest, title in march(chief, locale_id=french.pk)] == ["With language"]


def test_an_item_of_a_type_that_is_gone_has_no_language(chief: Any) -> None:
    english = add_locale("en")
    release = ReleaseFactory(title="With item", goes_live_at=THE_18TH)
    add_item(release, ReleaseStory.page("Hotels"), user=chief, at=NOW)
    gone = ContentType.objects.create(app_label="gone", model="gone")
    release.items.create(content_type=gone, object_id="1", title="Gone", added_at=NOW)

    assert [title for *_rest, title in march(chief, locale_id=english.pk)] == ["With item"]
    assert march(chief, locale_id=add_locale("fr").pk) == []


# --- Clashes --------------------------------------------------------------------------------------


def timed(release: Release, moment: datetime) -> Release:
    return ReleaseStory.timed(release, moment)


def test_a_thing_in_a_release_that_comes_down_by_itself_later_clashes(chief: Any) -> None:
    page = ScheduledPage.make(
        "Hotels",
        live=True,
        expire_at=THE_18TH + timedelta(days=2),
        parent=Page.objects.get(depth=2),
    )
    release = timed(ReleaseStory.draft(page, at=NOW), THE_18TH)

    found = clashes(at=NOW)

    assert [clash.text for clash in found] == [
        "“Hotels” is in the release “March” (Thu 18 March, 06:00 London time), and comes down by "
        "itself on Sat 20 March, 06:00 London time."
    ]
    assert found[0].keys == {key_of(page), key_of(release)}
    marked = mark_clashes(entries(*MARCH, user=chief), found)
    assert [(entry.source, len(entry.clashes)) for entry in marked] == [
        ("release", 1),
        ("schedule", 1),
    ]


def test_a_thing_that_comes_down_by_itself_before_its_release_does_not_clash(chief: Any) -> None:
    page = ScheduledPage.make(
        "Hotels",
        live=True,
        expire_at=THE_18TH - timedelta(days=2),
        parent=Page.objects.get(depth=2),
    )
    draft = ReleaseStory.edit(page, expire_at=None)
    release = ReleaseStory.draft(at=NOW)
    add_item(release, page, user=chief, at=NOW, revision=draft)
    timed(release, THE_18TH)

    assert clashes(at=NOW) == []


def test_a_schedule_of_its_own_beside_a_release_clashes(chief: Any) -> None:
    page = ReleaseStory.page("Hotels")
    timed(ReleaseStory.draft(page, at=NOW), THE_18TH)
    with maintenance(reason="What only an older database holds"):
        page.get_latest_revision().__class__.objects.filter(pk=page.latest_revision_id).update(
            approved_go_live_at=THE_18TH + timedelta(days=1)
        )

    assert ["goes live by itself" in clash.text for clash in clashes(at=NOW)] == [True]


def test_two_pages_for_one_address_clash(chief: Any) -> None:
    home = Page.objects.get(depth=2)
    first, second = (ReleaseStory.page(name, parent=home) for name in ("One", "Two"))
    for page, moment in ((first, THE_18TH), (second, THE_18TH + timedelta(days=1))):
        revision = ReleaseStory.edit(page, slug="hotels")
        release = ReleaseFactory(title=f"With {page.title}", owner=chief)
        add_item(release, page, user=chief, at=NOW, revision=revision)
        timed(release, moment)

    assert [clash.text for clash in clashes(at=NOW)] == [
        "“One” (with “With One”, Thu 18 March, 06:00 London time) and “Two” (with “With Two”, "
        "Fri 19 March, 06:00 London time) would have the same address: “hotels”."
    ]


def test_a_page_by_itself_and_one_in_a_release_for_one_address_clash(chief: Any) -> None:
    home = Page.objects.get(depth=2)
    alone, page = (ReleaseStory.page(name, parent=home) for name in ("Alone", "Hotels"))
    ReleaseStory.edit(page, slug="hotels")
    timed(ReleaseStory.draft(page, at=NOW), THE_18TH + timedelta(days=1))
    ReleaseStory.edit(alone, slug="hotels")
    ScheduledPage.schedule(alone, go_live_at=THE_18TH)

    assert [clash.text for clash in clashes(at=NOW)] == [
        "“Alone” (by itself, Thu 18 March, 06:00 London time) and “Hotels” (with “March”, "
        "Fri 19 March, 06:00 London time) would have the same address: “hotels”."
    ]


def test_an_item_whose_version_was_deleted_clashes_with_nothing(chief: Any) -> None:
    page = ReleaseStory.page("Hotels")
    ReleaseStory.edit(page, expire_at=THE_18TH - timedelta(hours=1))
    release = timed(ReleaseStory.draft(page, at=NOW), THE_18TH)
    assert len(clashes(at=NOW)) == 1

    release.items.update(revision=None)

    assert clashes(at=NOW) == []


def test_the_same_slug_below_different_pages_is_no_clash(chief: Any) -> None:
    home = Page.objects.get(depth=2)
    parents = [GuidancePageFactory(parent=home) for _number in range(2)]
    pages = [ReleaseStory.page("Hotels", parent=parent, slug="hotels") for parent in parents]
    timed(ReleaseStory.draft(*pages, at=NOW), THE_18TH)

    assert clashes(at=NOW) == []


def test_a_version_that_ends_before_it_goes_live_clashes(chief: Any) -> None:
    page = ReleaseStory.page("Hotels")
    ReleaseStory.edit(page, expire_at=THE_18TH - timedelta(hours=1))
    timed(ReleaseStory.draft(page, at=NOW), THE_18TH)

    assert [clash.text for clash in clashes(at=NOW)] == [
        "“Hotels” is to go live with “March” on Thu 18 March, 06:00 London time, but this "
        "version ends before that, on Thu 18 March, 05:00 London time."
    ]


def test_nobody_learns_from_a_clash_of_what_they_may_not_see(chief: Any) -> None:
    page = ReleaseStory.page("Hotels")
    ReleaseStory.edit(page, expire_at=THE_18TH - timedelta(hours=1))
    timed(ReleaseStory.draft(page, at=NOW), THE_18TH)
    of_releases_only = UserFactory()
    of_releases_only.user_permissions.add(Permission.objects.get(codename="view_release"))

    assert len(calendar.visible_clashes(chief, clashes(at=NOW))) == 1
    assert calendar.visible_clashes(of_releases_only, clashes(at=NOW)) == []
    assert calendar.visible_clashes(UserFactory(), clashes(at=NOW)) == []


def test_many_things_at_one_second_are_no_clash(chief: Any) -> None:
    for _number in range(3):
        timed(ReleaseStory.draft(ReleaseStory.page(), at=NOW), THE_18TH)
    timed(ReleaseStory.draft(ReleaseStory.page(live=True), at=NOW), THE_18TH)
    withdrawing = ReleaseStory.draft(at=NOW, withdraw=[ReleaseStory.page(live=True)])
    timed(withdrawing, THE_18TH)
    timed(ReleaseStory.draft(ReleaseStory.term("Grooming"), at=NOW), THE_18TH)

    assert clashes(at=NOW) == []


# --- On the screen --------------------------------------------------------------------------------


def test_the_month_is_a_table_with_headings(desk: Client) -> None:
    ReleaseFactory(title="Hotels", goes_live_at=THE_18TH)

    html = desk.get(CALENDAR).content.decode()

    assert html.count('<th scope="col" abbr=') == 7
    assert html.count("<td class=") == 35
    assert 'aria-current="date"' in html
    assert "March 2027" in html
    assert "Planned to go live" in html
    assert 'datetime="2027-03-18T06:00:00+00:00">06:00</time>' in html


@pytest.mark.parametrize(
    ("query", "shown", "previous", "following"),
    [
        ("", "March 2027", "2027-02", "2027-04"),
        ("?month=2027-12", "December 2027", "2027-11", "2028-01"),
        ("?month=2028-01&view=list", "January 2028", "2027-12", "2028-02"),
        ("?month=never", "March 2027", "2027-02", "2027-04"),
        ("?month=9999-12", "March 2027", "2027-02", "2027-04"),
    ],
)
def test_one_turns_the_pages(
    desk: Client, query: str, shown: str, previous: str, following: str
) -> None:
    response = desk.get(CALENDAR + query)

    assert response.context["month_name"] == shown
    assert f"month={previous}" in response.context["previous_url"]
    assert f"month={following}" in response.context["next_url"]
    assert "month=2027-03" in response.context["today_url"]


def test_the_list_names_the_days_on_which_something_happens(desk: Client) -> None:
    assert "Nothing happens in this month." in text_of(desk.get(CALENDAR + "?view=list"))
    ReleaseFactory(title="Hotels", goes_live_at=THE_18TH)

    shown = text_of(desk.get(CALENDAR + "?view=list"))

    assert "Thursday 18 March 06:00 Planned to go live: Hotels (Draft)" in shown


def test_it_links_to_what_somebody_may_edit(desk: Client) -> None:
    sign = SignFactory(review_due=date(2027, 3, 5))
    release = ReleaseFactory(goes_live_at=THE_18TH)

    html = desk.get(CALENDAR).content.decode()

    assert reverse(sign.snippet_viewset.get_url_name("edit"), args=[sign.pk]) in html
    assert reverse("campaign_release:view", args=[release.pk]) in html


def test_clashes_are_told_above_the_month_and_at_the_entry(desk: Client, chief: Any) -> None:
    page = ReleaseStory.page("Hotels")
    ReleaseStory.edit(page, expire_at=THE_18TH - timedelta(hours=1))
    timed(ReleaseStory.draft(page, at=NOW), THE_18TH)

    shown = text_of(desk.get(CALENDAR))

    assert "1 clash" in shown
    assert "Clash: “Hotels” is to go live with “March”" in shown
    assert "1 clash" not in text_of(desk.get(CALENDAR + "?month=2027-06"))


def test_filters_stay_when_one_turns_the_page(desk: Client) -> None:
    mine = ReleaseFactory(title="Mine", goes_live_at=THE_18TH)
    ReleaseFactory(title="Theirs", goes_live_at=THE_18TH)

    response = desk.get(f"{CALENDAR}?owner={mine.owner_id}&language=")

    shown = text_of(response)
    assert ": Mine" in shown
    assert ": Theirs" not in shown
    assert f"owner={mine.owner_id}" in response.context["next_url"]


def test_a_week_begins_on_the_day_of_the_language(desk: Client) -> None:
    assert calendar.weeks_of(date(2027, 3, 18), first_weekday=0)[0][0] == date(2027, 3, 1)
    assert calendar.weeks_of(date(2027, 3, 18), first_weekday=6)[0][0] == date(2027, 2, 28)
    assert calendar.weeks_of(date(2027, 12, 18), first_weekday=0)[-1][-1] == date(2028, 1, 2)


@pytest.mark.parametrize("count", [1, 3])
def test_the_month_needs_the_same_queries_for_one_release_and_for_three(
    desk: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(count):
        timed(ReleaseStory.draft(ReleaseStory.page(), at=NOW), THE_18TH)
    desk.get(CALENDAR)

    with django_assert_num_queries(MONTH_QUERIES):
        desk.get(CALENDAR)


MONTH_QUERIES = 48
