"""The promise is the time on the clock: new zone data move the moment, never the promise."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone
from wagtail.models import Page, PageLogEntry, Revision

from campaign.releases import set_times
from campaign.releases.attempts import run_due
from campaign.releases.due_work import record_schedules
from campaign.releases.enums import SetTimeField
from campaign.releases.gateposts import maintenance
from campaign.releases.models import DueWork, SetTime
from campaign.releases.set_times import (
    TIME_MOVED_ACTION,
    Plan,
    number_of,
    numbers_of,
    on_our_clock,
    say,
    sentences_for,
)
from content_blocks.models import Sign
from tests.campaign.releases.time_zones import write_rule
from tests.factories import pages as make
from tests.factories.content_blocks import HotspotFactory, SignFactory
from tests.factories.releases import ScheduledPage, UserFactory

pytestmark = pytest.mark.django_db

ZONE = "Test/Rotherham"
SUMMER_TIME = "GMT0BST,M3.5.0/1,M10.5.0/2"
NO_SUMMER_TIME = "GMT0"
# Clocks go forward in April instead of March, from 01:00 to 03:00.
TWO_HOURS_IN_APRIL = "GMT0DST-2,M4.1.0/1,M10.5.0/2"


class Country:
    """A country whose clocks a test can change, as a new release of the zone data does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def decide(self, rule: str, release: str) -> None:
        write_rule(self.folder, ZONE, rule, release=release)
        zoneinfo.ZoneInfo.clear_cache()
        timezone.get_default_timezone.cache_clear()


@pytest.fixture
def country(tmp_path: Path, settings: Any) -> Iterator[Country]:
    """The campaign runs on the clocks of a country with summer time like ours."""
    country = Country(tmp_path / "zones")
    zoneinfo.reset_tzpath(to=[str(country.folder)])
    country.decide(SUMMER_TIME, "2027a")
    settings.TIME_ZONE = ZONE
    yield country
    zoneinfo.reset_tzpath()
    zoneinfo.ZoneInfo.clear_cache()
    timezone.get_default_timezone.cache_clear()


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NINE = utc("2027-07-04 08:00")
"""09:00 on the clock, in summer time."""
NINE_WITHOUT = utc("2027-07-04 09:00")
"""09:00 on the clock, had there been no summer time."""


# --- Kept beside the schedule ---------------------------------------------------------------------


def test_schedule_keeps_wall_time_zone_moment_and_release_of_the_data(country: Country) -> None:
    user = UserFactory()
    page = ScheduledPage.make(go_live_at=NINE, user=user)

    kept = SetTime.objects.get()
    assert (kept.object_id, kept.field) == (str(page.pk), SetTimeField.GO_LIVE)
    assert (kept.wall, kept.zone, kept.fold, kept.utc) == ("2027-07-04T09:00:00", ZONE, 0, NINE)
    assert kept.zone_data.startswith("2027a/")
    assert kept.set_by == user


def test_both_ends_of_a_scheduled_version_are_kept(country: Country) -> None:
    ScheduledPage.make(go_live_at=NINE, expire_at=NINE + timedelta(days=7))

    assert list(SetTime.objects.values_list("field", "wall")) == [
        ("go_live", "2027-07-04T09:00:00"),
        ("expire", "2027-07-11T09:00:00"),
    ]


def test_another_time_takes_the_place_of_the_first(country: Country) -> None:
    page = ScheduledPage.make(go_live_at=NINE)
    ScheduledPage.schedule(page, go_live_at=NINE + timedelta(days=1))

    assert [kept.wall for kept in SetTime.objects.all()] == ["2027-07-05T09:00:00"]


def test_cancelled_schedule_leaves_nothing(country: Country) -> None:
    page = ScheduledPage.make(go_live_at=NINE)
    revision = page.scheduled_revision
    revision.approved_go_live_at = None
    revision.save(update_fields=["approved_go_live_at"])

    assert not SetTime.objects.exists()


def test_what_went_live_keeps_only_its_end(country: Country) -> None:
    end = NINE + timedelta(days=7)
    page = ScheduledPage.make(go_live_at=NINE, expire_at=end)
    with time_machine.travel(NINE, tick=False):
        run_due(at=NINE)

    kept = SetTime.objects.get()
    assert (kept.object_id, kept.revision, kept.field) == (str(page.pk), None, SetTimeField.EXPIRE)
    with time_machine.travel(end, tick=False):
        run_due(at=end)
        set_times.keep()
    assert not SetTime.objects.exists()


def test_schedules_set_before_or_behind_our_back_are_taken_note_of(
    country: Country, django_assert_num_queries: Any
) -> None:
    page = ScheduledPage.make(go_live_at=NINE)
    SetTime.objects.all().delete()
    set_times.keep()
    assert SetTime.objects.get().utc == NINE
    with maintenance(reason="Test"):
        Revision.objects.filter(object_id=str(page.pk)).update(
            approved_go_live_at=NINE + timedelta(hours=1)
        )
    set_times.keep()
    assert SetTime.objects.get().wall == "2027-07-04T10:00:00"
    page.delete()
    set_times.keep()

    assert not SetTime.objects.exists()


def test_records_with_drafts_are_kept_too(country: Country) -> None:
    sign: Sign = SignFactory(code="HO-01", text="Pays cash", hotspots=[HotspotFactory()])
    sign.go_live_at = NINE
    sign.save_revision().publish()

    assert SetTime.objects.get().content_object == Sign.objects.get(pk=sign.pk)


def test_database_keeps_one_time_for_each_end_and_knows_what_it_is(country: Country) -> None:
    ScheduledPage.make(go_live_at=NINE)
    kept = SetTime.objects.get()
    for changes in ({}, {"field": "begin", "revision": None}, {"fold": 2, "revision": None}):
        twin = SetTime.objects.get(pk=kept.pk)
        twin.pk = None
        for name, value in changes.items():
            setattr(twin, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            twin.save()


# --- New zone data --------------------------------------------------------------------------------


def test_page_goes_live_at_nine_whatever_the_country_decides_meanwhile(country: Country) -> None:
    user = UserFactory(email="editor@example.org")
    page = ScheduledPage.make(title="Summer", go_live_at=NINE, user=user)
    country.decide(NO_SUMMER_TIME, "2027b")

    with time_machine.travel(NINE - timedelta(days=1), tick=False):
        moved = set_times.keep()
        record_schedules(at=timezone.now())

    assert [row.utc for row in moved] == [NINE_WITHOUT]
    revision = Revision.objects.get(object_id=str(page.pk))
    assert revision.approved_go_live_at == NINE_WITHOUT
    assert revision.as_object().go_live_at == NINE_WITHOUT
    assert Page.objects.get(pk=page.pk).go_live_at == NINE_WITHOUT
    assert {work.due_at: work.state for work in DueWork.objects.all()} == {NINE_WITHOUT: "due"}
    for at, live in (
        (NINE, False),
        (NINE_WITHOUT - timedelta(seconds=1), False),
        (NINE_WITHOUT, True),
    ):
        with time_machine.travel(at, tick=False):
            run_due(at=at)
        assert Page.objects.get(pk=page.pk).live is live


def test_move_is_written_down_and_told_to_who_set_the_time(
    country: Country, django_capture_on_commit_callbacks: Any
) -> None:
    user = UserFactory(email="editor@example.org")
    page = ScheduledPage.make(title="Summer", go_live_at=NINE, user=user)
    country.decide(NO_SUMMER_TIME, "2027b")

    with django_capture_on_commit_callbacks(execute=True):
        set_times.keep()

    entry = PageLogEntry.objects.get(page=page.pk, action=TIME_MOVED_ACTION)
    assert entry.data["from"] == NINE.isoformat()
    assert (entry.data["to"], entry.data["wall"]) == (
        NINE_WITHOUT.isoformat(),
        "2027-07-04T09:00:00",
    )
    [message] = mail.outbox
    assert message.to == ["editor@example.org"]
    assert message.subject == "Clocks change: “Summer” goes live at another moment"
    assert "the clocks in Rotherham have changed since you chose 4 July 2027, 09:00" in message.body
    assert "before: 4 July 2027, 08:00 UTC" in message.body
    assert "now: 4 July 2027, 09:00 UTC" in message.body


def test_data_that_change_nothing_move_nothing_and_are_asked_once(country: Country) -> None:
    ScheduledPage.make(go_live_at=utc("2027-01-10 09:00"))
    country.decide(NO_SUMMER_TIME, "2027b")

    assert set_times.keep() == []

    kept = SetTime.objects.get()
    assert (kept.utc, kept.zone_data[:6]) == (utc("2027-01-10 09:00"), "2027b/")
    assert list(set_times._computed_with_other_data()) == []


def test_process_with_older_data_changes_nothing(country: Country) -> None:
    ScheduledPage.make(go_live_at=NINE)
    country.decide(NO_SUMMER_TIME, "2026z")

    assert set_times.keep() == []
    assert SetTime.objects.get().utc == NINE


def test_end_of_a_public_page_its_aliases_and_its_versions_move(country: Country) -> None:
    home = make.campaign_home()
    section = make.SectionPageFactory(parent=home)
    page = make.GuidancePageFactory(parent=section)
    page.expire_at = NINE
    page.save_revision().publish()
    alias = page.create_alias(parent=section, update_slug="again")
    country.decide(NO_SUMMER_TIME, "2027b")

    set_times.keep()

    rows = Page.objects.filter(pk__in=[page.pk, alias.pk])
    assert [row.expire_at for row in rows] == [NINE_WITHOUT, NINE_WITHOUT]
    opened = Page.objects.get(pk=page.pk).specific.get_latest_revision_as_object()
    assert opened.expire_at == NINE_WITHOUT
    for at, live in ((NINE, True), (NINE_WITHOUT, False)):
        with time_machine.travel(at, tick=False):
            run_due(at=at)
        assert Page.objects.get(pk=page.pk).live is live


def test_end_of_a_public_record_moves(country: Country) -> None:
    sign: Sign = SignFactory(code="HO-01", text="Pays cash", hotspots=[HotspotFactory()])
    sign.expire_at = NINE
    sign.save_revision().publish()
    country.decide(NO_SUMMER_TIME, "2027b")

    set_times.keep()

    assert Sign.objects.get(pk=sign.pk).expire_at == NINE_WITHOUT


def test_end_that_a_draft_plans_is_not_moved_with_that_of_the_public_version(
    country: Country,
) -> None:
    page = ScheduledPage.make(live=True, expire_at=NINE)
    planned = NINE + timedelta(days=7)
    draft = page.get_latest_revision_as_object()
    draft.expire_at = planned
    draft.save_revision()
    Page.objects.filter(pk=page.pk).update(live_revision=None)
    country.decide(NO_SUMMER_TIME, "2027b")

    set_times.keep()

    row = Page.objects.get(pk=page.pk)
    assert row.expire_at == NINE_WITHOUT
    # Not approved yet, so nobody has promised it.
    assert row.latest_revision.as_object().expire_at.astimezone(UTC) == planned


def test_both_ends_of_a_scheduled_version_move(country: Country) -> None:
    page = ScheduledPage.make(live=True)
    revision = ScheduledPage.schedule(page, go_live_at=NINE, expire_at=NINE + timedelta(days=1))
    country.decide(NO_SUMMER_TIME, "2027b")

    assert len(set_times.keep()) == 2

    revision.refresh_from_db()
    version = revision.as_object()
    assert revision.approved_go_live_at == version.go_live_at == NINE_WITHOUT
    assert version.expire_at == NINE_WITHOUT + timedelta(days=1)


def test_translation_moves_with_its_source_and_once(country: Country, settings: Any) -> None:
    settings.LANGUAGES = settings.WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("ur", "Urdu")]
    section = make.SectionPageFactory(parent=make.campaign_home())
    page = make.GuidancePageFactory(parent=section, draft=True)
    translation = page.copy_for_translation(make.add_locale("ur"), copy_parents=True)
    for one in (page, translation):
        one.go_live_at = NINE
        one.save_revision().publish()
    country.decide(NO_SUMMER_TIME, "2027b")

    set_times.keep()

    times = Revision.objects.filter(approved_go_live_at__isnull=False)
    assert [revision.approved_go_live_at for revision in times] == [NINE_WITHOUT] * 2
    assert [kept.utc for kept in SetTime.objects.all()] == [NINE_WITHOUT] * 2
    assert {kept.wall for kept in SetTime.objects.all()} == {"2027-07-04T09:00:00"}


def test_time_that_no_longer_exists_becomes_the_next_that_does(country: Country) -> None:
    page = ScheduledPage.make(go_live_at=utc("2027-04-04 00:30"))
    kept = SetTime.objects.get()
    assert kept.wall == "2027-04-04T01:30:00"
    country.decide(TWO_HOURS_IN_APRIL, "2027b")

    set_times.keep()

    kept.refresh_from_db()
    # Clocks go from 01:00 to 03:00: that is the moment; what was promised is kept as it was.
    assert (kept.utc, kept.wall) == (utc("2027-04-04 01:00"), "2027-04-04T01:30:00")
    assert page.revisions.get().approved_go_live_at == kept.utc


def test_which_of_two_was_meant_survives_new_data(country: Country) -> None:
    second = utc("2027-10-31 01:30")
    ScheduledPage.make(go_live_at=second)
    assert SetTime.objects.get().fold == 1
    country.decide("GMT0BST,M3.4.0/1,M10.5.0/2", "2027b")

    set_times.keep()

    assert SetTime.objects.get().utc == second


def test_column_that_somebody_changed_meanwhile_is_the_truth(country: Country) -> None:
    page = ScheduledPage.make(go_live_at=NINE)
    other = NINE + timedelta(hours=3)
    with maintenance(reason="Test"):
        Revision.objects.filter(object_id=str(page.pk)).update(approved_go_live_at=other)
    country.decide(NO_SUMMER_TIME, "2027b")

    assert set_times.recompute() == []
    assert SetTime.objects.get().utc == other


def test_one_that_cannot_be_moved_stops_no_other(
    country: Country, saves_fail: Any, caplog: Any
) -> None:
    first, second = ScheduledPage.make(go_live_at=NINE), ScheduledPage.make(go_live_at=NINE)
    country.decide(NO_SUMMER_TIME, "2027b")

    with saves_fail(first, 1):
        assert len(set_times.keep()) == 1

    assert "could not be computed again" in caplog.text
    assert first.revisions.get().approved_go_live_at == NINE
    assert second.revisions.get().approved_go_live_at == NINE_WITHOUT
    assert len(set_times.keep()) == 1
    assert first.revisions.get().approved_go_live_at == NINE_WITHOUT


def test_thing_that_is_gone_or_a_zone_that_is_gone_stops_nothing(
    country: Country, caplog: Any
) -> None:
    ScheduledPage.make(go_live_at=NINE)
    kept = SetTime.objects.get()
    SetTime.objects.filter(pk=kept.pk).update(object_id="999999", zone_data="2020a/x")
    assert set_times.recompute() == []
    SetTime.objects.filter(pk=kept.pk).update(zone="Atlantis/Capital")
    assert set_times.recompute() == []

    assert "A zone is gone" in caplog.text


def test_schedule_of_the_last_unknown_model_and_zone_is_left_alone(
    country: Country, settings: Any, caplog: Any
) -> None:
    ScheduledPage.make(go_live_at=NINE)
    row = SetTime.objects.get()
    row.content_type.model = "gone"
    assert (row.content_object, set_times._locked(row)) == (None, None)
    assert str(row) == "Go live: 2027-07-04T09:00:00 Test/Rotherham"


# --- Said in words --------------------------------------------------------------------------------

AT = utc("2027-03-01 12:00")
START, END = utc("2027-03-04 09:00"), utc("2027-04-01 08:00")


@pytest.mark.parametrize(
    ("plan", "text"),
    [
        (Plan(version=7), ""),
        (Plan(version=7, goes_live=AT, ends=AT), ""),
        (
            Plan(version=7, goes_live=START, is_public=True, public_version=5),
            "Version 7 goes live on Thu 4 March, 09:00 London time; until then people see version "
            "5.",
        ),
        (
            Plan(goes_live=START),
            "This version goes live on Thu 4 March, 09:00 London time; until then nobody sees it.",
        ),
        (
            Plan(version=2, goes_live=START, is_public=True),
            "Version 2 goes live on Thu 4 March, 09:00 London time; until then people see what is "
            "public now.",
        ),
        (
            Plan(version=7, goes_live=START, ends=END, is_public=True, public_version=5),
            "Version 7 goes live on Thu 4 March, 09:00 London time; until then people see version "
            "5. It comes down on Thu 1 April, 09:00 London time.",
        ),
        (
            Plan(
                version=7,
                goes_live=START,
                is_public=True,
                public_version=5,
                public_ends=utc("2027-03-02 09:00"),
            ),
            "Version 7 goes live on Thu 4 March, 09:00 London time; people see version 5 until "
            "Tue 2 March, 09:00 London time, then nothing.",
        ),
        (
            Plan(version=7, goes_live=START, is_public=True, public_ends=utc("2027-03-02 09:00")),
            "Version 7 goes live on Thu 4 March, 09:00 London time; people see what is public now "
            "until Tue 2 March, 09:00 London time, then nothing.",
        ),
        (
            Plan(version=5, ends=END, is_public=True, public_version=5, public_ends=END),
            "Version 5 comes down on Thu 1 April, 09:00 London time.",
        ),
    ],
)
def test_plan_is_said_in_one_plain_sentence(plan: Plan, text: str) -> None:
    assert say(plan, at=AT) == text


def test_editor_elsewhere_reads_both_clocks() -> None:
    with timezone.override("Europe/Berlin"):
        text = on_our_clock(START, now=AT)

    assert text == "Thu 4 March, 09:00 London time (Thu 4 March, 10:00 Berlin time)"
    assert on_our_clock(None) == ""


def test_editor_reads_what_is_scheduled_and_what_the_draft_plans() -> None:
    with time_machine.travel(AT, tick=False):
        page = ScheduledPage.make(live=True)
        page.save_revision()
        ScheduledPage.schedule(page, go_live_at=START)
        draft = page.get_latest_revision_as_object()
        draft.go_live_at = START + timedelta(days=1)
        draft.save_revision()

        said = sentences_for(draft, at=AT)

    assert said == [
        "Version 3 goes live on Thu 4 March, 09:00 London time; until then people see version 1.",
        "Not scheduled yet. Once it is: Version 4 goes live on Fri 5 March, 09:00 London time; "
        "until then people see version 1.",
    ]


def test_editor_reads_when_the_public_version_comes_down() -> None:
    with time_machine.travel(AT, tick=False):
        page = ScheduledPage.make(live=True, expire_at=END)

        assert sentences_for(page, at=AT) == [
            "Version 1 comes down on Thu 1 April, 09:00 London time."
        ]


def test_draft_with_an_end_alone_says_what_publishing_it_means() -> None:
    page = Page(title="New", expire_at=END)

    assert sentences_for(page, at=AT) == [
        "Not published yet. Once it is: This version comes down on Thu 1 April, 09:00 London time."
    ]
    page.expire_at = AT
    assert sentences_for(page, at=AT) == []


def test_scheduled_draft_is_said_once_also_where_clocks_show_its_time_twice() -> None:
    second = utc("2027-10-31 01:30")
    page = ScheduledPage.make(go_live_at=second)
    opened = page.get_latest_revision_as_object()

    assert len(sentences_for(opened, at=AT)) == 1


def test_versions_are_counted_for_each_thing_from_one() -> None:
    pages = [ScheduledPage.make(live=True) for _ in range(2)]
    for page in pages:
        page.save_revision()
    keys = [(page.latest_revision.base_content_type_id, str(page.pk)) for page in pages]

    numbers = numbers_of(keys)

    assert sorted(numbers.values()) == [1, 1, 2, 2]
    for page in pages:
        assert number_of(page.latest_revision_id, page) == numbers[page.latest_revision_id] == 2
    assert number_of(None, pages[0]) is None
