"""Opening hours: whether a route answers now, and the hours in words.

All times are Europe/London wall-clock time; `at` is an aware moment in any time zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.utils import dates, timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from content_blocks.models import ContactRoute, OpeningException

LONDON = ZoneInfo("Europe/London")
MIDNIGHT = time(0, 0)
#: A stretch that runs past midnight and ends by then is told as one night, not as two days.
END_OF_NIGHT = time(8, 0)
#: How far ahead days with other hours are announced.
EXCEPTIONS_AHEAD = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one time of day to another; `closes` None is midnight at the end of the day."""

    opens: time
    closes: time | None

    def holds(self, moment: time) -> bool:
        """Whether the moment lies in this stretch; the closing time itself does not."""
        return self.opens <= moment and (self.closes is None or moment < self.closes)


def today(at: datetime) -> date:
    """Return the calendar day in London at a moment."""
    return timezone.localtime(at, LONDON).date()


def is_open(route: ContactRoute, at: datetime) -> bool | None:
    """Say whether the route answers at a moment; None when its hours are not known.

    A day with other hours goes before the weekly hours, also for a route that is always open.
    """
    moment = timezone.localtime(at, LONDON)
    exception = _exception_on(route, moment.date())
    if exception is not None:
        return _holds(_exception_stretches(exception), moment.time())
    if route.always_open:
        return True
    week = _week(route)
    if not any(week):
        return None
    return _holds(week[moment.weekday()], moment.time())


def describe_hours(route: ContactRoute) -> tuple[str, ...]:
    """Return the weekly hours in words, one line for each group of days with the same hours."""
    if route.always_open:
        return (_("Open day and night, every day"),)
    week = _week(route)
    if not any(week):
        return (_("We are checking these hours"),)
    if all(day == [Stretch(MIDNIGHT, None)] for day in week):
        return (_("Open day and night, every day"),)
    nights = _join_nights(week)
    return tuple(
        _("%(days)s: %(times)s") % {"days": _days_text(days), "times": _times_text(stretches)}
        for days, stretches in _group_days(nights)
        if stretches
    )


def describe_exceptions(route: ContactRoute, *, on: date) -> tuple[str, ...]:
    """Return the days with other hours from `on` to four weeks later, one line for each."""
    lines = []
    for exception in sorted(route.opening_exceptions.all(), key=lambda item: item.date):
        if not on <= exception.date <= on + EXCEPTIONS_AHEAD:
            continue
        line = _("%(days)s: %(times)s") % {
            "days": date_format(exception.date, "l j F"),
            "times": _times_text(_exception_stretches(exception)),
        }
        if exception.note:
            line = _("%(line)s (%(note)s)") % {"line": line, "note": exception.note}
        lines.append(line)
    return tuple(lines)


def find_overlap(day: Iterable[Stretch]) -> tuple[Stretch, Stretch] | None:
    """Return two stretches of one day that share a moment, if there are any."""
    ordered = sorted(day, key=lambda stretch: stretch.opens)
    for earlier, later in pairwise(ordered):
        if earlier.closes is None or later.opens < earlier.closes:
            return earlier, later
    return None


def _week(route: ContactRoute) -> list[list[Stretch]]:
    """The stretches of each day, Monday first."""
    week: list[list[Stretch]] = [[] for _day in range(7)]
    for row in route.opening_hours.all():
        week[row.weekday].append(Stretch(row.opens, row.closes))
    for day in week:
        day.sort(key=lambda stretch: stretch.opens)
    return week


def _exception_on(route: ContactRoute, day: date) -> OpeningException | None:
    return next((item for item in route.opening_exceptions.all() if item.date == day), None)


def _exception_stretches(exception: OpeningException) -> list[Stretch]:
    if exception.closed or exception.opens is None:
        return []
    return [Stretch(exception.opens, exception.closes)]


def _holds(stretches: Sequence[Stretch], moment: time) -> bool:
    return any(stretch.holds(moment) for stretch in stretches)


def _join_nights(week: Sequence[Sequence[Stretch]]) -> list[list[Stretch]]:
    """Tell a stretch until midnight and the small hours of the next day as one stretch."""
    joined = [list(day) for day in week]
    for index in range(7):
        evening, morning = week[index], week[(index + 1) % 7]
        if not evening or not morning:
            continue
        last, first = evening[-1], morning[0]
        runs_on = last.closes is None and last.opens != MIDNIGHT and first.opens == MIDNIGHT
        if runs_on and first.closes is not None and first.closes <= END_OF_NIGHT:
            joined[index][joined[index].index(last)] = Stretch(last.opens, first.closes)
            joined[(index + 1) % 7].remove(first)
    return joined


def _group_days(week: Sequence[list[Stretch]]) -> list[tuple[list[int], list[Stretch]]]:
    """Neighbouring days with the same hours, together."""
    groups: list[tuple[list[int], list[Stretch]]] = []
    for day, stretches in enumerate(week):
        if groups and groups[-1][1] == stretches:
            groups[-1][0].append(day)
        else:
            groups.append(([day], stretches))
    return groups


def _days_text(days: Sequence[int]) -> str:
    if len(days) == 7:
        return _("Every day")
    first, last = str(dates.WEEKDAYS[days[0]]), str(dates.WEEKDAYS[days[-1]])
    if len(days) == 1:
        return first
    if len(days) == 2:
        return _("%(first)s and %(last)s") % {"first": first, "last": last}
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def _times_text(stretches: Sequence[Stretch]) -> str:
    if not stretches:
        return _("closed")
    if list(stretches) == [Stretch(MIDNIGHT, None)]:
        return _("all day and night")
    return _(" and ").join(
        _("%(opens)s to %(closes)s")
        % {
            "opens": _time_text(stretch.opens),
            "closes": _time_text(stretch.closes or MIDNIGHT),
        }
        for stretch in stretches
    )


def _time_text(moment: time) -> str:
    """8am, 9:30am, midday, midnight in English; 08:00 in other languages."""
    if moment == MIDNIGHT:
        return _("midnight")
    if moment == time(12, 0):
        return _("midday")
    if not (get_language() or "en").startswith("en"):
        return f"{moment:%H:%M}"
    hour = moment.hour % 12 or 12
    minutes = f":{moment.minute:02}" if moment.minute else ""
    return f"{hour}{minutes}{'am' if moment.hour < 12 else 'pm'}"
