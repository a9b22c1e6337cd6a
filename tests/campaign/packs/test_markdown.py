"""Markdown and stored rich text, both ways."""

from __future__ import annotations

from typing import Any

import pytest

from campaign.packs.markdown import NotWritableError, to_html, to_markdown

PAGES = {"/report/": 7, "/places/hotels/": 8}


class Targets:
    """The pages above, and one contact."""

    def page_id(self, path: str, *, line: int) -> int | None:  # noqa: ARG002
        return PAGES.get(path)

    def phone_text(self, slug: str, *, line: int) -> str | None:  # noqa: ARG002
        return "Childline & more" if slug == "childline" else None

    def page_path(self, number: int) -> str | None:
        return {number: path for path, number in PAGES.items()}.get(number)


def html(text: str, features: Any = None) -> tuple[str, list[tuple[int, str]]]:
    faults: list[tuple[int, str]] = []
    made = to_html(
        text,
        line=10,
        features=features,
        targets=Targets(),
        problem=lambda line, what, fix: faults.append((line, f"{what} {fix}".strip())),
    )
    return made, faults


PAIRS = {
    "headings": ("## One\n\n### Two\n\nText.", "<h2>One</h2><h3>Two</h3><p>Text.</p>"),
    "bold": ("A **b c** d", "<p>A <b>b c</b> d</p>"),
    "bold against a word": ("**Call:**now **9 **", "<p><b>Call:</b>now <b>9 </b></p>"),
    "bullets": ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
    "numbers": ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
    "nested lists": (
        "- a\n   1. b\n   2. c\n- d",
        "<ul><li>a<ol><li>b</li><li>c</li></ol></li><li>d</li></ul>",
    ),
    "page link": (
        "See [it](page:/report/).",
        '<p>See <a linktype="page" id="7">it</a>.</p>',
    ),
    "address": (
        "[a **b**](https://example.org/?a=1&b=2)",
        '<p><a href="https://example.org/?a=1&amp;b=2">a <b>b</b></a></p>',
    ),
    "address with brackets": (
        "[a](<https://example.org/a (b)>)",
        '<p><a href="https://example.org/a (b)">a</a></p>',
    ),
    "mail": ("[a](mailto:a@example.org)", '<p><a href="mailto:a@example.org">a</a></p>'),
    "phone": (
        "Call [[phone:childline]] now",
        '<p>Call <a linktype="contact" slug="childline">Childline &amp; more</a> now</p>',
    ),
    "line break": ("a\\\nb", "<p>a<br/>b</p>"),
    "signs that mean something": (
        "\\* a \\_b\\_ c_d \\[e\\] \\`f\\` \\<g> & \\\\ 1 * 2 !\\[h\\]".replace(" * ", " \\* "),
        "<p>* a _b_ c_d [e] `f` &lt;g&gt; &amp; \\ 1 * 2 ![h]</p>",
    ),
    "lines that would begin something": (
        "\\# a\n\n\\- b\n\n\\+ c\n\n1\\. d\n\n\\::: e\n\n\\=== f\n\n\\> g\n\n\\~~~",
        "<p># a</p><p>- b</p><p>+ c</p><p>1. d</p><p>::: e</p><p>=== f</p><p>&gt; g</p><p>~~~</p>",
    ),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("markdown", "stored"), PAIRS.values(), ids=PAIRS)
def test_markdown_and_rich_text_say_the_same(markdown: str, stored: str) -> None:
    assert html(markdown) == (stored, [])
    assert to_markdown(stored, names=Targets()) == markdown


@pytest.mark.parametrize(
    ("markdown", "stored"),
    [
        ("one\ntwo", "<p>one two</p>"),
        ("- a\n\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("* a", "<ul><li>a</li></ul>"),
    ],
)
def test_markdown_has_other_ways_to_write(markdown: str, stored: str) -> None:
    assert html(markdown) == (stored, [])


@pytest.mark.parametrize(
    ("markdown", "line", "words"),
    [
        ("# One", 10, "A heading of level 1 is not used here. Use ## or ###"),
        ("a\n\n> b", 12, "Write a quotation as a “::: quote” block."),
        ("an *italic*", 10, "Italics are not used"),
        ("an _italic_", 10, "Italics are not used"),
        ("a\n\n---\n", 12, "Remove the rule"),
        ("![a](b.png)", 10, "Write a picture as a “::: figure” block."),
        ("a <b>b</b>", 10, "HTML is not used here"),
        ("<div>a</div>", 10, "HTML is not used here"),
        ("`a`", 10, "Code is not used here."),
        ("```\na\n```", 10, "Code is not used here."),
        ("a\nb **c", 11, "Bold begins with ** and does not end."),
        ("a\\\n[**b](https://example.org)", 11, "Bold begins with ** and does not end."),
        ("[a](javascript:alert(1))", 10, "“javascript:alert(1)” is not an address"),
        ("[a](/report/)", 10, "“/report/” is not an address a link can have."),
        ("[a](tel:999)", 10, "[[phone:slug]] for a number"),
        ("[a]()", 10, "“” is not an address a link can have."),
        ("- a\n\n  b", 12, "A list item holds two paragraphs."),
    ],
)
def test_what_is_not_used_is_named_with_its_line(markdown: str, line: int, words: str) -> None:
    faults = html(markdown)[1]

    assert faults
    assert faults[0][0] == line
    assert words in faults[0][1]


def test_features_that_the_text_may_not_hold_are_named() -> None:
    assert html("## a\n\n**b**", features=["bold"])[1] == [
        (10, "This text may not hold “h2”. It may hold: bold.")
    ]


def test_an_unknown_target_leaves_a_link_that_leads_nowhere() -> None:
    assert html("[a](page:/gone/) [[phone:gone]]")[0] == (
        '<p><a linktype="page" id="0">a</a> <a linktype="contact" slug="gone"></a></p>'
    )


@pytest.mark.parametrize(
    ("stored", "markdown"),
    [
        ('<p><a linktype="page" id="99">gone</a></p>', "gone"),
        ('<p><a linktype="page" id="x">gone</a></p>', "gone"),
        ("<p><a>nothing</a></p>", "nothing"),
        (
            '<p data-block-key="a1b2c">An <strong>editor</strong>\n  wrote this</p>',
            "An **editor** wrote this",
        ),
        ("<p></p><p>a</p><p> </p>", "a"),
        ("<ul><li><p>a</p></li></ul>", "- a"),
        ("loose", "loose"),
    ],
)
def test_rich_text_of_an_editor_is_written_plainly(stored: str, markdown: str) -> None:
    assert to_markdown(stored, names=Targets()) == markdown


@pytest.mark.parametrize(
    "stored",
    ["<p><i>a</i></p>", "<hr/>", '<p><a linktype="document" id="1">a</a></p>', "<li>a</li>"],
)
def test_rich_text_without_a_written_form_is_refused(stored: str) -> None:
    with pytest.raises(NotWritableError):
        to_markdown(stored, names=Targets())
