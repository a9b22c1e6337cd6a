"""The blocks, one family in each module. Keys and field names are stored data: never rename one."""

from __future__ import annotations

from content_blocks.blocks.action import ActionPanelBlock
from content_blocks.blocks.contacts import ContactsBlock
from content_blocks.blocks.guidance import MythsBlock, StepsBlock
from content_blocks.blocks.links import (
    FormatsBlock,
    LanguagesBlock,
    LinkBlock,
    LinkStructValue,
    NextStepsBlock,
    RelatedBlock,
)
from content_blocks.blocks.media import DownloadBlock, FigureBlock, VideoBlock
from content_blocks.blocks.notices import ContentNoteBlock, DetailsBlock, InsetBlock, WarningBlock
from content_blocks.blocks.reference import DefinitionBlock, QuoteBlock, TableBlock
from content_blocks.blocks.signs import SignsBlock
from content_blocks.blocks.text import TextBlock

__all__ = [
    "ActionPanelBlock",
    "ContactsBlock",
    "ContentNoteBlock",
    "DefinitionBlock",
    "DetailsBlock",
    "DownloadBlock",
    "FigureBlock",
    "FormatsBlock",
    "InsetBlock",
    "LanguagesBlock",
    "LinkBlock",
    "LinkStructValue",
    "MythsBlock",
    "NextStepsBlock",
    "QuoteBlock",
    "RelatedBlock",
    "SignsBlock",
    "StepsBlock",
    "TableBlock",
    "TextBlock",
    "VideoBlock",
    "WarningBlock",
]
