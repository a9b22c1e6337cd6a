"""The words we use, and what we do not say."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import TranslatableMixin
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField

from content_blocks.models.base import SLUG_HELP, Fact
from content_blocks.querysets import GlossaryTermManager


class GlossaryTerm(Fact):
    """One word or phrase, in plain words."""

    slug = models.SlugField(_("slug"), max_length=80, help_text=SLUG_HELP)
    term = models.CharField(_("term"), max_length=100)
    definition = models.TextField(
        _("definition"),
        max_length=600,
        help_text=_("What it means, in one or two short sentences in your own words."),
    )
    avoid = models.TextField(
        _("what not to say"),
        max_length=300,
        blank=True,
        help_text=_("Words that harm or mislead, and why. Shown with the definition."),
    )
    source_url = models.URLField(_("link to the source"), max_length=500, blank=True)
    reviewed_on = models.DateField(_("reviewed on"), null=True, blank=True)

    objects = GlossaryTermManager()

    override_translatable_fields = [SynchronizedField("slug")]
    search_fields = [
        index.SearchField("term", boost=2),
        index.SearchField("definition"),
        index.AutocompleteField("term"),
        index.FilterField("locale"),
        index.FilterField("live"),
    ]

    class Meta(TranslatableMixin.Meta):
        ordering = ["term"]
        verbose_name = _("glossary term")
        verbose_name_plural = _("glossary terms")
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "locale"],
                name="glossaryterm_slug_in_locale",
                violation_error_message=_(
                    "Another term in this language has this slug. Choose a different one."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.term
