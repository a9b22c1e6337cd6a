"""A plain page of the site itself."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from campaign.pages.models.base import BasePage, BodyMixin


class StandardPage(BodyMixin, BasePage):
    """About the campaign, staying safe online, what is known and not known."""

    parent_page_types = ["campaign_pages.HomePage", "campaign_pages.SectionPage"]
    subpage_types: list[str] = []
    page_description = _("A plain page of the site, when no other kind fits.")

    content_panels = [*BasePage.content_panels, *BodyMixin.body_panels]
    search_fields = [*BasePage.search_fields, *BodyMixin.search_fields]

    class Meta:
        verbose_name = _("standard page")
        verbose_name_plural = _("standard pages")
