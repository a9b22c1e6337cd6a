"""The chooser behind the phone button of the rich text editor."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.chooser import (
    BaseChooseView,
    ChooseResultsViewMixin,
    ChooseViewMixin,
    ChosenView,
    CreationFormMixin,
)
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.models import Locale

from content_blocks.enums import NUMBER_CHANNELS
from content_blocks.models import ContactRoute
from content_blocks.querysets import ContactRouteQuerySet


def choosable_routes() -> ContactRouteQuerySet:
    """Return the public contacts that have a number, once each: in the default language."""
    routes: ContactRouteQuerySet = ContactRoute.objects.public().in_locale(Locale.get_default())
    return routes.filter(channel__in=sorted(NUMBER_CHANNELS)).order_by("name")


class PhoneColumnsMixin:
    """The list shows which number it is and how it stands."""

    @property
    def columns(self) -> list[Any]:
        """Name, number and state."""
        return [
            *super().columns,  # type: ignore[misc]
            Column("number_shown", label=_("Number")),
            Column("get_status_display", label=_("State")),
        ]


class PhoneChooseView(
    PhoneColumnsMixin,
    ChooseViewMixin,
    CreationFormMixin,
    BaseChooseView,
):
    """The window with the list."""


class PhoneChooseResultsView(
    PhoneColumnsMixin,
    ChooseResultsViewMixin,
    CreationFormMixin,
    BaseChooseView,
):
    """The list alone, for search and paging."""


class PhoneChosenView(ChosenView):
    """The answer to the editor: what an entity holds."""

    def get_object(self, pk: str) -> ContactRoute:
        """Return the contact; only one that can be chosen."""
        return choosable_routes().get(pk=pk)

    def get_chosen_response_data(self, item: ContactRoute) -> dict[str, Any]:
        """Add slug, name and number."""
        return {
            **super().get_chosen_response_data(item),
            "slug": item.slug,
            "name": item.name,
            "number": item.number_shown,
        }


class PhoneChooserViewSet(ChooserViewSet):
    """Choose the contact whose number is put into a text."""

    model = ContactRoute
    icon = "mobile-alt"
    choose_one_text = _("Choose a contact")
    page_title = _("Put in a phone number")
    register_widget = False
    choose_view_class = PhoneChooseView
    choose_results_view_class = PhoneChooseResultsView
    chosen_view_class = PhoneChosenView

    def get_object_list(self) -> ContactRouteQuerySet:
        """Only public contacts with a number."""
        return choosable_routes()


phone_chooser_viewset = PhoneChooserViewSet("content_blocks_phone_chooser")
