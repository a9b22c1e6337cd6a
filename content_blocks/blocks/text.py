"""Running text."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from content_blocks.blocks.base import TEXT, TEXT_FEATURES


class TextBlock(blocks.RichTextBlock):
    """Running text with a restricted set of features.

    A phone number is put in as a contact (the phone entity), never typed: the page then shows the
    number of the live record, in an order that survives right-to-left text.
    """

    def __init__(self, **kwargs: Any) -> None:
        """Take the options of `RichTextBlock`; features and a help text are given."""
        kwargs.setdefault("features", TEXT_FEATURES)
        kwargs.setdefault(
            "help_text",
            _(
                "One idea in a paragraph, short sentences. Put in a phone number with the phone "
                "button, so that it is always the right one."
            ),
        )
        super().__init__(**kwargs)

    class Meta:
        icon = "pilcrow"
        label = _("Text")
        group = TEXT
        template = "content_blocks/blocks/text.html"
        description = _("Headings, paragraphs, lists, links and phone numbers from the records.")
        preview_value = (
            "<h2>You do not need proof</h2>"
            "<p>One sign alone proves nothing. <b>Several together</b>, or a feeling that "
            "something is wrong, are enough to tell someone.</p>"
            "<ul><li>Write down what you saw, when and where.</li>"
            "<li>Do not confront anyone.</li></ul>"
        )
