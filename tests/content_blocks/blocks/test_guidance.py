"""Steps, myths and running text."""

from __future__ import annotations

from tests.content_blocks.blocks.conftest import Render, texts


def test_text_renders_only_what_was_written(render: Render) -> None:
    soup = render("text", "<h2>Tell someone</h2><p>You do not need <b>proof</b>.</p>")
    assert str(soup).strip() == (
        '<div class="text"><h2>Tell someone</h2><p>You do not need <b>proof</b>.</p></div>'
    )


def test_steps_are_an_ordered_list_in_the_editors_order(render: Render) -> None:
    soup = render(
        "steps",
        {
            "heading": "What to do",
            "steps": [
                {"title": "Keep safe", "text": "<p>Do not follow anyone.</p>"},
                {"title": "Tell someone", "text": ""},
            ],
        },
    )
    assert texts(soup, "section.steps > h2") == ["What to do"]
    assert texts(soup, "section.steps > ol > li > h3") == ["Keep safe", "Tell someone"]
    assert texts(soup, "section.steps > ol > li > .steps__text") == ["Do not follow anyone."]


def test_myth_is_never_shown_without_its_fact_or_the_word_that_it_is_not_true(
    render: Render,
) -> None:
    soup = render(
        "myths",
        {
            "heading": "What people get wrong",
            "items": [
                {"myth": "Only girls.", "fact": "<p>Boys too.</p>"},
                {"myth": "Only strangers.", "fact": "<p>Often somebody known.</p>"},
            ],
        },
    )
    assert texts(soup, "dl > div > dt") == ["Not true: Only girls.", "Not true: Only strangers."]
    assert texts(soup, "dl > div > dd") == ["True: Boys too.", "True: Often somebody known."]


def test_block_escapes_what_an_editor_types(render: Render) -> None:
    soup = render("details", {"summary": "<script>alert(1)</script>", "text": "<p>x</p>"})
    assert soup.select("script") == []
    assert texts(soup, "summary") == ["<script>alert(1)</script>"]
