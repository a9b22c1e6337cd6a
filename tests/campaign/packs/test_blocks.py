"""Any block is read and written by its definition alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from wagtail import blocks

from campaign.packs.blocks import BlockReader, BlockWriter, clean_stream, made_id
from campaign.packs.marked_yaml import parse_yaml
from campaign.packs.page_files import Piece
from campaign.packs.problems import Problems
from campaign.packs.references import References
from campaign.packs.scope import Scope
from campaign.packs.written_yaml import write_yaml


class FactBlock(blocks.StructBlock):
    name = blocks.CharBlock(max_length=10)
    note = blocks.TextBlock(required=False)
    shown = blocks.BooleanBlock(required=False, default=True)
    kind = blocks.ChoiceBlock(choices=[("a", "A"), ("b", "B")], default="a", required=False)
    kinds = blocks.MultipleChoiceBlock(choices=[("x", "X"), ("y", "Y")], required=False)
    on = blocks.DateBlock(required=False)
    at = blocks.TimeBlock(required=False)
    moment = blocks.DateTimeBlock(required=False)
    number = blocks.IntegerBlock(required=False)
    price = blocks.DecimalBlock(required=False)
    text = blocks.RichTextBlock(features=["bold"], required=False)
    words = blocks.ListBlock(blocks.CharBlock())


class InnerStream(blocks.StreamBlock):
    fact = FactBlock()
    word = blocks.CharBlock()


class OuterStream(blocks.StreamBlock):
    inner = InnerStream(required=False)
    facts = blocks.ListBlock(FactBlock())
    box = blocks.StructBlock([("inside", InnerStream()), ("fact", FactBlock(required=False))])
    chosen = blocks.PageChooserBlock()


OUTER = OuterStream()


def read(text: str) -> tuple[Any, list[Piece], list[str], Scope]:
    """The stream that a YAML list of blocks says, and its faults."""
    problems = Problems()
    scope = Scope("f", problems, References(), "owner")
    raw = parse_yaml(text, file="f", first_line=1, problems=problems)
    pieces = [
        Piece(key, line, value)
        for item, line in zip(raw, raw.lines, strict=True)
        for key, value in item.items()
    ]
    value = BlockReader(scope).read_stream(OUTER, pieces)
    return value, pieces, [str(problem) for problem in problems], scope


FULL = """\
- inner:
    - fact:
        name: One
        note: ''
        shown: no
        kind: b
        kinds: [x, y]
        on: 2026-11-21
        at: "08:30"
        moment: 2026-11-21T09:00:00+00:00
        number: 5
        price: 1.50
        text: Say **it**.
        words: [a, b]
    - word: Two
- facts:
    - name: Three
    - id: 1d2c0b5e-3f7a-4f43-9f0e-6f1b8f2f1c11
      name: Four
      words:
        - id: 2d2c0b5e-3f7a-4f43-9f0e-6f1b8f2f1c11
          value: c
- box:
    id: 3d2c0b5e-3f7a-4f43-9f0e-6f1b8f2f1c11
    inside:
      - word:
          id: 4d2c0b5e-3f7a-4f43-9f0e-6f1b8f2f1c11
          value: Five
    fact:
      name: Six
"""


def test_every_kind_of_value_is_read() -> None:
    value, _pieces, faults, _scope = read(FULL)

    assert faults == []
    fact = value[0].value[0].value
    assert {name: item for name, item in fact.items() if name not in ("text", "words")} == {
        "name": "One",
        "note": "",
        "shown": False,
        "kind": "b",
        "kinds": ["x", "y"],
        "on": date(2026, 11, 21),
        "at": time(8, 30),
        "moment": datetime(2026, 11, 21, 9, tzinfo=UTC),
        "number": 5,
        "price": Decimal("1.50"),
    }
    assert fact["text"].source == "<p>Say <b>it</b>.</p>"
    assert list(fact["words"]) == ["a", "b"]
    absent = value[1].value[0]
    assert (absent["shown"], absent["kind"], list(absent["words"])) == (True, "a", [])


def test_ids_are_made_from_the_position_unless_they_are_given() -> None:
    value = read(FULL)[0]

    assert value[0].id == made_id("owner", "/0")
    assert value[1].value.bound_blocks[0].id == made_id("owner", "/1/0")
    assert value[1].value.bound_blocks[1].id == "1d2c0b5e-3f7a-4f43-9f0e-6f1b8f2f1c11"
    assert value[2].id == "3d2c0b5e-3f7a-4f43-9f0e-6f1b8f2f1c11"
    assert value[2].value["inside"][0].id == "4d2c0b5e-3f7a-4f43-9f0e-6f1b8f2f1c11"


def test_what_is_written_is_read_as_the_same() -> None:
    value = read(FULL)[0]

    written = BlockWriter(References(), "owner").write_stream(value)
    text = write_yaml(
        [{child.key: child.as_item(OUTER.child_blocks[child.key])} for child in written]
    )
    again, _pieces, faults, _scope = read(text)

    assert faults == []
    assert again.get_prep_value() == value.get_prep_value()
    assert text.count("id: ") == 4


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("- inner: word\n", "f:1: inner: This must be a list of blocks. "),
        ("- inner:\n    - word\n", "f:2: inner: This is not a block. "),
        ("- inner:\n    - wurd: x\n", "f:2: There is no block “wurd” here. Did you mean “word”?"),
        ("- box: x\n", "f:1: box: This needs “key: value” lines. "),
        ("- facts: x\n", "f:1: facts: This must be a list. "),
        ("- facts:\n    -\n", "f:2: facts: this item is empty."),
        ("- facts:\n    - nam: x\n", "f:2: There is no key “nam” here. Did you mean “name”?"),
        ("- inner:\n    - fact:\n        kind: c\n", "f:3: kind: “c” cannot be chosen here. "),
        ("- inner:\n    - fact:\n        kinds: [z]\n", "f:3: kinds: “z” cannot be chosen here. "),
        ("- inner:\n    - fact:\n        shown: x\n", "f:3: shown: “x” is neither true nor false."),
        ("- inner:\n    - fact:\n        text: '# x'\n", "f:3: A heading of level 1"),
        ("- chosen: /a/\n", "f:1: chosen: There is no page “/a/”. "),
        ("- inner:\n    - word: {id: one, value: x}\n", "f:2: “one” is not an id. "),
        (
            "- inner:\n"
            "    - word: {id: 1d2c0b5e-3f7a-4f43-9f0e-6f1b8f2f1c11, value: x}\n"
            "    - word: {id: 1d2c0b5e-3f7a-4f43-9f0e-6f1b8f2f1c11, value: y}\n",
            "f:3: The id “1d2c0b5e-3f7a-4f43-9f0e-6f1b8f2f1c11” is used twice. ",
        ),
    ],
)
def test_faults_are_named_with_their_line(text: str, fault: str) -> None:
    faults = read(text)[2]

    assert len(faults) == 1
    assert faults[0].startswith(fault)


def test_rules_of_blocks_are_named_at_the_line_they_are_about() -> None:
    value, pieces, faults, scope = read(
        "- facts:\n"
        "    - name: Far too long a name\n"
        "      note: x\n"
        "- box:\n"
        "    inside:\n"
        "      - fact:\n"
        "          note: no name\n"
        "- box:\n"
        "    fact: {name: x}\n"
        "- chosen:\n"
    )
    assert faults == []

    clean_stream(OUTER, value, pieces, 1, scope)

    assert [str(problem) for problem in scope.problems] == [
        "f:2: name: Ensure this value has at most 10 characters (it has 19).",
        "f:4: name: This field is required.",
        "f:6: name: This field is required.",
        "f:8: inside: This field is required.",
        "f:10: chosen: This is required.",
    ]


def test_rules_of_a_whole_stream_are_named_at_its_beginning() -> None:
    value, pieces, _faults, scope = read("[]")

    clean_stream(OUTER, value, pieces, 7, scope)

    assert [str(problem) for problem in scope.problems] == ["f:7: This field is required."]
