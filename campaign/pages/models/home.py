"""The first page of a campaign in one language."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page
from wagtail.search import index

from campaign.pages.models.base import BasePage, BodyMixin, IntroductionMixin
from campaign.pages.models.guidance import AudiencePage
from campaign.pages.models.hotspots import HotspotPage
from campaign.pages.models.routing import route_below


class HomePage(IntroductionMixin, BodyMixin, BasePage):
    """What the campaign is for, who to call, the kinds of place and who the reader may be."""

    heading = models.CharField(
        _("heading"),
        max_length=120,
        blank=True,
        help_text=_("The large words at the top. Leave it empty to use the title."),
    )

    parent_page_types = ["wagtailcore.Page"]
    subpage_types = [
        "campaign_pages.HotspotIndexPage",
        "campaign_pages.SectionPage",
        "campaign_pages.GuidancePage",
        "campaign_pages.ReportingPage",
        "campaign_pages.SupportIndexPage",
        "campaign_pages.ContactDirectoryPage",
        "campaign_pages.GlossaryPage",
        "campaign_pages.UpdateIndexPage",
        "campaign_pages.StatementPage",
        "campaign_pages.StandardPage",
        "campaign_pages.AccessibilityStatementPage",
        "campaign_pages.PrivacyPage",
    ]
    page_description = _("The first page of a campaign, one for each language.")

    content_panels = [
        *Page.content_panels,
        FieldPanel("heading"),
        BasePage.summary_panel,
        *IntroductionMixin.introduction_panels,
        *BodyMixin.body_panels,
    ]
    search_fields = [
        *BasePage.search_fields,
        *IntroductionMixin.search_fields,
        *BodyMixin.search_fields,
        index.SearchField("heading"),
    ]

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def route(self, request: HttpRequest, path_components: list[str]) -> Any:
        """Find the page for an address, and remember where the visit began for the frame."""
        request.campaign_home = self  # type: ignore[attr-defined]
        if path_components:
            return route_below(self, request, path_components)
        return super().route(request, path_components)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the kinds of place and the audience pages, wherever in the campaign they stand."""
        context = super().get_context(request, *args, **kwargs)
        context["hotspot_pages"] = HotspotPage.objects.descendant_of(self).listed().with_hotspot()
        context["audience_pages"] = AudiencePage.objects.descendant_of(self).listed()
        return context
