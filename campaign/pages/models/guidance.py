"""Guidance: sections, pages for one kind of reader, plain guidance, and what reporting means."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page
from wagtail.search import index

from campaign.pages.models.base import BasePage, BodyMixin, IntroductionMixin
from campaign.releases.conf import DRILL_SLUG
from content_blocks.page_links import open_to_everybody


class SectionPage(IntroductionMixin, BodyMixin, BasePage):
    """A part of the site that lists the pages below it."""

    parent_page_types = ["campaign_pages.HomePage"]
    subpage_types = [
        "campaign_pages.AudiencePage",
        "campaign_pages.GuidancePage",
        "campaign_pages.StandardPage",
    ]
    page_description = _("A part of the site. It lists the pages below it by itself.")

    content_panels = [
        *BasePage.content_panels,
        *IntroductionMixin.introduction_panels,
        *BodyMixin.body_panels,
    ]
    search_fields = [
        *BasePage.search_fields,
        *IntroductionMixin.search_fields,
        *BodyMixin.search_fields,
    ]

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the pages of the section, in the order of the page tree."""
        context = super().get_context(request, *args, **kwargs)
        context["child_pages"] = (
            self.get_children()
            .live()
            .filter(open_to_everybody())
            .exclude(slug__startswith=DRILL_SLUG)
            .order_by("path")
            .specific(defer=False)
        )
        return context


class AudiencePage(BodyMixin, BasePage):
    """Guidance for one kind of reader: a parent, a driver, hotel staff."""

    audience_label = models.CharField(
        _("who it is for"),
        max_length=80,
        help_text=_("As the reader would say it, for example “Hotel staff”. Shown in lists."),
    )

    parent_page_types = ["campaign_pages.SectionPage"]
    subpage_types: list[str] = []
    page_description = _("What one kind of reader can notice and do.")

    content_panels = [
        *Page.content_panels,
        FieldPanel("audience_label"),
        BasePage.summary_panel,
        *BodyMixin.body_panels,
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("audience_label", boost=2),
        *BodyMixin.search_fields,
    ]

    class Meta:
        verbose_name = _("audience page")
        verbose_name_plural = _("audience pages")


class GuidancePage(BodyMixin, BasePage):
    """One piece of guidance."""

    parent_page_types = ["campaign_pages.HomePage", "campaign_pages.SectionPage"]
    subpage_types: list[str] = []
    page_description = _("One piece of guidance: what it is, what to notice, what to do.")

    content_panels = [*BasePage.content_panels, *BodyMixin.body_panels]
    search_fields = [*BasePage.search_fields, *BodyMixin.search_fields]

    class Meta:
        verbose_name = _("guidance page")
        verbose_name_plural = _("guidance pages")


class ReportingPage(IntroductionMixin, BodyMixin, BasePage):
    """What happens when somebody reports. The site itself never receives a report."""

    parent_page_types = ["campaign_pages.HomePage"]
    subpage_types: list[str] = []
    max_count_per_parent = 1
    page_description = _("What happens, step by step, when somebody tells the police or council.")

    content_panels = [
        *BasePage.content_panels,
        *IntroductionMixin.introduction_panels,
        *BodyMixin.body_panels,
    ]
    search_fields = [
        *BasePage.search_fields,
        *IntroductionMixin.search_fields,
        *BodyMixin.search_fields,
    ]

    class Meta:
        verbose_name = _("reporting page")
        verbose_name_plural = _("reporting pages")
