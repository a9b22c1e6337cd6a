"""What a clock on the wall shows, and the moment that it means."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import translation

from campaign.releases.exceptions import (
    AmbiguousTimeError,
    NonexistentTimeError,
    UnknownZoneError,
    WallTimeError,
)
from campaign.releases.wall_time import (
    candidates,
    describe,
    is_older,
    name_of_place,
    resolve,
    wall_of,
    zone_data_version,
)
from tests.campaign.releases.time_zones import write_zone

pytestmark = pytest.mark.one_database

LONDON = "Europe/London"
wall = datetime.fromisoformat


@pytest.fixture
def zones(tmp_path: Path) -> Iterator[Path]:
    """A folder of zone data that Python asks first, and alone."""
    zoneinfo.reset_tzpath(to=[str(tmp_path)])
    zoneinfo.ZoneInfo.clear_cache()
    yield tmp_path
    zoneinfo.reset_tzpath()
    zoneinfo.ZoneInfo.clear_cache()


@pytest.mark.parametrize(
    ("typed", "zone", "utc"),
    [
        ("2027-03-04 09:00", LONDON, "2027-03-04 09:00"),
        ("2027-07-04 09:00", LONDON, "2027-07-04 08:00"),
        ("2027-07-04 09:00", "UTC", "2027-07-04 09:00"),
        ("2027-03-28 00:59:59", LONDON, "2027-03-28 00:59:59"),
        ("2027-03-28 02:00", LONDON, "2027-03-28 01:00"),
        ("2027-10-31 00:59", LONDON, "2027-10-30 23:59"),
        ("2027-10-31 02:00", LONDON, "2027-10-31 02:00"),
        ("2027-01-05 00:00", "Asia/Kolkata", "2027-01-04 18:30"),
    ],
)
def test_wall_time_that_exists_once_is_one_moment(typed: str, zone: str, utc: str) -> None:
    expected = datetime.fromisoformat(utc).replace(tzinfo=UTC)

    assert resolve(wall(typed), zone) == expected
    # Which of two says nothing about a time that exists once.
    assert resolve(wall(typed), zone, fold=1) == expected


@pytest.mark.parametrize(
    ("typed", "zone", "gap", "message"),
    [
        (
            "2027-03-28 01:30",
            LONDON,
            ("01:00", "02:00"),
            "01:30 does not exist that day: clocks in London go forward from 01:00 to 02:00. The "
            "next time there is: Sun 28 March 2027, 02:00 London time.",
        ),
        (
            "2027-10-03 02:15",
            "Australia/Lord_Howe",
            ("02:00", "02:30"),
            "02:15 does not exist that day: clocks in Lord Howe go forward from 02:00 to 02:30. "
            "The next time there is: Sun 3 October 2027, 02:30 Lord Howe time.",
        ),
    ],
)
@pytest.mark.parametrize("fold", [None, 0, 1])
def test_time_that_clocks_skip_is_refused_with_the_next_that_there_is(
    typed: str, zone: str, gap: tuple[str, str], message: str, fold: int | None
) -> None:
    with pytest.raises(NonexistentTimeError) as caught:
        resolve(wall(typed), zone, fold=fold)

    error = caught.value
    assert (f"{error.gap_start:%H:%M}", f"{error.gap_end:%H:%M}") == gap
    assert str(error) == message
    assert resolve(error.gap_end, zone) == resolve(error.gap_end, zone, fold=1)


def test_gap_begins_and_ends_where_clocks_jump() -> None:
    first, last = wall("2027-03-28 01:00"), wall("2027-03-28 01:59:59")
    for skipped in (first, last):
        with pytest.raises(NonexistentTimeError):
            resolve(skipped, LONDON)
    assert resolve(first - timedelta(seconds=1), LONDON) + timedelta(seconds=1) == resolve(
        last + timedelta(seconds=1), LONDON
    )


@pytest.mark.parametrize(
    ("typed", "zone", "labels", "moments"),
    [
        (
            "2027-10-31 01:30",
            LONDON,
            ["01:30 summer time (BST)", "01:30 winter time (GMT)"],
            ["2027-10-31 00:30", "2027-10-31 01:30"],
        ),
        (
            "2027-10-31 01:30",
            "Europe/Dublin",
            ["01:30 summer time (IST)", "01:30 winter time (GMT)"],
            ["2027-10-31 00:30", "2027-10-31 01:30"],
        ),
        (
            "2027-04-04 01:45",
            "Australia/Lord_Howe",
            ["01:45 summer time (UTC+11:00)", "01:45 winter time (UTC+10:30)"],
            ["2027-04-03 14:45", "2027-04-03 15:15"],
        ),
        ("2027-10-31 02:30", LONDON, [], []),
        ("2027-03-28 01:30", LONDON, [], []),
    ],
)
def test_time_that_clocks_show_twice_asks_which(
    typed: str, zone: str, labels: list[str], moments: list[str]
) -> None:
    found = candidates(wall(typed), zone)

    assert [one.label for one in found] == labels
    assert [one.utc for one in found] == [
        datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in moments
    ]
    for one in found:
        assert resolve(wall(typed), zone, fold=one.fold) == one.utc
        assert wall_of(one.utc, zone) == (wall(typed), one.fold)


def test_ambiguous_time_names_both_in_its_message() -> None:
    with pytest.raises(AmbiguousTimeError) as caught:
        resolve(wall("2027-10-31 01:30"), LONDON)

    assert str(caught.value) == (
        "Clocks in London go back that day and show 01:30 twice. Choose which: "
        "01:30 summer time (BST) or 01:30 winter time (GMT)."
    )


def test_clocks_that_go_back_for_good_are_told_apart_by_order() -> None:
    found = candidates(wall("2014-10-26 01:30"), "Europe/Moscow")

    assert [one.label for one in found] == ["01:30 first (MSK)", "01:30 second (MSK)"]


def test_unknown_zone_and_a_time_with_a_zone_are_refused() -> None:
    for zone in ("Europe/Rotherham", "../etc/passwd", "", "/etc/passwd"):
        with pytest.raises(UnknownZoneError):
            resolve(wall("2027-03-04 09:00"), zone)
    with pytest.raises(ValueError, match="no zone of its own"):
        resolve(datetime(2027, 3, 4, 9, tzinfo=UTC), LONDON)
    assert issubclass(WallTimeError, ValueError)


@pytest.mark.parametrize(
    ("utc", "zone", "now", "text"),
    [
        ("2025-03-04 09:00", LONDON, "2025-01-01", "Tue 4 March, 09:00 London time"),
        ("2025-03-04 09:00", LONDON, "2024-12-31", "Tue 4 March 2025, 09:00 London time"),
        ("2025-03-04 09:00:05", LONDON, "2025-01-01", "Tue 4 March, 09:00:05 London time"),
        ("2025-03-04 09:00", "UTC", "2025-01-01", "Tue 4 March, 09:00 UTC"),
        ("2027-10-31 00:30", LONDON, "2027-01-01", "Sun 31 October, 01:30 London time (BST)"),
        ("2027-10-31 01:30", LONDON, "2027-01-01", "Sun 31 October, 01:30 London time (GMT)"),
        # The year of the place, not of Greenwich.
        ("2026-12-31 20:00", "Asia/Tokyo", "2026-12-31 16:00", "Fri 1 January, 05:00 Tokyo time"),
    ],
)
def test_moment_is_described_as_people_say_it(utc: str, zone: str, now: str, text: str) -> None:
    at, present = (datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (utc, now))

    assert describe(at, zone, now=present) == text


def test_weekday_and_month_speak_the_editors_language() -> None:
    at = datetime(2025, 3, 4, 9, tzinfo=UTC)
    with translation.override("pl"):
        assert describe(at, LONDON, now=at) == "Wt 4 marca, 09:00 London time"


@pytest.mark.parametrize(
    ("zone", "place"),
    [(LONDON, "London"), ("America/Argentina/Buenos_Aires", "Buenos Aires"), ("Etc/UTC", "UTC")],
)
def test_zone_is_called_by_its_place(zone: str, place: str) -> None:
    assert name_of_place(zone) == place


def test_version_names_the_release_and_changes_with_the_zone_alone(zones: Path) -> None:
    write_zone(zones, "Test/One", release="2027a")
    write_zone(zones, "Test/Two", release="2027a")
    before = [zone_data_version(zone) for zone in ("Test/One", "Test/Two")]

    write_zone(zones, "Test/One", hours=2, release="2027b")
    zoneinfo.ZoneInfo.clear_cache()
    after = [zone_data_version(zone) for zone in ("Test/One", "Test/Two")]

    assert [one.partition("/")[0] for one in (*before, *after)] == [
        "2027a",
        "2027a",
        "2027b",
        "2027b",
    ]
    digests = [one.partition("/")[2] for one in (*before, *after)]
    assert digests[0] == digests[1] == digests[3] != digests[2]


def test_folder_without_a_release_and_the_package_have_versions_too(zones: Path) -> None:
    write_zone(zones, "Test/One", release="")
    assert zone_data_version("Test/One").startswith("unknown/")
    # Not in that folder: Python takes the package's.
    assert zone_data_version(LONDON)[:2] == "20"


@pytest.mark.parametrize(
    ("version", "other", "older"),
    [
        ("2026b/x", "2026c/y", True),
        ("2026c/x", "2026b/y", False),
        ("2026b/x", "2026b/y", False),
        ("unknown/x", "2026b/y", False),
        ("2026b/x", "unknown/y", False),
    ],
)
def test_older_data_are_known_by_their_release(version: str, other: str, older: bool) -> None:
    assert is_older(version, other) is older
