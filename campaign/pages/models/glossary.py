"""The words we use."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from campaign.pages.models.base import BasePage, IntroductionMixin
from content_blocks.models import GlossaryTerm


class GlossaryPage(IntroductionMixin, BasePage):
    """Every public term of the language, from A to Z, each with an anchor of its own."""

    parent_page_types = ["campaign_pages.HomePage"]
    subpage_types: list[str] = []
    max_count_per_parent = 1
    page_description = _("The words we use, A to Z. It fills itself from the glossary records.")

    content_panels = [*BasePage.content_panels, *IntroductionMixin.introduction_panels]
    search_fields = [*BasePage.search_fields, *IntroductionMixin.search_fields]

    class Meta:
        verbose_name = _("glossary")
        verbose_name_plural = _("glossaries")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the public terms, grouped by their first letter."""
        context = super().get_context(request, *args, **kwargs)
        terms = sorted(
            GlossaryTerm.objects.public().filter(locale_id=self.locale_id),
            key=lambda term: term.term.casefold(),
        )
        letters: dict[str, list[GlossaryTerm]] = {}
        for term in terms:
            letters.setdefault(term.term[:1].upper(), []).append(term)
        context["letters"] = letters
        return context
