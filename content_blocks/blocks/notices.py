"""What must not be missed, what is worth knowing, and what a page talks about."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from content_blocks.blocks.base import NOTICES, InnerTextBlock, SectionHeadingBlock
from content_blocks.blocks.previews import preview_page
from content_blocks.page_links import page_links


class WarningBlock(blocks.StructBlock):
    """What can harm a child or the reader if it is missed. At most one on a page."""

    heading = SectionHeadingBlock(
        help_text=_("What to do or not to do, for example “Do not confront anyone”.")
    )
    text = InnerTextBlock(help_text=_("Why, in one or two short sentences."))

    class Meta:
        icon = "warning"
        label = _("Warning")
        group = NOTICES
        template = "content_blocks/blocks/warning.html"
        description = _("For what can harm someone if it is missed. Use one on a page at most.")
        preview_value = {
            "heading": "Do not confront anyone",
            "text": "<p>It can put the child and you in danger. Leave that to the police.</p>",
        }


class InsetBlock(blocks.StructBlock):
    """A sentence or two that stand out from the text around them."""

    text = InnerTextBlock(help_text=_("One or two sentences that would be lost in the text."))

    class Meta:
        icon = "info-circle"
        label = _("Inset note")
        group = NOTICES
        template = "content_blocks/blocks/inset.html"
        description = _("A note set apart from the text. Not for warnings.")
        preview_value = {
            "text": "<p>A child is anyone under 18. A child cannot agree to their own abuse.</p>"
        }


class ContentNoteBlock(blocks.StructBlock):
    """One neutral sentence that says what a page talks about, with a way elsewhere.

    Not called a trigger warning, and not on every page: the evidence for warnings is mixed, and a
    dramatic one raises anxiety.
    """

    text = blocks.CharBlock(
        label=_("What the page talks about"),
        max_length=200,
        help_text=_(
            "One neutral sentence, for example “This page talks about child sexual abuse.” Do not "
            "write “trigger warning”."
        ),
    )
    support_page = blocks.PageChooserBlock(
        required=False,
        label=_("Support page"),
        help_text=_("Where people who are affected can find support."),
    )
    shorter_page = blocks.PageChooserBlock(
        required=False,
        label=_("Shorter page"),
        help_text=_("A page that says only what to do, without the detail."),
    )

    class Meta:
        icon = "info-circle"
        label = _("Content note")
        group = NOTICES
        template = "content_blocks/blocks/content_note.html"
        description = _("Says calmly what a page talks about, above any page with cases.")

    def get_preview_value(self) -> Any:
        """A note with both links, from pages that were never saved."""
        return self.normalize(
            {
                "text": "This page talks about child sexual abuse.",
                "support_page": preview_page("Getting out, getting help"),
                "shorter_page": preview_page("What to do now"),
            }
        )

    def get_context(self, value: Any, parent_context: Any = None) -> Any:
        """Resolve both pages in one go."""
        context = super().get_context(value, parent_context=parent_context)
        context["support"], context["shorter"] = page_links(
            [value.get("support_page"), value.get("shorter_page")], request=context.get("request")
        )
        return context


class DetailsBlock(blocks.StructBlock):
    """Text that opens on request; it works without a script and is printed open."""

    summary = blocks.CharBlock(
        label=_("What opens it"),
        max_length=120,
        help_text=_("Say what is inside, for example “What if I am wrong?”"),
    )
    text = InnerTextBlock(help_text=_("Only what some readers need. Never a number to call."))

    class Meta:
        icon = "collapse-down"
        label = _("Details")
        group = NOTICES
        template = "content_blocks/blocks/details.html"
        description = _("Text that readers open if they need it.")
        preview_value = {
            "summary": "What if I am wrong?",
            "text": "<p>You will not be in trouble for being worried about a child. Trained people "
            "decide what happens next.</p>",
        }
