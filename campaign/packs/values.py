"""Single values: the text in the file, and what the field or block keeps."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from campaign.packs.faults import ValueFault
from campaign.packs.marked_yaml import Items, Text
from campaign.packs.problems import suggest

_TRUTH = {"true": True, "yes": True, "false": False, "no": False}


def read_text(raw: Any) -> str:
    """Text; nothing is the empty text."""
    if raw is None:
        return ""
    if not isinstance(raw, Text):
        raise ValueFault(_("This must be text."), _("Write it on one line, or after “|”."))
    return str(raw)


def read_truth(raw: Any) -> bool:
    """`true`, `yes`, `false` or `no`."""
    try:
        return _TRUTH[read_text(raw).lower()]
    except KeyError:
        raise ValueFault(
            _("“%(value)s” is neither true nor false.") % {"value": raw},
            _("Write true or false."),
        ) from None


def read_whole_number(raw: Any) -> int:
    """A whole number."""
    try:
        return int(read_text(raw))
    except ValueError:
        raise ValueFault(
            _("“%(value)s” is not a whole number.") % {"value": raw}, _("Write digits only.")
        ) from None


def read_number(raw: Any) -> Decimal:
    """A number with a decimal point."""
    try:
        return Decimal(read_text(raw))
    except InvalidOperation:
        raise ValueFault(
            _("“%(value)s” is not a number.") % {"value": raw}, _("Write digits, such as 1.5.")
        ) from None


def read_date(raw: Any) -> date:
    """A day, `2026-11-21`."""
    text = read_text(raw)
    try:
        if len(text) != 10:
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise ValueFault(
            _("“%(value)s” is not a date.") % {"value": text},
            _("Write year, month and day, such as 2026-11-21."),
        ) from None


def read_moment(raw: Any) -> datetime:
    """A date and time with its zone, `2026-11-21T09:00:00+00:00`."""
    text = read_text(raw)
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError(text)
    except ValueError:
        raise ValueFault(
            _("“%(value)s” is not a date and time with a zone.") % {"value": text},
            _("Write it such as 2026-11-21T09:00:00+00:00."),
        ) from None
    return moment


def read_time(raw: Any) -> time:
    """A time of day, `08:30`."""
    text = read_text(raw)
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise ValueFault(
            _("“%(value)s” is not a time.") % {"value": text}, _("Write it such as 08:30.")
        ) from None


def read_choice(raw: Any, choices: Collection[Any]) -> Any:
    """One of the values of a list of choices, which may be text or numbers."""
    text = read_text(raw)
    by_text = {str(choice): choice for choice in choices}
    if text not in by_text:
        raise ValueFault(
            _("“%(value)s” cannot be chosen here.") % {"value": text},
            suggest(text, [name for name in by_text if name]),
        )
    return by_text[text]


def read_list(raw: Any) -> Items:
    """A list; nothing is the empty list."""
    if raw is None:
        return Items(0)
    if not isinstance(raw, Items):
        raise ValueFault(
            _("This must be a list."), _("Write [a, b], or one “- item” on each line.")
        )
    return raw


def flat_choices(choices: Any) -> list[Any]:
    """The values of Django choices, out of their groups, without the empty one."""
    values: list[Any] = []
    for value, label in choices:
        if isinstance(label, (list, tuple)):
            values += flat_choices(label)
        elif value not in ("", None):
            values.append(value)
    return values


def write_value(value: Any) -> Any:
    """What YAML is given for a single value."""
    if isinstance(value, time):
        return f"{value:%H:%M}" if not value.second else value.isoformat()
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, str):
        return str(value)
    return value
