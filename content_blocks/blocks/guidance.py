"""What to do, step by step; and what people get wrong."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from content_blocks.blocks.base import GUIDANCE, InnerTextBlock, SectionHeadingBlock


class StepBlock(blocks.StructBlock):
    """One step."""

    title = blocks.CharBlock(
        label=_("What to do"),
        max_length=150,
        help_text=_("Begin with a verb, for example “Write down what you saw”."),
    )
    text = InnerTextBlock(required=False, help_text=_("How, in one or two short sentences."))

    class Meta:
        icon = "tick-inverse"
        label = _("Step")


class StepsBlock(blocks.StructBlock):
    """Steps to take in order, as a numbered list."""

    heading = SectionHeadingBlock()
    steps = blocks.ListBlock(
        StepBlock(),
        label=_("Steps"),
        min_num=1,
        help_text=_("In the order in which people should do them."),
    )

    class Meta:
        icon = "list-ol"
        label = _("Steps")
        group = GUIDANCE
        template = "content_blocks/blocks/steps.html"
        description = _("Numbered steps, when the order matters.")
        preview_value = {
            "heading": "If something does not feel right",
            "steps": [
                {
                    "title": "Keep yourself and others safe",
                    "text": "<p>Do not confront anyone and do not follow them.</p>",
                },
                {
                    "title": "Write down what you saw",
                    "text": "<p>When, where, what was said, the colour and number of a car.</p>",
                },
                {"title": "Tell someone today", "text": "<p>You do not need proof.</p>"},
            ],
        }


class MythBlock(blocks.StructBlock):
    """One thing people believe, and what is true."""

    myth = blocks.CharBlock(
        label=_("What people say"),
        max_length=200,
        help_text=_("Short, and without naming any group. The page says that it is not true."),
    )
    fact = InnerTextBlock(
        label=_("What is true"), help_text=_("Say it plainly. Give a source for any figure.")
    )

    class Meta:
        icon = "help"
        label = _("Myth and fact")


class MythsBlock(blocks.StructBlock):
    """Myths, each with its fact beside it: never a myth alone, which people would remember."""

    heading = SectionHeadingBlock()
    items = blocks.ListBlock(
        MythBlock(),
        label=_("Myths and facts"),
        min_num=1,
        help_text=_("Each myth is shown together with its fact."),
    )

    class Meta:
        icon = "help"
        label = _("Myths and facts")
        group = GUIDANCE
        template = "content_blocks/blocks/myths.html"
        description = _("What people get wrong, each with what is true.")
        preview_value = {
            "heading": "What people get wrong",
            "items": [
                {
                    "myth": "It only happens to girls.",
                    "fact": "<p>Boys are exploited too, and are noticed less often.</p>",
                },
                {
                    "myth": "They would say if something was wrong.",
                    "fact": "<p>Many children do not see it as abuse, or are afraid to say.</p>",
                },
            ],
        }
