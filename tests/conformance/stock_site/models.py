"""A page type and a snippet as Wagtail's documentation shows them."""

from __future__ import annotations

from django.db import models
from wagtail.admin.panels import FieldPanel, PublishingPanel
from wagtail.blocks import RichTextBlock
from wagtail.fields import StreamField
from wagtail.models import DraftStateMixin, Page, RevisionMixin, TranslatableMixin
from wagtail.snippets.blocks import SnippetChooserBlock
from wagtail.snippets.models import register_snippet


@register_snippet
class PlainHelpline(DraftStateMixin, RevisionMixin, TranslatableMixin, models.Model):
    """A helpline that pages choose."""

    name = models.CharField(max_length=100)
    number = models.CharField(max_length=30)

    panels = [FieldPanel("name"), FieldPanel("number"), PublishingPanel()]

    class Meta(TranslatableMixin.Meta):
        pass

    def __str__(self) -> str:
        return self.name


class PlainPage(Page):
    """A page with a summary and blocks."""

    summary = models.CharField(max_length=250, blank=True)
    body = StreamField(
        [
            ("text", RichTextBlock()),
            ("helpline", SnippetChooserBlock(PlainHelpline, template="stock_site/helpline.html")),
        ],
        blank=True,
    )

    content_panels = [*Page.content_panels, FieldPanel("summary"), FieldPanel("body")]
