"""Weekly hours as a writer puts them: `hours: always`, or `{mon-fri: "08:00-22:00"}`.

Stored, a stretch ends at midnight at the latest. Written, `18:00-02:00` may run past it.
"""

from __future__ import annotations

import re
from datetime import time
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from campaign.packs.faults import ValueFault
from campaign.packs.marked_yaml import Fields, Text
from content_blocks.models import OpeningHours

if TYPE_CHECKING:
    from campaign.packs.references import References
    from campaign.packs.scope import Scope

ALWAYS = "always"
CLOSED = "closed"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_STRETCH = re.compile(r"^(?P<opens>[0-2]\d:[0-5]\d)\s*[-–]\s*(?P<closes>[0-2]\d:[0-5]\d)$")

Stretch = tuple[time, time | None]


class Hours:
    """The key `hours` of a contact route: absent means that they are not known."""

    covers = frozenset({"always_open", "opening_hours"})

    def read(self, instance: Any, raw: Any, *, line: int, scope: Scope) -> None:  # noqa: ARG002
        """Fill `always_open` and the rows of weekly hours."""
        instance.always_open = raw == ALWAYS
        rows: list[Any] = []
        if raw is not None and raw != ALWAYS:
            if not isinstance(raw, Fields):
                raise ValueFault(
                    _("The hours are neither “always” nor days with times."),
                    _('Write “hours: always”, or lines such as “mon-fri: "08:00-22:00"”.'),
                )
            rows = [
                OpeningHours(weekday=day, opens=opens, closes=closes)
                for day, opens, closes in sorted(_stretches(raw), key=lambda row: row[:2])
            ]
        instance.opening_hours = rows

    def write(self, instance: Any, references: References) -> Any:  # noqa: ARG002
        """“always”, or one line for each run of days with the same hours."""
        if instance.always_open:
            return ALWAYS
        by_day: dict[int, list[str]] = {}
        for row in sorted(instance.opening_hours.all(), key=lambda row: (row.weekday, row.opens)):
            by_day.setdefault(row.weekday, []).append(_written(row.opens, row.closes))
        written: dict[str, str] = {}
        day = 0
        while day < len(DAYS):
            last = day
            while last + 1 < len(DAYS) and by_day.get(last + 1) == by_day.get(day):
                last += 1
            if day in by_day:
                name = DAYS[day] if last == day else f"{DAYS[day]}-{DAYS[last]}"
                written[name] = ", ".join(by_day[day])
            day = last + 1
        return written or None


def _written(opens: time, closes: time | None) -> str:
    return f"{opens:%H:%M}-{f'{closes:%H:%M}' if closes else '24:00'}"


def _stretches(raw: Fields) -> list[tuple[int, time, time | None]]:
    found: list[tuple[int, time, time | None]] = []
    for name, text in raw.items():
        line = raw.lines[name]
        if not isinstance(text, Text) or not text:
            raise ValueFault(
                _("“%(day)s” has no times.") % {"day": name},
                _('Write them as "08:00-22:00", or leave the day out.'),
                line=line,
            )
        for day in _days(name, line):
            found += _day(day, text, line)
    return found


def _days(name: str, line: int) -> list[int]:
    first, _dash, last = name.strip().lower().partition("-")
    try:
        start, end = DAYS.index(first), DAYS.index(last or first)
    except ValueError:
        start, end = 1, 0
    if start > end:
        raise ValueFault(
            _("“%(day)s” is not a day or a run of days.") % {"day": name},
            _("Use mon, tue, wed, thu, fri, sat, sun, or a run such as mon-fri."),
            line=line,
        )
    return list(range(start, end + 1))


def _day(day: int, text: str, line: int) -> list[tuple[int, time, time | None]]:
    if text.strip() == CLOSED:
        return []
    rows: list[tuple[int, time, time | None]] = []
    for part in text.split(","):
        match = _STRETCH.match(part.strip())
        opens = _time(match["opens"]) if match else None
        if match is None or opens is None:
            raise ValueFault(
                _("“%(times)s” are not opening times.") % {"times": part.strip()},
                _('Write them as "08:00-22:00"; midnight is "24:00".'),
                line=line,
            )
        closes = None if match["closes"] in ("24:00", "00:00") else _time(match["closes"])
        if closes is None and match["closes"] not in ("24:00", "00:00"):
            raise ValueFault(
                _("“%(times)s” are not opening times.") % {"times": part.strip()},
                _("The clock ends at 24:00."),
                line=line,
            )
        if closes is not None and closes <= opens:
            rows += [(day, opens, None), ((day + 1) % 7, time(0), closes)]
        else:
            rows.append((day, opens, closes))
    return rows


def _time(text: str) -> time | None:
    hour, minute = (int(part) for part in text.split(":"))
    return time(hour, minute) if hour < 24 else None
