"""The contact directory: every way to reach help, in two orders, without a script."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.routable_page.models import path

from campaign.pages.directory import AUDIENCE_PATHS, audience_of_path, directory_sections
from campaign.pages.models.base import BasePage, IntroductionMixin, RoutableBasePage
from content_blocks.enums import Audience


class ContactDirectoryPage(IntroductionMixin, RoutableBasePage):
    """Every contact route, by how soon; below it one address for each kind of reader."""

    parent_page_types = ["campaign_pages.HomePage"]
    subpage_types: list[str] = []
    max_count_per_parent = 1
    page_description = _("Every way to reach help. It fills itself from the contact records.")

    content_panels = [*BasePage.content_panels, *IntroductionMixin.introduction_panels]
    search_fields = [*BasePage.search_fields, *IntroductionMixin.search_fields]

    class Meta:
        verbose_name = _("contact directory")
        verbose_name_plural = _("contact directories")

    @path("")
    def everybody(self, request: HttpRequest) -> HttpResponse:
        """Show every route."""
        return self._render_routes(request, None)

    @path("<slug:audience_path>/")
    def one_audience(self, request: HttpRequest, audience_path: str) -> HttpResponse:
        """Show the routes for one kind of reader."""
        audience = audience_of_path(audience_path)
        if audience is None:
            raise Http404
        return self._render_routes(request, audience)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the choices of reader, and every route until a route of the page narrows them."""
        context = super().get_context(request, *args, **kwargs)
        context["audience_links"] = [
            (audience, Audience(audience).label, self._audience_url(request, part))
            for audience, part in AUDIENCE_PATHS.items()
        ]
        context["directory_url"] = self.get_url(request)
        return context

    def _audience_url(self, request: HttpRequest, part: str) -> str:
        return f"{self.get_url(request)}{self.reverse_subpage('one_audience', [part])}"

    def _render_routes(self, request: HttpRequest, audience: Audience | None) -> HttpResponse:
        return self.render(
            request,
            context_overrides={
                "audience": audience,
                "sections": directory_sections(audience, on=timezone.localdate()),
            },
        )
