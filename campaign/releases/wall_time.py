"""Wall time: what an editor types and a clock on the wall shows, and the moment that it means.

A moment is an aware datetime in UTC. A wall time is a naive datetime with the name of a zone
(`Europe/London`) beside it; it is what was promised to people, so it is what is stored first. When
clocks go forward some wall times do not exist, and when they go back some exist twice: both are
named errors here, never a guess.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import re
import zoneinfo
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from campaign.releases.exceptions import (
    AmbiguousTimeError,
    NonexistentTimeError,
    UnknownZoneError,
)

UNKNOWN_RELEASE = "unknown"


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One of the two moments that an ambiguous wall time may mean.

    Attributes:
        fold: 0 for the earlier one, 1 for the later one, as on `datetime`.
        utc: the moment.
        offset: how far local clocks are from UTC then.
        label: in an editor's words: "01:30 summer time (BST)".
    """

    fold: int
    utc: datetime
    offset: timedelta
    label: str

    def __str__(self) -> str:
        return self.label


def find_zone(name: str) -> ZoneInfo:
    """The zone of that IANA name.

    Raises:
        UnknownZoneError: there is none of that name on this machine.
    """
    try:
        return ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownZoneError(name) from error


def resolve(wall: datetime, zone: str, *, fold: int | None = None) -> datetime:
    """The moment (aware, UTC) at which clocks in `zone` show `wall`.

    Args:
        wall: naive.
        zone: an IANA name.
        fold: which of two, where the time exists twice: 0 the earlier, 1 the later. It says nothing
            about a time that exists once.

    Raises:
        NonexistentTimeError: clocks skip that time. Names the gap and the next time there is.
        AmbiguousTimeError: clocks show it twice and `fold` is None. Carries both.
        UnknownZoneError: there is no such zone.
    """
    if wall.tzinfo is not None:
        raise ValueError("A wall time has no zone of its own.")
    place = find_zone(zone)
    earlier = wall.replace(tzinfo=place, fold=0)
    later = wall.replace(tzinfo=place, fold=1)
    before, after = _offset(earlier), _offset(later)
    if before < after:
        jump = _change_between(later.astimezone(UTC), earlier.astimezone(UTC), place)
        resumes = jump.astimezone(place)
        raise NonexistentTimeError(
            wall,
            zone,
            place=name_of_place(zone),
            gap_start=(jump + before).replace(tzinfo=None),
            gap_end=resumes.replace(tzinfo=None, fold=0),
            when=describe(jump, zone),
        )
    if before > after and fold is None:
        raise AmbiguousTimeError(
            wall, zone, place=name_of_place(zone), candidates=_candidates(earlier, later)
        )
    return (later if fold else earlier).astimezone(UTC)


def candidates(wall: datetime, zone: str) -> tuple[Candidate, ...]:
    """Both moments that a wall time may mean, or nothing when it means at most one."""
    try:
        resolve(wall, zone)
    except AmbiguousTimeError as error:
        return error.candidates
    except NonexistentTimeError:
        return ()
    return ()


def wall_of(at: datetime, zone: str) -> tuple[datetime, int]:
    """What a clock in `zone` shows at `at`, and which of two (0 or 1): `resolve` backwards."""
    local = at.astimezone(find_zone(zone))
    return local.replace(tzinfo=None, fold=0), local.fold


def describe(at: datetime, zone: str, *, now: datetime | None = None) -> str:
    """A moment in plain words: "Tue 4 March, 09:00 London time", in the active language.

    The year is named when it is not the present one (`now`, aware), and the abbreviation of the
    offset when clocks show the same time twice that day.
    """
    place = find_zone(zone)
    local = at.astimezone(place)
    same_year = local.year == (now or timezone.now()).astimezone(place).year
    # Translators: Django's date format of a moment in a sentence, as "Tue 4 March, 09:00".
    pattern = _("D j E, H:i") if same_year else _("D j E Y, H:i")
    if local.second:
        pattern = pattern.replace("H:i", "H:i:s")
    text = _("%(moment)s %(place)s time") % {
        "moment": date_format(local, pattern),
        "place": name_of_place(zone),
    }
    if zone in UTC_NAMES:
        text = f"{date_format(local, pattern)} UTC"
    if _offset(local.replace(fold=0)) != _offset(local.replace(fold=1)):
        text = f"{text} ({name_of_offset(local)})"
    return text


def to_the_second(at: datetime) -> str:
    """A moment by the reader's own clock: "Sat 3 April 2027, 10:30:00 BST".

    Django leaves the zone out in the hour that clocks show twice, where it matters most.
    """
    local = timezone.localtime(at)
    return f"{date_format(local.replace(tzinfo=None), 'D j F Y, H:i:s')} {name_of_offset(local)}"


UTC_NAMES = frozenset({"UTC", "Etc/UTC", "Etc/UCT", "UCT", "Zulu", "Etc/Zulu", "Universal"})


def name_of_place(zone: str) -> str:
    """What people call a zone: "London" for "Europe/London"."""
    return "UTC" if zone in UTC_NAMES else zone.rsplit("/", 1)[-1].replace("_", " ")


def name_of_offset(local: datetime) -> str:
    """The abbreviation that people know ("BST"), or the distance from UTC ("UTC+10:30")."""
    name = local.tzname() or ""
    return name if name.isalpha() else f"UTC{_signed(_offset(local))}"


def zone_data_version(zone: str) -> str:
    """Which data this process computes `zone` with: the IANA release and the zone's own digest.

    "2026c/4f1d0a9b3c2e". The release says which of two is newer (`is_older`); the digest says
    whether anything changed for this zone. Python asks the system's folders first and the `tzdata`
    package last, and so does this.

    Raises:
        UnknownZoneError: there is no such zone.
    """
    return _zone_data_version(find_zone(zone), zoneinfo.TZPATH)


def is_older(version: str, other: str) -> bool:
    """Whether one `zone_data_version` comes from an older IANA release than another."""
    release, than = (one.partition("/")[0] for one in (version, other))
    return UNKNOWN_RELEASE not in (release, than) and release < than


@cache
def _zone_data_version(place: ZoneInfo, tzpath: tuple[str, ...]) -> str:
    """Read once for each zone that Python has read once."""
    zone = place.key
    for folder in tzpath:
        file = Path(folder, zone)
        if file.is_file():
            return f"{_release_of_folder(Path(folder))}/{_digest(file.read_bytes())}"
    package = importlib.resources.files("tzdata.zoneinfo")
    release = _release_in(package.joinpath("tzdata.zi").read_text(encoding="utf-8"))
    return f"{release}/{_digest(package.joinpath(*zone.split('/')).read_bytes())}"


def _release_of_folder(folder: Path) -> str:
    for name in ("tzdata.zi", "+VERSION"):
        file = folder / name
        if file.is_file():
            with file.open(encoding="utf-8") as lines:
                return _release_in(lines.readline())
    return UNKNOWN_RELEASE


def _release_in(text: str) -> str:
    found = re.search(r"\b(\d{4}[a-z]{1,2})\b", text[:100])
    return found.group(1) if found else UNKNOWN_RELEASE


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta(0)


def _change_between(start: datetime, end: datetime, place: ZoneInfo) -> datetime:
    """The second (UTC) at which the offset changes, between two moments on either side of it."""
    before = _offset(start.astimezone(place))
    start, end = start.replace(microsecond=0), end.replace(microsecond=0) + timedelta(seconds=1)
    while end - start > timedelta(seconds=1):
        middle = start + timedelta(seconds=(end - start) // timedelta(seconds=2))
        if _offset(middle.astimezone(place)) == before:
            start = middle
        else:
            end = middle
    return end


def _candidates(earlier: datetime, later: datetime) -> tuple[Candidate, ...]:
    seasonal = bool(earlier.dst() or later.dst())
    names = (_("summer time"), _("winter time")) if seasonal else (_("first"), _("second"))
    return tuple(
        Candidate(
            fold=local.fold,
            utc=local.astimezone(UTC),
            offset=_offset(local),
            label=_("%(time)s %(which)s (%(offset)s)")
            % {"time": f"{local:%H:%M}", "which": name, "offset": name_of_offset(local)},
        )
        for local, name in zip((earlier, later), names, strict=True)
    )


def _signed(offset: timedelta) -> str:
    minutes = int(offset.total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"
