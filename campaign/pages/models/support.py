"""Support for people who were abused: a product of its own, at a distance from the council.

It looks different, never shows the council's logo, puts routes that are independent of council and
police first, says who pays for each, and is never kept by a cache or a browser.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from campaign.pages.directory import Section, support_section
from campaign.pages.models.base import BasePage, BodyMixin, IntroductionMixin
from content_blocks.enums import Audience


class SupportMixin:
    """The look, the routes and the caching of a page of the support section."""

    may_be_shared = False

    def get_support_audience(self) -> str:
        """Whose routes the page lists; empty for none."""
        raise NotImplementedError

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the routes of the page, the most independent first."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)  # type: ignore[misc]
        context["support_section"] = self.get_support_section()
        return context

    def get_support_section(self) -> Section | None:
        """The contact routes of the page, or none."""
        audience = self.get_support_audience()
        return support_section(audience, on=timezone.localdate()) if audience else None


class SupportIndexPage(SupportMixin, IntroductionMixin, BodyMixin, BasePage):
    """The first page of the support section: who to talk to, and the pages below it."""

    parent_page_types = ["campaign_pages.HomePage"]
    subpage_types = ["campaign_pages.SupportPage"]
    max_count_per_parent = 1
    page_description = _(
        "The first page for people who were abused. It lists independent help by itself."
    )

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
        verbose_name = _("support section")
        verbose_name_plural = _("support sections")

    def get_support_audience(self) -> str:
        """Always the routes for people who were abused."""
        return Audience.SURVIVOR

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the pages of the section, in the order of the page tree."""
        context = super().get_context(request, *args, **kwargs)
        context["child_pages"] = SupportPage.objects.child_of(self).listed()
        return context


class SupportPage(SupportMixin, IntroductionMixin, BodyMixin, BasePage):
    """One page of the support section."""

    contacts_for = models.CharField(
        _("list contacts for"),
        max_length=20,
        choices=Audience.choices,
        blank=True,
        help_text=_(
            "Lists every contact route for these people after the content, independent ones "
            "first. Leave it empty to list none."
        ),
    )

    parent_page_types = ["campaign_pages.SupportIndexPage"]
    subpage_types: list[str] = []
    page_description = _("One page for people who were abused, or for those close to them.")

    content_panels = [
        *BasePage.content_panels,
        *IntroductionMixin.introduction_panels,
        *BodyMixin.body_panels,
        FieldPanel("contacts_for"),
    ]
    search_fields = [
        *BasePage.search_fields,
        *IntroductionMixin.search_fields,
        *BodyMixin.search_fields,
    ]

    class Meta:
        verbose_name = _("support page")
        verbose_name_plural = _("support pages")

    def get_support_audience(self) -> str:
        """Whoever the editor chose."""
        return self.contacts_for
