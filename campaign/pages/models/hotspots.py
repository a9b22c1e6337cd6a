"""Kinds of place, and the page of each."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page
from wagtail.search import index

from campaign.pages.fields import GuidanceStreamField
from campaign.pages.models.base import BasePage, BodyMixin, IntroductionMixin
from content_blocks.models import Hotspot
from content_blocks.sign_lists import group_signs, signs_at_hotspot


class HotspotIndexPage(IntroductionMixin, BodyMixin, BasePage):
    """The list of the kinds of place."""

    parent_page_types = ["campaign_pages.HomePage"]
    subpage_types = ["campaign_pages.HotspotPage"]
    max_count_per_parent = 1
    page_description = _("Lists the kinds of place. It fills itself from the pages below it.")

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
        verbose_name = _("list of places")
        verbose_name_plural = _("lists of places")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the pages of the kinds of place, in the order of the page tree."""
        context = super().get_context(request, *args, **kwargs)
        context["hotspot_pages"] = HotspotPage.objects.child_of(self).listed().with_hotspot()
        return context


class HotspotPageForm(WagtailAdminPageForm):
    """Refuses a second page about the same kind of place in one language."""

    def clean(self) -> dict[str, Any]:
        """Name the page that already is about the chosen kind of place."""
        cleaned: dict[str, Any] = super().clean()
        hotspot = cleaned.get("hotspot")
        if hotspot is None:
            return cleaned
        other = (
            HotspotPage.objects.filter(hotspot=hotspot)
            .exclude(pk=self.instance.pk)
            .exclude(alias_of__isnull=False)
            .first()
        )
        if other is not None:
            self.add_error(
                "hotspot",
                forms.ValidationError(
                    _(
                        "The page “%(page)s” is already about this kind of place. Edit that page, "
                        "or choose another kind of place."
                    ),
                    code="hotspot_has_page",
                    params={"page": other.title},
                ),
            )
        return cleaned


class HotspotPage(IntroductionMixin, BodyMixin, BasePage):
    """One kind of place: its signs by what is observed, what to do, what its staff do.

    The signs are never typed here. They are the public signs of the hotspot, so a sign that is
    corrected, withdrawn or not yet confirmed is so on every page at once. Signs of no particular
    place are on the page of general signs.
    """

    hotspot = models.ForeignKey(
        Hotspot,
        verbose_name=_("kind of place"),
        on_delete=models.PROTECT,
        related_name="pages",
        help_text=_("The signs on this page are those of this kind of place."),
    )
    what_to_do = GuidanceStreamField(
        verbose_name=_("what to do"),
        help_text=_("What anybody who notices a sign here can do. The signs come before it."),
    )
    staff = GuidanceStreamField(
        verbose_name=_("what staff do"),
        help_text=_("What people who work in such a place do. Leave it empty if there are none."),
    )

    parent_page_types = ["campaign_pages.HotspotIndexPage"]
    subpage_types: list[str] = []
    base_form_class = HotspotPageForm
    page_description = _("One kind of place. Its signs come from the sign records by themselves.")

    content_panels = [
        *Page.content_panels,
        FieldPanel("hotspot"),
        BasePage.summary_panel,
        *IntroductionMixin.introduction_panels,
        MultiFieldPanel([FieldPanel("what_to_do")], heading=_("What to do")),
        MultiFieldPanel([FieldPanel("staff")], heading=_("What staff do")),
        *BodyMixin.body_panels,
    ]
    search_fields = [
        *BasePage.search_fields,
        *IntroductionMixin.search_fields,
        index.SearchField("what_to_do"),
        index.SearchField("staff"),
        *BodyMixin.search_fields,
        index.RelatedFields("hotspot", [index.SearchField("name")]),
    ]

    class Meta:
        verbose_name = _("kind of place")
        verbose_name_plural = _("kinds of place")

    @property
    def pictogram_template(self) -> str:
        """The drawing of this kind of place, as a template to include."""
        return f"content_blocks/pictograms/{self.hotspot.pictogram}.svg"

    #: The editor's own, or the one that stands behind the signs.
    has_action_panel = True

    @property
    def has_own_action_panel(self) -> bool:
        """Whether the editor says what to do with an action panel; if not, one is shown first."""
        return any(block.block_type == "action_panel" for block in self.what_to_do)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the public signs of this kind of place, grouped by what is observed."""
        context = super().get_context(request, *args, **kwargs)
        context["sign_groups"] = group_signs(signs_at_hotspot(self.hotspot), request=request)
        return context
