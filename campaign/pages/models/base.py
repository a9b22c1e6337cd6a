"""What every page type shares.

A page type composes its panels from the building blocks of `BasePage` (`summary_panel`,
`review_panels`, `address_panels`, `discreet_panels`) and never edits an inherited list.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, PublishingPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin
from wagtail.models import Page, PageManager, PageViewRestriction
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField

from campaign.pages.conf import shared_cache_seconds
from campaign.pages.fields import GuidanceStreamField, IntroductionField
from campaign.pages.headers import keep_out_of_the_browser
from campaign.pages.metadata import PageMetadata, describe_page
from campaign.pages.models.settings import CampaignSettings
from campaign.pages.querysets import PublicPageQuerySet
from content_blocks.values import ActionRoutes

#: The preview that shows what a stranger sees over a shoulder: the tab, and a shared link.
DISCREET_PREVIEW = "discreet"


class DiscreetMixin(models.Model):
    """What a browser tab, a history list, a search engine and a shared link may say of a page.

    The heading on the page may name the subject; these must not, when the page is sensitive.
    """

    sensitive = models.BooleanField(
        _("sensitive"),
        default=False,
        help_text=_(
            "Tick this when it could harm somebody to be seen with this page. The browser tab, "
            "the history and a shared link then show only the campaign's name."
        ),
    )
    browser_title = models.CharField(
        _("browser title"),
        max_length=60,
        blank=True,
        help_text=_(
            "The words in the browser tab and the browsing history. Leave it empty for the page "
            "title, or for the campaign's name if the page is sensitive. Do not name abuse here."
        ),
    )
    share_title = models.CharField(
        _("title when shared"),
        max_length=60,
        blank=True,
        help_text=_(
            "The words shown when someone sends a link to this page. Leave it empty to use the "
            "browser title. Do not name abuse here."
        ),
    )
    noindex = models.BooleanField(
        _("keep out of search engines"),
        default=False,
        help_text=_("Search engines are asked not to list this page. People can still open it."),
    )

    discreet_panels: ClassVar[list[Any]] = [
        MultiFieldPanel(
            [
                FieldPanel("sensitive"),
                FieldPanel("browser_title"),
                FieldPanel("share_title"),
                FieldPanel("noindex"),
            ],
            heading=_("What others can see"),
        )
    ]
    search_fields: ClassVar[list[Any]] = [
        index.FilterField("sensitive"),
        index.FilterField("noindex"),
    ]

    class Meta:
        abstract = True


class ReviewMixin(models.Model):
    """When somebody last checked the content of a page, and when it must be checked again."""

    checked_on = models.DateField(
        _("checked on"),
        null=True,
        blank=True,
        help_text=_("The day somebody last checked every fact on this page. Readers see it."),
    )
    review_due = models.DateField(
        _("review due"),
        null=True,
        blank=True,
        help_text=_("The day this page must be checked again. Readers do not see it."),
    )

    review_panels: ClassVar[list[Any]] = [
        FieldRowPanel([FieldPanel("checked_on"), FieldPanel("review_due")], heading=_("Review"))
    ]
    search_fields: ClassVar[list[Any]] = [
        index.FilterField("checked_on"),
        index.FilterField("review_due"),
    ]

    class Meta:
        abstract = True


class IntroductionMixin(models.Model):
    """A short rich text between the summary and the blocks."""

    introduction = IntroductionField(
        verbose_name=_("introduction"),
        help_text=_("One or two short paragraphs. Say what the reader will find here."),
    )

    introduction_panels: ClassVar[list[Any]] = [FieldPanel("introduction")]
    search_fields: ClassVar[list[Any]] = [index.SearchField("introduction")]

    class Meta:
        abstract = True


class BodyMixin(models.Model):
    """The blocks of a page."""

    body = GuidanceStreamField(
        verbose_name=_("content"),
        help_text=_("The blocks of the page, from top to bottom."),
    )

    body_panels: ClassVar[list[Any]] = [FieldPanel("body")]
    search_fields: ClassVar[list[Any]] = [index.SearchField("body")]

    class Meta:
        abstract = True


class BasePage(DiscreetMixin, ReviewMixin, Page):
    """A page of the campaign: discreet, reviewed, never stored by a browser, never early.

    Wagtail's own "title tag" and "meta description" are not offered: `browser_title` and
    `summary` take their place, and know about sensitive pages.
    """

    summary = models.CharField(
        _("summary"),
        max_length=250,
        blank=True,
        help_text=_("One plain sentence under the heading, and in lists that lead here."),
    )

    summary_panel = FieldPanel("summary")
    address_panels: ClassVar[list[Any]] = [
        MultiFieldPanel(
            [
                FieldPanel(
                    "slug",
                    help_text=_(
                        "The last part of the address. It stays in the browsing history, so do "
                        "not name abuse here."
                    ),
                ),
                FieldPanel("show_in_menus"),
            ],
            heading=_("Address and menus"),
        )
    ]

    content_panels = [*Page.content_panels, summary_panel]
    promote_panels = [*address_panels, *DiscreetMixin.discreet_panels]
    settings_panels = [PublishingPanel(), *ReviewMixin.review_panels]

    search_fields = [
        *Page.search_fields,
        index.SearchField("summary", boost=2),
        *DiscreetMixin.search_fields,
        *ReviewMixin.search_fields,
    ]

    objects: ClassVar[Any] = PageManager.from_queryset(PublicPageQuerySet)()

    # An address must not change with the language's script, nor with a machine translation.
    override_translatable_fields = [SynchronizedField("slug")]

    #: Whether a cache between the site and its readers may ever keep this page type.
    may_be_shared = True

    class Meta:
        abstract = True

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        """The page, and what a browser tab and a shared link show of it."""
        return [
            ("", _("The page")),
            (DISCREET_PREVIEW, _("In a browser tab, and when shared")),
        ]

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        """Choose the template of the preview mode."""
        if mode_name == DISCREET_PREVIEW:
            return "campaign_pages/discreet_preview.html"
        return super().get_preview_template(request, mode_name)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add what every template needs: the default action routes and the discreet metadata."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        campaign = CampaignSettings.for_request(request)
        context["action_routes"] = SimpleLazyObject(lambda: self.get_action_routes(campaign))
        context["metadata"] = self.get_metadata(request, campaign)
        context["has_action_panel"] = self.has_action_panel
        return context

    @property
    def has_action_panel(self) -> bool:
        """Whether the page says what to do in an action panel; lists of signs then end shorter."""
        return any(
            block["type"] == "action_panel"
            for field in self._meta.get_fields()
            if isinstance(field, GuidanceStreamField)
            for block in getattr(self, field.name).raw_data
        )

    def get_action_routes(self, campaign: CampaignSettings) -> ActionRoutes:
        """The routes that an empty action panel on this page shows."""
        return campaign.get_action_routes()

    def get_metadata(self, request: HttpRequest, campaign: CampaignSettings) -> PageMetadata:
        """What the head of the document says of this page."""
        return describe_page(self, campaign=campaign, request=request)

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Serve the page so that the reader's device keeps no copy of it."""
        return self.keep_private(super().serve(request, *args, **kwargs))

    def keep_private(self, response: HttpResponse) -> HttpResponse:
        """Set the headers of a public page of this type."""
        shared = (
            shared_cache_seconds() > 0 and self.may_be_shared and not self.get_view_restrictions()
        )
        return keep_out_of_the_browser(response, shared=shared)

    def get_view_restrictions(self) -> Any:
        """Spare the search through all ancestors where the site restricts nothing at all."""
        if not PageViewRestriction.objects.exists():
            return PageViewRestriction.objects.none()
        return super().get_view_restrictions()

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[dict[str, Any]]:
        """Leave a page that is kept out of search engines out of the sitemap."""
        if self.noindex:
            return []
        urls: list[dict[str, Any]] = super().get_sitemap_urls(request)
        return urls

    def update_aliases(self, **kwargs: Any) -> None:
        """Let aliases follow only a page that is live.

        Wagtail also calls this when a page that was never live is merely scheduled, and makes its
        aliases live at once: text under embargo would be public (wagtail#11344).
        """
        if self.live:
            super().update_aliases(**kwargs)

    update_aliases.alters_data = True  # type: ignore[attr-defined]


class RoutableBasePage(RoutablePageMixin, BasePage):
    """A page that also serves addresses below its own, with the same privacy and previews."""

    class Meta:
        abstract = True

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Serve one of the page's routes; Wagtail's mixin does not go through `BasePage.serve`."""
        return self.keep_private(super().serve(request, *args, **kwargs))

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Preview the first route, or what others can see of the page."""
        if mode_name == DISCREET_PREVIEW:
            return Page.serve_preview(self, request, mode_name)
        return super().serve_preview(request, mode_name)
