"""Quotations, definitions, tables."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from wagtail.blocks.struct_block import StructBlockValidationError

from content_blocks.models import GlossaryTerm
from tests.content_blocks.blocks.conftest import STREAM, Render, stored, text, texts
from tests.factories.content_blocks import GlossaryTermFactory

TABLE: dict[str, Any] = {
    "caption": "Who to tell",
    "columns": ["What is happening", "Who to tell"],
    "rows": [{"cells": ["Danger now", "999"]}, {"cells": ["Worried", "The council"]}],
    "row_headings": True,
}


def clean(key: str, value: dict[str, Any]) -> Any:
    block = STREAM.child_blocks[key]
    return block.clean(block.normalize(value))


def test_quote_names_its_source_and_date(render: Render) -> None:
    soup = render(
        "quote",
        {
            "text": "Rebuilding trust takes time.",
            "source": "Independent review",
            "source_url": "https://example.org/review",
            "date": date(2022, 6, 22),
        },
    )
    assert texts(soup, "figure.quote > blockquote > p") == ["Rebuilding trust takes time."]
    [link] = soup.select("figcaption cite a")
    assert (link["href"], text(link)) == ("https://example.org/review", "Independent review")
    [day] = soup.select("figcaption time")
    assert (day["datetime"], text(day)) == ("2022-06-22", "22 June 2022")


def test_quote_without_link_or_date_still_names_its_source(render: Render) -> None:
    soup = render("quote", {"text": "Words.", "source": "A report", "source_url": "", "date": None})
    assert texts(soup, "figcaption cite") == ["A report"]
    assert soup.select("a, time, [cite]") == []


@pytest.mark.django_db
def test_definition_shows_what_the_record_says_today() -> None:
    term = GlossaryTermFactory(term="Grooming", definition="Old words.", avoid="“Relationship”.")
    GlossaryTerm.objects.update(definition="New words.")
    html = stored(("definition", {"term": term.pk}))[0].render()
    assert "New words." in html
    assert "Old words." not in html
    assert "“Relationship”." in html


@pytest.mark.django_db
def test_definition_of_an_unpublished_term_is_not_shown() -> None:
    term = GlossaryTermFactory(draft=True, definition="Not for readers.")
    assert stored(("definition", {"term": term.pk}))[0].render().strip() == ""


@pytest.mark.django_db
def test_definition_of_a_deleted_term_is_not_shown() -> None:
    assert stored(("definition", {"term": 12345}))[0].render().strip() == ""


def test_table_has_a_caption_and_headings_of_columns_and_rows(render: Render) -> None:
    soup = render("table", TABLE)
    assert texts(soup, "table > caption") == ["Who to tell"]
    assert texts(soup, "thead th[scope=col]") == ["What is happening", "Who to tell"]
    assert texts(soup, "tbody th[scope=row]") == ["Danger now", "Worried"]
    assert texts(soup, "tbody td") == ["999", "The council"]


def test_table_without_row_headings_has_only_cells(render: Render) -> None:
    soup = render("table", TABLE | {"row_headings": False})
    assert soup.select("tbody th") == []
    assert len(soup.select("tbody td")) == 4


def test_table_can_be_reached_and_scrolled_with_a_keyboard(render: Render) -> None:
    [region] = render("table", TABLE).select(".table-wrap")
    assert (region["role"], region["tabindex"], region["aria-label"]) == (
        "region",
        "0",
        "Who to tell",
    )


def test_table_refuses_rows_with_too_many_or_too_few_cells() -> None:
    rows = [{"cells": ["a"]}, {"cells": ["a", "b"]}, {"cells": ["a", "b", "c"]}]
    with pytest.raises(StructBlockValidationError) as caught:
        clean("table", TABLE | {"rows": rows})
    assert caught.value.block_errors["rows"].messages == [
        "There are 2 columns. Give these rows as many cells: 1, 3. Leave a cell empty if there is "
        "nothing to say."
    ]


def test_table_accepts_an_empty_cell() -> None:
    value = clean("table", TABLE | {"rows": [{"cells": ["a", ""]}]})
    assert list(value["rows"][0]["cells"]) == ["a", ""]
