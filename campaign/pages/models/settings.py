"""What a campaign says once for the whole site."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, PageChooserPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import Orderable, Page

from campaign.pages.enums import ActionRouteUse
from content_blocks.models import ContactRoute
from content_blocks.querysets import active_content_language
from content_blocks.values import ActionRoutes

#: A weather page: neutral, not personalised, and what anybody might be looking at.
DEFAULT_EXIT_URL = "https://www.bbc.co.uk/weather"


def _page_choice(label: Any, help_text: Any) -> models.ForeignKey[Any, Any]:
    """A link of the site's frame to one page; the frame survives the page."""
    return models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=label,
        help_text=help_text,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )


@register_setting(icon="site")
class CampaignSettings(ClusterableModel, BaseSiteSetting):
    """The campaign's name and council, where "Leave this page" goes, and its default routes."""

    campaign_name: models.CharField[str, str] = models.CharField(
        _("campaign name"),
        max_length=60,
        default="Look closer",
        help_text=_(
            "A neutral name: it is what the browser tab shows on sensitive pages. Do not name "
            "abuse here."
        ),
    )
    council_name: models.CharField[str, str] = models.CharField(
        _("council name"),
        max_length=100,
        default="Example Council",
        help_text=_("The council's name as residents know it."),
    )
    area: models.CharField[str, str] = models.CharField(
        _("area"),
        max_length=100,
        blank=True,
        help_text=_("The borough or town that the campaign is for."),
    )
    exit_url: models.URLField[str, str] = models.URLField(
        _("leave this page to"),
        default=DEFAULT_EXIT_URL,
        help_text=_(
            "Where “Leave this page” goes. Choose a neutral website that shows nothing personal."
        ),
    )
    logo: models.ForeignKey[Any, Any] = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("logo"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("The council's logo. It is never shown in the support section."),
    )
    safety_page = _page_choice(
        _("safety page"), _("How to stay safer online; linked beside “Leave this page”.")
    )
    accessibility_page = _page_choice(
        _("accessibility statement"), _("Linked from the foot of every page, as the law asks.")
    )
    privacy_page = _page_choice(_("privacy page"), _("Linked from the foot of every page."))
    contact_directory = _page_choice(
        _("contact directory"), _("The page with every way to reach help.")
    )
    report_page = _page_choice(
        _("reporting page"), _("The page that says what happens when somebody reports.")
    )
    support_page = _page_choice(
        _("support section"), _("The first page for people who were abused.")
    )

    select_related: ClassVar[list[str]] = ["logo"]

    #: The fields that name a page of the site's frame. The frame reads these pages and its menu in
    #: one query (`campaign_layout`).
    frame_page_names: ClassVar[tuple[str, ...]] = (
        "safety_page",
        "accessibility_page",
        "privacy_page",
        "contact_directory",
        "report_page",
        "support_page",
    )

    panels: ClassVar[list[Any]] = [
        MultiFieldPanel(
            [
                FieldPanel("campaign_name"),
                FieldPanel("council_name"),
                FieldPanel("area"),
                FieldPanel("logo"),
                FieldPanel("exit_url"),
            ],
            heading=_("The campaign"),
        ),
        MultiFieldPanel(
            [
                PageChooserPanel("contact_directory"),
                PageChooserPanel("report_page"),
                PageChooserPanel("support_page"),
                PageChooserPanel("safety_page"),
                PageChooserPanel("accessibility_page"),
                PageChooserPanel("privacy_page"),
            ],
            heading=_("Pages of the site's frame"),
        ),
        InlinePanel(
            "action_route_choices",
            heading=_("Who to call, by default"),
            label=_("contact route"),
            help_text=_(
                "Shown, in this order, wherever an action panel does not choose its own. 999 is "
                "always first and need not be listed."
            ),
        ),
    ]

    class Meta:
        verbose_name = _("campaign settings")
        verbose_name_plural = _("campaign settings")

    def __str__(self) -> str:
        return self.campaign_name

    @cached_property
    def _routes_by_use(self) -> dict[str, list[ContactRoute]]:
        """The chosen routes that are public, each in the language of the reader if there is one."""
        choices = list(
            self.action_route_choices.select_related("route__locale").order_by("sort_order")
        )
        language = active_content_language()
        elsewhere = [
            choice.route.translation_key
            for choice in choices
            if choice.route.locale.language_code != language
        ]
        translated: dict[Any, ContactRoute] = {}
        if elsewhere:
            found = ContactRoute.objects.public().in_locale()
            translated = {
                route.translation_key: route
                for route in found.filter(translation_key__in=elsewhere)
            }
        chosen: dict[str, list[ContactRoute]] = {use: [] for use in ActionRouteUse.values}
        for choice in choices:
            route = translated.get(choice.route.translation_key, choice.route)
            if route.live:
                chosen[choice.use].append(route)
        return chosen

    @property
    def not_sure_routes(self) -> list[ContactRoute]:
        """For somebody who is not sure, or when it is not an emergency."""
        return self._routes_by_use[ActionRouteUse.NOT_SURE]

    @property
    def anonymous_routes(self) -> list[ContactRoute]:
        """For somebody who does not want to be known."""
        return self._routes_by_use[ActionRouteUse.ANONYMOUS]

    @property
    def child_routes(self) -> list[ContactRoute]:
        """For a child or young person."""
        return self._routes_by_use[ActionRouteUse.CHILD]

    def get_action_routes(self) -> ActionRoutes:
        """The default routes of every action panel; an empty list means the built-in ones."""
        return ActionRoutes(
            not_sure=self.not_sure_routes,
            anonymous=self.anonymous_routes,
            child=self.child_routes,
        )

    def set_action_routes(
        self,
        *,
        not_sure: Iterable[ContactRoute] = (),
        anonymous: Iterable[ContactRoute] = (),
        child: Iterable[ContactRoute] = (),
    ) -> None:
        """Replace the default routes. The settings must be saved already."""
        self.action_route_choices.all().delete()
        chosen = [
            (ActionRouteUse.NOT_SURE, not_sure),
            (ActionRouteUse.ANONYMOUS, anonymous),
            (ActionRouteUse.CHILD, child),
        ]
        ActionRouteChoice.objects.bulk_create(
            ActionRouteChoice(settings=self, use=use, route=route, sort_order=position)
            for use, routes in chosen
            for position, route in enumerate(routes)
        )
        self.__dict__.pop("_routes_by_use", None)

    def get_public_page_url(self, name: str, request: HttpRequest | None = None) -> str:
        """The address of one of the frame's pages in the reader's language.

        Empty when no page is chosen or it is not public, so that the frame never links to a 404.
        """
        page: Page | None = getattr(self, name)
        if page is None:
            return ""
        if page.locale.language_code != active_content_language():
            page = page.localized
        if not page.live:
            return ""
        return page.get_url(request or getattr(self, "_request", None)) or ""


class ActionRouteChoice(Orderable):
    """One contact route in the default action panel. Deleted with its route."""

    settings = ParentalKey(
        CampaignSettings, on_delete=models.CASCADE, related_name="action_route_choices"
    )
    use: models.CharField[str, str] = models.CharField(
        _("shown when"), max_length=20, choices=ActionRouteUse.choices, help_text=_("Who it is for")
    )
    route: models.ForeignKey[Any, Any] = models.ForeignKey(
        "content_blocks.ContactRoute",
        verbose_name=_("contact route"),
        on_delete=models.CASCADE,
        related_name="+",
    )

    panels: ClassVar[list[Any]] = [FieldPanel("use"), FieldPanel("route")]

    class Meta(Orderable.Meta):
        verbose_name = _("default contact route")
        verbose_name_plural = _("default contact routes")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["settings", "use", "route"], name="campaign_pages_route_once_per_use"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_use_display()}: {self.route}"
