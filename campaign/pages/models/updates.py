"""Dated news of the campaign."""

from __future__ import annotations

from django.core.paginator import EmptyPage, Paginator
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.routable_page.models import path
from wagtail.models import Page
from wagtail.search import index

from campaign.pages.models.base import BasePage, BodyMixin, RoutableBasePage

#: How many updates one page of the list shows.
UPDATES_PER_PAGE = 10


class UpdateIndexPage(RoutableBasePage):
    """The list of updates, newest first; further pages have addresses of their own."""

    parent_page_types = ["campaign_pages.HomePage"]
    subpage_types = ["campaign_pages.UpdatePage"]
    max_count_per_parent = 1
    page_description = _("Lists the updates below it, newest first.")

    class Meta:
        verbose_name = _("list of updates")
        verbose_name_plural = _("lists of updates")

    @path("")
    def first_page(self, request: HttpRequest) -> HttpResponse:
        """Show the newest updates."""
        return self._render_updates(request, 1)

    @path("page/<int:number>/")
    def further_page(self, request: HttpRequest, number: int) -> HttpResponse:
        """Show older updates; the first page has one address only."""
        if number == 1:
            return redirect(self.get_url(request), permanent=True)
        return self._render_updates(request, number)

    def _render_updates(self, request: HttpRequest, number: int) -> HttpResponse:
        updates = UpdatePage.objects.child_of(self).listed().order_by("-date", "-path")
        try:
            updates_page = Paginator(updates, UPDATES_PER_PAGE).page(number)
        except EmptyPage as exc:
            raise Http404 from exc
        return self.render(
            request,
            context_overrides={
                "updates": updates_page,
                "newer_url": self._page_url(request, number - 1) if number > 1 else "",
                "older_url": (
                    self._page_url(request, number + 1) if updates_page.has_next() else ""
                ),
            },
        )

    def _page_url(self, request: HttpRequest, number: int) -> str:
        url: str = self.get_url(request)
        return url if number == 1 else f"{url}{self.reverse_subpage('further_page', [number])}"


class UpdatePage(BodyMixin, BasePage):
    """One dated update: what changed, what was agreed, with its source."""

    date = models.DateField(
        _("date"), default=timezone.localdate, help_text=_("The day it is about. Readers see it.")
    )

    parent_page_types = ["campaign_pages.UpdateIndexPage"]
    subpage_types: list[str] = []
    page_description = _("One dated update. State facts and link to the source.")

    content_panels = [
        *Page.content_panels,
        FieldPanel("date"),
        BasePage.summary_panel,
        *BodyMixin.body_panels,
    ]
    search_fields = [
        *BasePage.search_fields,
        *BodyMixin.search_fields,
        index.FilterField("date"),
    ]

    class Meta:
        verbose_name = _("update")
        verbose_name_plural = _("updates")
