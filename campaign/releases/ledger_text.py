"""What the ledger holds, in words: content as lines of text, entries as rows of a table.

Everything here is plain text. What was rich text loses its markup, and an address in it is text
like any other: what was once shown may by now lead anywhere.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.html import strip_tags
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from campaign.releases.models import LedgerContent, LedgerEntry


@dataclass(frozen=True, slots=True)
class Line:
    """One line of content.

    Attributes:
        depth: how far inside other things, from 0.
        label: what it is; empty inside a list.
        text: what it says; empty for a heading of the lines that follow.
    """

    depth: int
    label: str
    text: str


# --- Content ------------------------------------------------------------------------------------


def lines_of(content_type: str, content: dict[str, Any]) -> list[Line]:
    """The content of one page or record, empty fields left out.

    Args:
        content_type: `app.model`. A type that this site no longer has shows the bare names.
        content: as the ledger keeps it.
    """
    model = _model(content_type)
    lines: list[Line] = []
    for name, value in content.items():
        lines += _lines(_label(model, name), value, depth=0)
    return lines


def _model(content_type: str) -> Any:
    try:
        return apps.get_model(content_type)
    except (LookupError, ValueError):
        return None


def _label(model: Any, name: str) -> str:
    try:
        label = str(model._meta.get_field(name).verbose_name)
    except (AttributeError, FieldDoesNotExist):
        label = name.replace("_", " ")
    return str(capfirst(label))


def _lines(label: str, value: Any, *, depth: int) -> Iterator[Line]:
    if isinstance(value, dict):
        yield from _block(label, value, depth=depth)
    elif isinstance(value, list):
        inner = [line for one in value for line in _lines("", one, depth=depth + 1)]
        if inner:
            yield Line(depth, label, "")
            yield from inner
    elif (text := _text(value)) != "":
        yield Line(depth, label, text)


def _block(label: str, value: dict[str, Any], *, depth: int) -> Iterator[Line]:
    """A block of a stream (type, value, id), or a set of named values."""
    if {"type", "value"} <= value.keys() <= {"type", "value", "id"}:
        yield from _lines(_plain(value["type"]), value["value"], depth=depth)
        return
    inner = [
        line for name, one in value.items() for line in _lines(_plain(name), one, depth=depth + 1)
    ]
    if inner:
        yield Line(depth, label, "")
        yield from inner


def _plain(name: str) -> str:
    return str(capfirst(name.replace("_", " ")))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    text = str(value)
    if "<" in text:
        for end in ("</p>", "</li>", "</h2>", "</h3>", "</h4>", "<br/>", "<br>"):
            text = text.replace(end, f"{end}\n")
        text = unescape(strip_tags(text))
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


# --- Tables -------------------------------------------------------------------------------------

COLUMNS = (
    "address",
    "language",
    "from",
    "until",
    "change",
    "title",
    "content_type",
    "object_id",
    "translation_key",
    "revision",
    "content_hash",
    "by",
    "by_id",
    "approved_by",
    "approved_by_id",
    "release",
    "release_id",
    "cause",
    "reason",
    "recorded",
    "site_id",
    "number",
)


def row_of(entry: LedgerEntry) -> dict[str, Any]:
    """One entry (of `with_until()`) as plain values. Times are ISO 8601 in UTC."""
    values = (
        entry.address,
        entry.language,
        _iso(entry.at),
        _iso(entry.until),
        entry.change,
        entry.title,
        entry.content_type,
        entry.object_id,
        str(entry.translation_key or ""),
        entry.revision_id,
        entry.content_hash,
        entry.user_name,
        entry.user_id,
        entry.approved_by_name,
        entry.approved_by_id,
        entry.release_title,
        entry.release_id,
        entry.cause,
        entry.reason,
        _iso(entry.recorded_at),
        entry.site_id,
        entry.pk,
    )
    return dict(zip(COLUMNS, values, strict=True))


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def as_csv(entries: Any) -> Iterator[str]:
    """Entries as CSV, line by line. A value that a spreadsheet would compute gets an apostrophe."""
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for entry in entries.with_until().iterator(chunk_size=500):
        yield writer.writerow([_harmless(value) for value in row_of(entry).values()])


def as_json(entries: Any) -> Iterator[str]:
    """Entries as one JSON document, piece by piece, with every content that they name.

    The SHA-256 of a content can be computed again from its JSON with sorted keys, without spaces,
    in UTF-8.
    """
    yield '{"entries": ['
    yield from _joined(row_of(entry) for entry in entries.with_until().iterator(chunk_size=500))
    yield '\n], "contents": ['
    named = entries.order_by().filter(content__isnull=False).values("content")
    contents = LedgerContent.objects.filter(pk__in=named).order_by("pk")
    yield from _joined(
        {"content_hash": one.hash, "content": one.content, "refers_to": one.refers_to}
        for one in contents.iterator(chunk_size=100)
    )
    yield "\n]}\n"


def _joined(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    for number, row in enumerate(rows):
        yield ("," if number else "") + "\n" + json.dumps(row, ensure_ascii=False)


def _harmless(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text
