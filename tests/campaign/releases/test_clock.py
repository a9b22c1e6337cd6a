"""Due work over both changes of the clocks, every year to 2030: on its second, not an hour off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from wagtail.models import Page

from campaign.releases.attempts import run_due
from campaign.releases.exceptions import AmbiguousTimeError, NonexistentTimeError
from campaign.releases.models import SetTime
from campaign.releases.wall_time import resolve
from tests.factories.releases import ScheduledPage

pytestmark = pytest.mark.django_db

YEARS = (2027, 2028, 2029, 2030)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
HALF_HOUR = timedelta(minutes=30)


def sunday(year: int, month: int, *, last: bool) -> date:
    """The first or the last Sunday of a month."""
    day = date(year, month + 1, 1) - timedelta(days=1) if last else date(year, month, 7)
    return day - timedelta(days=(day.weekday() + 1) % 7)


def utc(day: date, text: str) -> datetime:
    return datetime.fromisoformat(f"{day} {text}").replace(tzinfo=UTC)


# The rules as the countries' laws have them, not as the zone data have them: when clocks change
# (UTC), how far they are ahead before and after.
def changes(zone: str, year: int) -> Iterator[tuple[datetime, timedelta, timedelta]]:
    if zone == "Australia/Lord_Howe":
        summer, winter = timedelta(hours=11), timedelta(hours=10, minutes=30)
        back = sunday(year, 4, last=False) - timedelta(days=1)
        forward = sunday(year, 10, last=False) - timedelta(days=1)
        yield utc(back, "15:00"), summer, winter
        yield utc(forward, "15:30"), winter, summer
        return
    winter = HOUR if zone == "Europe/Berlin" else timedelta(0)
    yield utc(sunday(year, 3, last=True), "01:00"), winter, winter + HOUR
    yield utc(sunday(year, 10, last=True), "01:00"), winter + HOUR, winter


def walls_around(
    change: datetime, before: timedelta, after: timedelta
) -> Iterator[tuple[datetime, int, datetime]]:
    """Wall times around one change: what is shown, which of two, and the moment it is."""
    for offset, moments in (
        (before, (change - HOUR, change - SECOND)),
        (after, (change, change + HOUR)),
    ):
        for moment in moments:
            yield (moment + offset).replace(tzinfo=None), int(offset == after), moment
    if before - after == HALF_HOUR:
        # The earlier of the two that show what the change itself shows.
        yield (change + after).replace(tzinfo=None), 0, change - HALF_HOUR


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("zone", ["Europe/London", "Europe/Berlin", "Australia/Lord_Howe"])
def test_pages_go_live_on_the_second_that_their_clock_shows(
    zone: str, year: int, settings: Any
) -> None:
    settings.TIME_ZONE = zone
    due: list[tuple[datetime, int]] = []
    for change, before, after in changes(zone, year):
        for wall, fold, moment in walls_around(change, before, after):
            page = ScheduledPage.make(go_live_at=resolve(wall, zone, fold=fold))
            due.append((moment, page.pk))
            kept = SetTime.objects.get(object_id=str(page.pk))
            assert (kept.wall_time, kept.zone, kept.utc) == (wall, zone, moment)

    for moment, pk in sorted(due):
        seen = []
        for at in (moment - SECOND, moment):
            with time_machine.travel(at, tick=False):
                run_due(at=at)
            seen.append(Page.objects.get(pk=pk).live)
        assert seen == [False, True], f"{moment} {zone}"


@pytest.mark.parametrize("year", YEARS)
def test_page_comes_down_on_the_second_that_its_clock_shows(year: int) -> None:
    for change, before, after in changes("Europe/London", year):
        for wall, fold, moment in walls_around(change, before, after):
            ends = resolve(wall, "Europe/London", fold=fold)
            page = ScheduledPage.make(live=True, expire_at=ends)
            seen = []
            for at in (moment - SECOND, moment):
                with time_machine.travel(at, tick=False):
                    run_due(at=at)
                seen.append(Page.objects.get(pk=page.pk).live)
            assert seen == [True, False], f"{moment}"


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize(
    ("zone", "shift"),
    [("Europe/London", HOUR), ("Europe/Berlin", HOUR), ("Australia/Lord_Howe", HALF_HOUR)],
)
def test_every_minute_of_the_gap_and_of_the_overlap_is_known(
    zone: str, shift: timedelta, year: int
) -> None:
    for change, before, after in changes(zone, year):
        first = (change + min(before, after)).replace(tzinfo=None)
        error = NonexistentTimeError if after > before else AmbiguousTimeError
        for minute in range(int(shift / timedelta(minutes=1))):
            with pytest.raises(error):
                resolve(first + timedelta(minutes=minute), zone)
        for outside in (first - SECOND, first + shift):
            resolve(outside, zone)
