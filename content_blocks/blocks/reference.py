"""Words of others, words we use, and tables."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.snippets.blocks import SnippetChooserBlock

from content_blocks.blocks.base import REFERENCE
from content_blocks.models import GlossaryTerm


class QuoteBlock(blocks.StructBlock):
    """The words of a report or a body, with their source. Never the words of a victim."""

    text = blocks.TextBlock(
        label=_("Quotation"),
        max_length=600,
        help_text=_("Word for word. Never the words or the story of a victim."),
    )
    source = blocks.CharBlock(
        label=_("Who said it, and where"),
        max_length=200,
        help_text=_("For example the name of the report. Readers can check it."),
    )
    source_url = blocks.URLBlock(
        required=False, label=_("Link to the source"), help_text=_("The report's own address.")
    )
    date = blocks.DateBlock(required=False, label=_("Date"), help_text=_("When it was published."))

    class Meta:
        icon = "openquote"
        label = _("Quotation")
        group = REFERENCE
        template = "content_blocks/blocks/quote.html"
        description = _("The words of a report, with source and date.")
        preview_value = {
            "text": "This Council asks for a comprehensive public information campaign.",
            "source": "Council motion on child sexual exploitation",
            "source_url": "https://example.org/motion",
            "date": date(2021, 11, 10),
        }


class DefinitionBlock(blocks.StructBlock):
    """A word from the glossary, shown as the record says it today."""

    term = SnippetChooserBlock(
        GlossaryTerm,
        label=_("Word"),
        help_text=_("Chosen from the words we use. Change it there, and every page follows."),
    )

    class Meta:
        icon = "glasses"
        label = _("Definition")
        group = REFERENCE
        template = "content_blocks/blocks/definition.html"
        description = _("Explains one word, from the glossary.")

    def get_preview_value(self) -> Any:
        """A term that was never saved."""
        return self.normalize(
            {
                "term": GlossaryTerm(
                    term="Grooming",
                    definition="Building trust with a child, or with the people around them, in "
                    "order to abuse the child.",
                    avoid="“Online boyfriend” or “relationship”: the child is being abused.",
                    live=True,
                )
            }
        )


class TableRowBlock(blocks.StructBlock):
    """One row."""

    cells = blocks.ListBlock(
        blocks.CharBlock(
            required=False, max_length=300, label=_("Cell"), help_text=_("One short text.")
        ),
        label=_("Cells"),
        min_num=1,
        help_text=_("As many as there are columns."),
    )

    class Meta:
        icon = "list-ul"
        label = _("Row")


class TableBlock(blocks.StructBlock):
    """A small table with a caption and headings that screen readers can name.

    Own instead of Wagtail's: those are not translatable, and allow a table without a caption.
    """

    caption = blocks.CharBlock(
        label=_("Caption"), max_length=150, help_text=_("What the table shows.")
    )
    columns = blocks.ListBlock(
        blocks.CharBlock(max_length=80, label=_("Column"), help_text=_("One or two words.")),
        label=_("Column headings"),
        min_num=2,
        max_num=5,
        help_text=_("Two to five. More do not fit on a phone."),
    )
    rows = blocks.ListBlock(
        TableRowBlock(), label=_("Rows"), min_num=1, help_text=_("From top to bottom.")
    )
    row_headings = blocks.BooleanBlock(
        required=False,
        label=_("The first cell of a row is its heading"),
        help_text=_("Tick this when the first column names what the row is about."),
    )

    class Meta:
        icon = "table"
        label = _("Table")
        group = REFERENCE
        template = "content_blocks/blocks/table.html"
        description = _("For facts to compare. Use a list if there are fewer than three rows.")
        preview_value = {
            "caption": "Who to tell",
            "columns": ["What is happening", "Who to tell"],
            "rows": [
                {"cells": ["A child is in danger now", "Police, 999"]},
                {"cells": ["You are worried about a child", "The council"]},
                {"cells": ["You want to talk it through", "NSPCC"]},
            ],
            "row_headings": True,
        }

    def clean(self, value: Any) -> Any:
        """Refuse rows that do not have as many cells as there are columns."""
        result = super().clean(value)
        wanted = len(result["columns"])
        wrong = [
            number
            for number, row in enumerate(result["rows"], start=1)
            if len(row["cells"]) != wanted
        ]
        if wrong:
            raise StructBlockValidationError(
                {
                    "rows": ValidationError(
                        _(
                            "There are %(columns)d columns. Give these rows as many cells: "
                            "%(rows)s. Leave a cell empty if there is nothing to say."
                        ),
                        code="cells",
                        params={"columns": wanted, "rows": ", ".join(map(str, wrong))},
                    )
                }
            )
        return result
