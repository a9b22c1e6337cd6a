"""What the blocks that choose contact routes have in common."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from content_blocks import hours
from content_blocks.models import ContactRoute


def route_list(*, label: Any, help_text: Any, max_num: int | None = None) -> blocks.ListBlock:
    """Return a list of contact routes that may be empty."""
    return blocks.ListBlock(
        SnippetChooserBlock(
            ContactRoute,
            label=_("Contact route"),
            help_text=_("The page shows what the record says today."),
        ),
        label=label,
        help_text=help_text,
        default=[],
        max_num=max_num,
    )


def today() -> date:
    """Return the calendar day in London."""
    return hours.today(timezone.now())
