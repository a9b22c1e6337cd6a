"""The containers of blocks that pages use."""

from __future__ import annotations

from wagtail import blocks

from content_blocks.blocks import (
    ActionPanelBlock,
    ContactsBlock,
    ContentNoteBlock,
    DefinitionBlock,
    DetailsBlock,
    DownloadBlock,
    FigureBlock,
    FormatsBlock,
    InsetBlock,
    LanguagesBlock,
    MythsBlock,
    NextStepsBlock,
    QuoteBlock,
    RelatedBlock,
    SignsBlock,
    StepsBlock,
    TableBlock,
    TextBlock,
    VideoBlock,
    WarningBlock,
)


class GuidanceStreamBlock(blocks.StreamBlock):
    """Every block of the campaign. The keys are stored data and are never renamed."""

    text = TextBlock()
    action_panel = ActionPanelBlock()
    contacts = ContactsBlock()
    signs = SignsBlock()
    steps = StepsBlock()
    myths = MythsBlock()
    warning = WarningBlock()
    inset = InsetBlock()
    content_note = ContentNoteBlock()
    details = DetailsBlock()
    figure = FigureBlock()
    video = VideoBlock()
    download = DownloadBlock()
    quote = QuoteBlock()
    definition = DefinitionBlock()
    table = TableBlock()
    related = RelatedBlock()
    next_steps = NextStepsBlock()
    languages = LanguagesBlock()
    formats = FormatsBlock()

    class Meta:
        icon = "list-ul"
