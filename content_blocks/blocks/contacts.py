"""Ways to reach help, as cards."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from content_blocks.blocks.base import ACTION, SectionHeadingBlock
from content_blocks.blocks.previews import is_preview, preview_emergency, preview_route
from content_blocks.blocks.routes import route_list, today
from content_blocks.contact_cards import contact_cards, routes_for_audience
from content_blocks.enums import Audience


class Layout(TextChoices):
    """How much of each route is shown."""

    FULL = "full", _("Cards with all facts")
    COMPACT = "compact", _("Names and numbers")


class ContactsBlock(blocks.StructBlock):
    """Contact cards, 999 first: for one audience, or chosen one by one."""

    heading = SectionHeadingBlock()
    audience = blocks.ChoiceBlock(
        required=False,
        choices=Audience.choices,
        label=_("For whom"),
        help_text=_("Shows every public route for these people. Or choose routes below instead."),
    )
    routes = route_list(
        label=_("Contact routes"),
        help_text=_("In this order. 999 is put before them by itself."),
    )
    layout = blocks.ChoiceBlock(
        choices=Layout.choices,
        default=Layout.FULL,
        label=_("Layout"),
        help_text=_("Cards say hours, cost, who runs it and what may be shared."),
    )

    class Meta:
        icon = "group"
        label = _("Contacts")
        group = ACTION
        template = "content_blocks/blocks/contacts.html"
        description = _("Ways to reach help from the records, always up to date, 999 first.")

    def get_preview_value(self) -> Any:
        """A route that was never saved."""
        return self.normalize(
            {
                "heading": "People you can talk to",
                "audience": "",
                "routes": [
                    preview_route(
                        "nspcc",
                        "NSPCC Helpline",
                        "+448088005000",
                        "0808 800 5000",
                        "Adults who are worried about any child.",
                    )
                ],
                "layout": Layout.FULL.value,
            }
        )

    def clean(self, value: Any) -> Any:
        """Exactly one of an audience and a list of routes."""
        result = super().clean(value)
        if bool(result.get("audience")) == bool(len(result["routes"])):
            message = (
                _("Choose for whom, or choose routes one by one: not both.")
                if result.get("audience")
                else _("Choose for whom the contacts are, or choose the routes one by one.")
            )
            raise StructBlockValidationError(
                {"audience": ValidationError(message, code="exactly_one")}
            )
        return result

    def get_context(self, value: Any, parent_context: Any = None) -> Any:
        """Put the routes of the records into words, 999 first."""
        context = super().get_context(value, parent_context=parent_context)
        chosen = [route for route in value["routes"] if route is not None]
        routes = chosen or (routes_for_audience(value["audience"]) if value["audience"] else [])
        emergency = preview_emergency() if is_preview(chosen) else None
        context["cards"] = contact_cards(routes, on=today(), emergency=emergency)
        context["compact"] = value.get("layout") == Layout.COMPACT
        return context
