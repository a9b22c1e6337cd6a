"""The calendar for a person's own calendar program: a secret address, and iCalendar (RFC 5545).

The address carries a token and nothing else: calendar programs cannot log in. It shows what its
person may see at the moment of each fetch, titles only.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from campaign.releases.calendar import Entry, day_of, entries
from campaign.releases.models import CalendarFeed

DAYS_BACK = 31
DAYS_AHEAD = 400
ACCESS_PERMISSION = "wagtailadmin.access_admin"
LINE_LENGTH = 75
"""Octets of a line without its end, after which RFC 5545 (3.1) wants it folded."""


def make_feed(user: Any, *, at: datetime) -> str:
    """Make a secret token for this person, in place of the former one; shown now or never."""
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        CalendarFeed.objects.update_or_create(
            user=user, defaults={"token_hash": _hash(token), "made_at": at}
        )
    return token


def end_feed(user: Any) -> bool:
    """Take the address away; returns whether there was one."""
    deleted, _rows = CalendarFeed.objects.filter(user=user).delete()
    return bool(deleted)


def feed_of(user: Any) -> CalendarFeed | None:
    """This person's feed, or None."""
    return CalendarFeed.objects.filter(user=user).first()


def user_of_token(token: str) -> Any | None:
    """Whose token this is; None for a wrong one, and for somebody who may not open the admin."""
    wanted = _hash(token)
    feed = CalendarFeed.objects.select_related("user").filter(token_hash=wanted).first()
    # Compared once more in constant time: what the database's index gives away is of a hash.
    if feed is None or not hmac.compare_digest(feed.token_hash, wanted):
        return None
    user = feed.user
    return user if user.is_active and user.has_perm(ACCESS_PERMISSION) else None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def feed_for(user: Any, *, at: datetime, host: str, name: str) -> str:
    """The feed of one person: a month back and a bit more than a year ahead."""
    today = day_of(at)
    found = entries(
        today - timedelta(days=DAYS_BACK), today + timedelta(days=DAYS_AHEAD), user=user
    )
    return as_ical(found, host=host, name=name)


# --- iCalendar -----------------------------------------------------------------------------------


def as_ical(found: Iterable[Entry], *, host: str, name: str) -> str:
    """Write entries as iCalendar text. The same entries give the same text.

    Args:
        found: the entries.
        host: makes the entries' names unique in the world.
        name: what calendar programs call it.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Waymark//Releases//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{_escaped(name)}",
        f"X-WR-CALNAME:{_escaped(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    seen: dict[str, int] = {}
    for entry in found:
        number = seen[entry.identity] = seen.get(entry.identity, 0) + 1
        uid = entry.identity if number == 1 else f"{entry.identity}-{number}"
        lines += _event(entry, uid=f"{uid}@{host}")
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _event(entry: Entry, *, uid: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_escaped(uid)}"
    yield f"DTSTAMP:{_stamp(entry.changed_at or _start(entry))}"
    if entry.at is None:
        yield f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{entry.day + timedelta(days=1):%Y%m%d}"
    else:
        yield f"DTSTART:{_stamp(entry.at)}"
        if entry.shown_until is not None and entry.shown_until > entry.at:
            yield f"DTEND:{_stamp(entry.shown_until)}"
    summary = _("%(text)s: %(title)s") % {"text": entry.text, "title": entry.title}
    yield f"SUMMARY:{_escaped(summary)}"
    yield f"CATEGORIES:{_escaped(entry.kind)}"
    # Nobody is busy because a page goes live.
    yield "TRANSP:TRANSPARENT"
    yield "CLASS:PRIVATE"
    yield "END:VEVENT"


def _start(entry: Entry) -> datetime:
    return entry.at or datetime(entry.day.year, entry.day.month, entry.day.day, tzinfo=UTC)


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """A TEXT value (RFC 5545, 3.3.11); control characters, which none may hold, are left out."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return "".join(letter for letter in text if letter == "\t" or letter.isprintable())


def _folded(line: str) -> Iterator[str]:
    """The line in pieces of at most 75 octets, never within a letter; further ones are indented."""
    piece = ""
    for letter in line:
        if len((piece + letter).encode()) > LINE_LENGTH:
            yield piece
            piece = " "
        piece += letter
    yield piece
