"""What to do now."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from content_blocks.action_panels import build_action_panel, build_preview_panel
from content_blocks.blocks.base import ACTION, SectionHeadingBlock
from content_blocks.blocks.previews import is_preview, preview_emergency, preview_route
from content_blocks.blocks.routes import route_list, today
from content_blocks.values import ActionRoutes

_DEFAULT_HELP = _("Leave empty for the routes in the campaign's settings.")


class ActionPanelStructValue(blocks.StructValue):
    """An action panel with the routes its editor chose."""

    @property
    def routes(self) -> ActionRoutes:
        """The chosen routes; an empty list means the campaign's."""
        return ActionRoutes(
            not_sure=_chosen(self.get("not_sure")),
            anonymous=_chosen(self.get("anonymous")),
            child=_chosen(self.get("child")),
        )


class ActionPanelBlock(blocks.StructBlock):
    """In danger now, not sure, do not want to be known, are you a child.

    999 and the words about it are fixed: no editor can remove them.
    """

    heading = SectionHeadingBlock(required=False, help_text=_("Leave empty for “What to do now”."))
    lead = blocks.CharBlock(
        required=False,
        label=_("Opening sentence"),
        max_length=200,
        help_text=_("One sentence above the numbers, only if this page needs it."),
    )
    not_sure = route_list(label=_("Not sure, no danger now"), help_text=_DEFAULT_HELP, max_num=3)
    anonymous = route_list(label=_("Does not want to be known"), help_text=_DEFAULT_HELP, max_num=3)
    child = route_list(label=_("Is a child"), help_text=_DEFAULT_HELP, max_num=3)

    class Meta:
        icon = "mobile-alt"
        label = _("Action panel")
        group = ACTION
        template = "content_blocks/blocks/action_panel.html"
        description = _("Who to contact: in danger, not sure, anonymous, a child. Always with 999.")
        value_class = ActionPanelStructValue

    def get_preview_value(self) -> Any:
        """Routes that were never saved."""
        return self.normalize(
            {
                "heading": "What to do now",
                "lead": "",
                "not_sure": [
                    preview_route("101", "Police, not an emergency", "101", "101", "Day and night.")
                ],
                "anonymous": [
                    preview_route(
                        "crimestoppers",
                        "Crimestoppers",
                        "+44800555111",
                        "0800 555 111",
                        "They never know who you are.",
                    )
                ],
                "child": [
                    preview_route(
                        "childline", "Childline", "+448001111", "0800 1111", "Talk in private."
                    )
                ],
            }
        )

    def get_context(self, value: Any, parent_context: Any = None) -> Any:
        """Resolve the routes, with the campaign's (`action_routes`) where the editor chose none."""
        context = super().get_context(value, parent_context=parent_context)
        own = value.routes
        if is_preview([*own.not_sure, *own.anonymous, *own.child]):
            context["panel"] = build_preview_panel(preview_emergency(), own, on=today())
        else:
            context["panel"] = build_action_panel(
                on=today(), own=own, campaign=context.get("action_routes")
            )
        return context


def _chosen(routes: Any) -> list[Any]:
    return [route for route in routes or [] if route is not None]
