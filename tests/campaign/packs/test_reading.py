"""YAML with lines, and the grammar of page files."""

from __future__ import annotations

from typing import Any

import pytest

from campaign.packs.marked_yaml import Fields, Text, parse_yaml
from campaign.packs.page_files import parse_page
from campaign.packs.problems import Problem, Problems, suggest


def parsed(text: str) -> tuple[Any, list[str]]:
    problems = Problems()
    value = parse_yaml(text, file="f", first_line=5, problems=problems)
    return value, [str(problem) for problem in problems]


def test_yaml_values_are_text_until_a_field_says_otherwise() -> None:
    value, faults = parsed("a: no\nb: 0800\nc: 22:00\nd: 2026-11-21\ne: 1e3\nf:\ng: ~\nh: ''\n")

    assert faults == []
    assert value == {
        "a": "no",
        "b": "0800",
        "c": "22:00",
        "d": "2026-11-21",
        "e": "1e3",
        "f": None,
        "g": None,
        "h": "",
    }


def test_yaml_values_know_their_lines() -> None:
    value, _faults = parsed("a: x\nb:\n  - y\n  - |\n    long\n")

    assert isinstance(value, Fields)
    assert value.lines == {"a": 5, "b": 6}
    assert value["b"].lines == [7, 8]
    assert (value["b"][0].line, value["b"][1].line) == (7, 9)
    assert isinstance(value["b"][1], Text)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: [", "f:6: This is not YAML: "),
        ("a: &x 1\nb: *x\n", "f:5: This value is used in two places through an alias (*name)."),
        ("a: !!python/object:os.system x\n", "f:5: Tags such as"),
        ("a: !secret x\n", "f:5: Tags such as “!secret” are not used here. Remove it."),
        ("a: 1\na: 2\n", "f:6: “a” is given twice; the first is on line 5. Keep one of them."),
        ("? [a]\n: b\n", "f:5: A key must be a plain word. Rewrite the key."),
        ("a: \x07\n", "f:5: This is not YAML: "),
    ],
)
def test_yaml_faults_are_named_with_their_line(text: str, fault: str) -> None:
    faults = parsed(text)[1]

    assert len(faults) == 1
    assert faults[0].startswith(fault)


def test_yaml_that_is_nested_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def overflow(*args: object, **kwargs: object) -> None:
        raise RecursionError

    monkeypatch.setattr("yaml.compose", overflow)

    assert parsed("a: 1") == (None, ["f:5: This is nested too deeply. Make it flatter."])


def test_yaml_bomb_is_refused_quickly() -> None:
    text = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
    )

    assert len(parsed(text)[1]) > 0


def test_empty_yaml_is_nothing() -> None:
    assert parsed("# only a comment\n") == (None, [])


def page(text: str) -> tuple[Any, list[str]]:
    problems = Problems()
    source = parse_page(text, file="f", problems=problems)
    return source, [str(problem) for problem in problems]


def test_page_body_is_split_into_pieces_with_lines() -> None:
    source, faults = page(
        "---\ntype: x\n---\n\nOne\ntwo\n\n::: inset\ntext: a\n:::\n"
        "=== staff\nThree\n::: action_panel\n:::\n"
    )

    assert faults == []
    body, staff = source.sections.values()
    assert [(piece.key, piece.line, piece.fenced) for piece in body.pieces] == [
        ("text", 5, False),
        ("inset", 8, True),
    ]
    assert body.pieces[0].value == "One\ntwo"
    assert body.pieces[1].value.lines == {"text": 9}
    assert (staff.name, staff.line) == ("staff", 11)
    assert [(piece.key, piece.value) for piece in staff.pieces] == [
        ("text", "Three"),
        ("action_panel", None),
    ]


def test_page_without_text_has_no_sections() -> None:
    assert page("---\ntype: x\n---\n\n")[0].sections == {}


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("::: inset\ntext: a\n", "f:4: The block “inset” is not closed."),
        ("::: inset\n=== staff\n", "f:4: The block “inset” is not closed."),
        (":::\n", "f:4: This line closes or opens a block, but no block has that form."),
        ("::: two words\n", "f:4: This line closes or opens a block"),
        ("===\n", "f:4: “===” has no field name. Write “=== field_name”."),
        ("=== a\nx\n=== a\ny\n", "f:6: “=== a” is given twice."),
        ("::: inset\na: [\n:::\n", "f:6: This is not YAML:"),
    ],
)
def test_page_faults_are_named_with_their_line(body: str, fault: str) -> None:
    faults = page(f"---\ntype: x\n---\n{body}")[1]

    assert len(faults) == 1
    assert faults[0].startswith(fault)


def test_page_with_broken_front_matter_is_no_page() -> None:
    source, faults = page("---\na: [\n---\n")

    assert source is None
    assert len(faults) == 1


def test_problems_are_kept_once_and_sorted() -> None:
    problems = Problems()
    for line in (3, 1, 3):
        problems.add("f", line, "Wrong.", "Mend it.")

    assert list(problems) == [
        Problem("f", 1, "Wrong.", "Mend it."),
        Problem("f", 3, "Wrong.", "Mend it."),
    ]
    assert str(Problem("f", 0, "Wrong.")) == "f: Wrong."


@pytest.mark.parametrize(
    ("word", "known", "words"),
    [
        ("hotel", ["hotels", "taxis"], "Did you mean “hotels”?"),
        ("zebra", ["b", "a"], "Use one of: a, b."),
        ("zebra", [], "There are none in this folder."),
        ("zebra", [f"word{n}" for n in range(20)], "Check the spelling."),
    ],
)
def test_suggestions_lead_to_a_right_name(word: str, known: list[str], words: str) -> None:
    assert suggest(word, known) == words
