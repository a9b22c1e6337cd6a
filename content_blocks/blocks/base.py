"""What the blocks share: their families, their headings, and the text inside them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

#: The families, in the order in which the editor's menu sorts them.
TEXT = _("1. Text")
ACTION = _("2. Who to contact")
SIGNS = _("3. Signs")
GUIDANCE = _("4. Guidance")
NOTICES = _("5. Notices")
MEDIA = _("6. Pictures, film and files")
REFERENCE = _("7. Reference")
LINKS = _("8. Links")

#: The only formatting of running text on a page.
TEXT_FEATURES = ["h2", "h3", "ol", "ul", "link", "bold", "contact-phone"]
#: The same without headings.
INNER_FEATURES = ["ol", "ul", "link", "bold", "contact-phone"]


class SectionHeadingBlock(blocks.CharBlock):
    """The heading of a section. Blocks on a page are level 2, so that none is skipped."""

    def __init__(self, **kwargs: Any) -> None:
        """Take the options of `CharBlock`; a length and a help text are given."""
        kwargs.setdefault("max_length", 120)
        kwargs.setdefault(
            "help_text", _("Short and plain. It tells people whether to read this part.")
        )
        super().__init__(**kwargs)

    class Meta:
        icon = "title"
        label = _("Heading")


class InnerTextBlock(blocks.RichTextBlock):
    """Text inside another block: no headings, since the block's own heading stands above it."""

    def __init__(self, **kwargs: Any) -> None:
        """Take the options of `RichTextBlock`; the features are given."""
        kwargs.setdefault("features", INNER_FEATURES)
        super().__init__(**kwargs)

    class Meta:
        icon = "pilcrow"
        label = _("Text")


def require_exactly_one(value: Any, fields: Collection[str], message: Any) -> None:
    """Refuse a value in which not exactly one of these fields is filled in.

    Raises:
        StructBlockValidationError: with the message on the first field, or on each field too many.
    """
    filled = [name for name in fields if value.get(name)]
    if len(filled) == 1:
        return
    at = filled or [next(iter(fields))]
    raise StructBlockValidationError(
        {name: ValidationError(message, code="exactly_one") for name in at}
    )
