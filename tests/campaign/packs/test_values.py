"""Single values, opening hours, and YAML as it is written."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from campaign.packs import values
from campaign.packs.faults import ValueFault
from campaign.packs.marked_yaml import Items, Text, parse_yaml
from campaign.packs.opening_hours import Hours
from campaign.packs.problems import Problems
from campaign.packs.references import References
from campaign.packs.scope import Scope
from campaign.packs.written_yaml import write_yaml
from content_blocks.models import ContactRoute


def text(words: str) -> Text:
    return Text(words, 1)


@pytest.mark.parametrize(
    ("read", "raw", "value"),
    [
        (values.read_text, None, ""),
        (values.read_text, text("a"), "a"),
        (values.read_truth, text("Yes"), True),
        (values.read_truth, text("false"), False),
        (values.read_whole_number, text("-3"), -3),
        (values.read_number, text("1.50"), Decimal("1.50")),
        (values.read_date, text("2026-11-21"), date(2026, 11, 21)),
        (values.read_time, text("08:30"), time(8, 30)),
        (
            values.read_moment,
            text("2026-11-21T09:00:00+00:00"),
            datetime(2026, 11, 21, 9, tzinfo=UTC),
        ),
        (values.read_list, None, []),
    ],
)
def test_values_are_read(read: Any, raw: Any, value: Any) -> None:
    assert read(raw) == value


@pytest.mark.parametrize(
    ("read", "raw"),
    [
        (values.read_text, Items(1)),
        (values.read_truth, text("maybe")),
        (values.read_whole_number, text("1.5")),
        (values.read_number, text("one")),
        (values.read_date, text("20261121")),
        (values.read_date, text("2026-02-30")),
        (values.read_time, text("25:00")),
        (values.read_moment, text("2026-11-21T09:00:00")),
        (values.read_moment, text("soon")),
        (values.read_list, text("a, b")),
    ],
)
def test_values_that_are_wrong_are_refused(read: Any, raw: Any) -> None:
    with pytest.raises(ValueFault):
        read(raw)


def test_choices_keep_their_type() -> None:
    assert values.read_choice(text("3"), [1, 2, 3]) == 3


def test_choices_are_found_in_their_groups() -> None:
    choices = [("", "–"), ("Group", [("a", "A"), ("b", "B")]), ("c", "C")]

    assert values.flat_choices(choices) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (time(8, 30), "08:30"),
        (time(8, 30, 5), "08:30:05"),
        (date(2026, 11, 21), date(2026, 11, 21)),
        (datetime(2026, 11, 21, 9, tzinfo=UTC), "2026-11-21T09:00:00+00:00"),
        (Decimal("1.50"), "1.50"),
        (3, 3),
        (None, None),
    ],
)
def test_values_are_written(value: Any, written: Any) -> None:
    assert values.write_value(value) == written


def route_with(hours: str) -> Any:
    route = ContactRoute(slug="x")
    raw = parse_yaml(hours, file="f", first_line=1, problems=Problems())
    scope = Scope("f", Problems(), References())
    Hours().read(route, raw["hours"], line=1, scope=scope)
    return route


@pytest.mark.parametrize(
    ("written", "again"),
    [
        ("hours: always", "always"),
        ("hours:", None),
        ('hours: {mon-fri: "08:00-22:00", sat-sun: "09:00-18:00"}', None),
        ('hours: {mon: "09:00-12:00, 13:00-17:00", wed: "09:00-24:00"}', None),
        (
            'hours: {fri: "18:00-02:00", sun: closed}',
            {"fri": "18:00-24:00", "sat": "00:00-02:00"},
        ),
        ('hours: {sun: "22:00-06:00"}', {"mon": "00:00-06:00", "sun": "22:00-24:00"}),
        ('hours: {mon: "08:00-00:00"}', {"mon": "08:00-24:00"}),
        ('hours: {mon-tue: "08:00 – 09:00"}', {"mon-tue": "08:00-09:00"}),
    ],
)
@pytest.mark.django_db
def test_hours_are_written_as_they_are_read(written: str, again: Any) -> None:
    raw = parse_yaml(written, file="f", first_line=1, problems=Problems())["hours"]
    expected = again if again is not None else raw

    assert Hours().write(route_with(written), References()) == expected


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        ("[]", "neither “always” nor days"),
        ("sometimes", "neither “always” nor days"),
        ('{monday: "08:00-09:00"}', "“monday” is not a day or a run of days"),
        ('{fri-mon: "08:00-09:00"}', "“fri-mon” is not a day or a run of days"),
        ("{mon: }", "“mon” has no times"),
        ("{mon: [a]}", "“mon” has no times"),
        ("{mon: morning}", "“morning” are not opening times"),
        ('{mon: "24:00-25:00"}', "are not opening times"),
        ('{mon: "08:00-25:00"}', "are not opening times"),
    ],
)
@pytest.mark.django_db
def test_hours_that_are_wrong_are_refused(hours: str, words: str) -> None:
    with pytest.raises(ValueFault, match=words):
        route_with(f"hours: {hours}")


def test_yaml_is_written_for_people() -> None:
    assert write_yaml(
        {
            "number": "999",
            "on": date(2026, 11, 21),
            "open": True,
            "short": ["a", "b"],
            "long": ["word" * 20, "x"],
            "text": "One.\n\nTwo.",
            "items": [{"a": "ü"}],
        }
    ) == (
        "number: '999'\n"
        "'on': 2026-11-21\n"
        "open: true\n"
        "short: [a, b]\n"
        "long:\n"
        f"  - {'word' * 20}\n"
        "  - x\n"
        "text: |-\n  One.\n\n  Two.\n"
        "items:\n  - a: ü\n"
    )
