"""Opening hours on the clock in London."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from content_blocks import hours
from content_blocks.hours import Stretch, describe_exceptions, describe_hours, find_overlap, is_open
from content_blocks.models import ContactRoute, OpeningException, OpeningHours

LONDON = ZoneInfo("Europe/London")
MON, TUE, WED, THU, FRI, SAT, SUN = range(7)


def route(rows=(), exceptions=(), **kwargs) -> ContactRoute:
    """A route in memory: rows of (day, opens, closes)."""
    made = ContactRoute(**kwargs)
    made.opening_hours = [
        OpeningHours(
            weekday=day,
            opens=time.fromisoformat(opens),
            closes=time.fromisoformat(closes) if closes else None,
        )
        for day, opens, closes in rows
    ]
    made.opening_exceptions = list(exceptions)
    return made


def weekdays(opens: str, closes: str | None) -> list:
    return [(day, opens, closes) for day in range(MON, SAT)]


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


# --- is_open ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-23 07:59:59", False),
        ("2026-11-23 08:00", True),
        ("2026-11-23 21:59:59", True),
        ("2026-11-23 22:00", False),
        ("2026-11-28 12:00", False),
    ],
)
def test_route_is_open_from_its_opening_to_before_its_closing(at, expected):
    assert is_open(route(weekdays("08:00", "22:00")), london(at)) is expected


def test_hours_that_are_not_known_are_not_guessed():
    assert is_open(route(), london("2026-11-23 12:00")) is None


def test_always_open_is_open():
    assert is_open(route(always_open=True), london("2026-11-23 03:00")) is True


def test_empty_closing_time_is_midnight():
    late = route([(FRI, "18:00", None)])

    assert is_open(late, london("2026-11-27 23:59:59")) is True
    assert is_open(late, london("2026-11-28 00:00")) is False


def test_night_runs_on_into_the_next_day():
    night = route([(FRI, "18:00", None), (SAT, "00:00", "02:00")])

    assert is_open(night, london("2026-11-28 00:00")) is True
    assert is_open(night, london("2026-11-28 01:59")) is True
    assert is_open(night, london("2026-11-28 02:00")) is False


def test_two_stretches_of_a_day_leave_a_gap():
    split = route([(MON, "13:00", "17:00"), (MON, "09:00", "12:00")])

    assert is_open(split, london("2026-11-23 11:59")) is True
    assert is_open(split, london("2026-11-23 12:30")) is False
    assert is_open(split, london("2026-11-23 13:00")) is True


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        # In summer London is an hour ahead of UTC.
        (datetime(2026, 7, 6, 7, 0, tzinfo=UTC), True),
        (datetime(2026, 7, 6, 21, 0, tzinfo=UTC), False),
        # In winter it is not.
        (datetime(2026, 11, 23, 7, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 23, 21, 0, tzinfo=UTC), True),
    ],
)
def test_hours_are_london_time_all_year(at, expected):
    assert is_open(route(weekdays("08:00", "22:00")), at) is expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        # 25 October 2026: the clock goes back, 01:30 comes twice; 29 March: 01:30 does not come.
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), True),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), True),
        (datetime(2026, 10, 25, 2, 0, tzinfo=UTC), False),
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), False),
    ],
)
def test_hours_on_the_days_on_which_the_clock_changes(at, expected):
    assert is_open(route([(SUN, "01:00", "02:00")]), at) is expected


def test_day_is_that_of_london():
    late_sunday_utc = datetime(2026, 7, 5, 23, 30, tzinfo=UTC)

    assert is_open(route([(MON, "00:00", "01:00")]), late_sunday_utc) is True
    assert hours.today(late_sunday_utc) == date(2026, 7, 6)


def test_day_with_other_hours_goes_before_the_week():
    christmas = OpeningException(date=date(2026, 12, 25), closed=True)
    new_year = OpeningException(
        date=date(2027, 1, 1), closed=False, opens=time(10), closes=time(12)
    )
    line = route(weekdays("08:00", "22:00"), [christmas, new_year])

    assert is_open(line, london("2026-12-24 12:00")) is True
    assert is_open(line, london("2026-12-25 12:00")) is False
    assert is_open(line, london("2027-01-01 09:00")) is False
    assert is_open(line, london("2027-01-01 10:00")) is True


def test_day_with_other_hours_closes_a_route_that_is_always_open():
    christmas = OpeningException(date=date(2026, 12, 25), closed=True)

    assert is_open(route(always_open=True, exceptions=[christmas]), london("2026-12-25 12:00")) is (
        False
    )


def test_day_with_other_hours_until_midnight():
    long_day = OpeningException(date=date(2026, 12, 25), closed=False, opens=time(9))

    assert is_open(route(exceptions=[long_day]), london("2026-12-25 23:59")) is True


# --- describe_hours --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ([], ("We are checking these hours",)),
        (weekdays("08:00", "22:00"), ("Monday to Friday: 8am to 10pm",)),
        (
            [*weekdays("08:00", "22:00"), (SAT, "09:00", "18:00"), (SUN, "09:00", "18:00")],
            ("Monday to Friday: 8am to 10pm", "Saturday and Sunday: 9am to 6pm"),
        ),
        ([(day, "09:30", "12:00") for day in range(7)], ("Every day: 9:30am to midday",)),
        ([(day, "00:00", None) for day in range(7)], ("Open day and night, every day",)),
        ([(WED, "09:00", "12:00")], ("Wednesday: 9am to midday",)),
        (
            [(MON, "09:00", "12:00"), (MON, "13:00", "17:00")],
            ("Monday: 9am to midday and 1pm to 5pm",),
        ),
        (
            [(MON, "09:00", "17:00"), (WED, "09:00", "17:00")],
            ("Monday: 9am to 5pm", "Wednesday: 9am to 5pm"),
        ),
        ([(FRI, "18:00", None)], ("Friday: 6pm to midnight",)),
        ([(FRI, "18:00", None), (SAT, "00:00", "02:00")], ("Friday: 6pm to 2am",)),
        (
            [(SUN, "18:00", None), (MON, "00:00", "02:00"), (MON, "09:00", "17:00")],
            ("Monday: 9am to 5pm", "Sunday: 6pm to 2am"),
        ),
        (
            [(FRI, "00:00", None), (SAT, "00:00", "06:00")],
            ("Friday: all day and night", "Saturday: midnight to 6am"),
        ),
        (
            [(FRI, "18:00", None), (SAT, "00:00", "12:00")],
            ("Friday: 6pm to midnight", "Saturday: midnight to midday"),
        ),
    ],
)
def test_hours_in_words(rows, lines):
    assert describe_hours(route(rows)) == lines


def test_always_open_in_words():
    assert describe_hours(route(always_open=True)) == ("Open day and night, every day",)


@pytest.mark.parametrize("language", ["pl", None])
def test_other_languages_use_the_24_hour_clock(language):
    with translation.override(language):
        (line,) = describe_hours(route([(WED, "09:05", "17:30")]))

    assert line.endswith("09:05 to 17:30" if language else "9:05am to 5:30pm")


def test_days_with_other_hours_in_words():
    days = [
        OpeningException(
            date=date(2027, 1, 1), closed=False, opens=time(10), note="New Year's Day"
        ),
        OpeningException(date=date(2026, 12, 25), closed=True),
        OpeningException(date=date(2026, 12, 4), closed=True),
        OpeningException(date=date(2027, 1, 3), closed=True),
    ]

    assert describe_exceptions(route(exceptions=days), on=date(2026, 12, 5)) == (
        "Friday 25 December: closed",
        "Friday 1 January: 10am to midnight (New Year's Day)",
    )


# --- overlaps --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ([], None),
        ([("09:00", "12:00")], None),
        ([("12:00", "17:00"), ("09:00", "12:00")], None),
        ([("11:59", "17:00"), ("09:00", "12:00")], (0, 1)),
        ([("09:00", None), ("18:00", "20:00")], (0, 1)),
    ],
)
def test_overlap_is_found(day, expected):
    stretches = sorted(
        (
            Stretch(time.fromisoformat(opens), time.fromisoformat(closes) if closes else None)
            for opens, closes in day
        ),
        key=lambda stretch: stretch.opens,
    )

    found = find_overlap(stretches)

    assert found == (tuple(stretches[index] for index in expected) if expected else None)
