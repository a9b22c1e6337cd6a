"""Signs: what a person may notice. Never a score, never a ranking."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.snippets.blocks import SnippetChooserBlock

from content_blocks.action_panels import build_action_panel, build_preview_panel
from content_blocks.blocks.base import SIGNS, SectionHeadingBlock
from content_blocks.blocks.previews import is_preview, preview_emergency, preview_route
from content_blocks.blocks.routes import today
from content_blocks.enums import Confirmation, Observed
from content_blocks.models import Hotspot, Sign
from content_blocks.sign_lists import group_signs, public_signs, signs_at_hotspot, signs_observed
from content_blocks.values import ActionRoutes


class Select(TextChoices):
    """By what the signs of a list are selected."""

    HOTSPOT = "hotspot", _("All signs of a kind of place")
    OBSERVED = "observed", _("By what people are looking at")
    CHOSEN = "chosen", _("Signs chosen one by one")


class SignsStructValue(blocks.StructValue):
    """A list of signs as its editor asked for it."""

    @property
    def chosen(self) -> list[Sign]:
        """The signs chosen one by one."""
        return [sign for sign in self.get("signs") or [] if sign is not None]

    def find(self) -> list[Sign]:
        """Return the public signs to show."""
        select, hotspot = self.get("select"), self.get("hotspot")
        if select == Select.HOTSPOT:
            return signs_at_hotspot(hotspot) if hotspot else []
        if select == Select.OBSERVED:
            return signs_observed(self["observed"], hotspot=hotspot) if self["observed"] else []
        return public_signs(self.chosen)


class SignsBlock(blocks.StructBlock):
    """A list of signs, grouped by what a person is looking at.

    The words that keep it fair stand above every list and 999 stands below it; no editor can remove
    either.
    """

    heading = SectionHeadingBlock()
    select = blocks.ChoiceBlock(
        choices=Select.choices,
        default=Select.HOTSPOT,
        label=_("Which signs"),
        help_text=_("A list by place or by what is observed follows the records by itself."),
    )
    hotspot = SnippetChooserBlock(
        Hotspot,
        required=False,
        label=_("Kind of place"),
        help_text=_("Needed for the signs of a place. Narrows a list by what is observed."),
    )
    observed = blocks.ChoiceBlock(
        required=False,
        choices=Observed.choices,
        label=_("What people are looking at"),
        help_text=_("Without a kind of place: signs that can be seen anywhere."),
    )
    signs = blocks.ListBlock(
        SnippetChooserBlock(
            Sign, label=_("Sign"), help_text=_("Only signs that are public are shown.")
        ),
        label=_("Signs"),
        default=[],
        help_text=_("Only for signs chosen one by one. The order says nothing about weight."),
    )
    show_caution = blocks.BooleanBlock(
        required=False,
        default=True,
        label=_("Show innocent explanations"),
        help_text=_("Keeps the list fair. Take it away only in a very short list."),
    )

    class Meta:
        icon = "view"
        label = _("Signs")
        group = SIGNS
        template = "content_blocks/blocks/signs.html"
        description = _("What people may notice, from the records, with what to do below.")
        value_class = SignsStructValue

    def get_preview_value(self) -> Any:
        """Signs that were never saved."""
        sourced = Confirmation.SOURCED
        return self.normalize(
            {
                "heading": "What you may notice",
                "select": Select.CHOSEN.value,
                "hotspot": None,
                "observed": "",
                "signs": [
                    Sign(
                        code="CH-01",
                        text="Goes missing or comes home late, again and again.",
                        caution="Many young people stay out late. Look for change and pattern.",
                        observed=Observed.CHILD,
                        confirmation=sourced,
                    ),
                    Sign(
                        code="AD-01",
                        text="Buys gifts or drinks for children who are not theirs.",
                        observed=Observed.ADULT,
                        confirmation=sourced,
                    ),
                ],
                "show_caution": True,
            }
        )

    def clean(self, value: Any) -> Any:
        """Refuse a selection without the field that it needs."""
        result = super().clean(value)
        messages: dict[str, tuple[str, Any]] = {
            Select.HOTSPOT: ("hotspot", _("Choose the kind of place whose signs are shown.")),
            Select.OBSERVED: ("observed", _("Choose what people are looking at.")),
            Select.CHOSEN: ("signs", _("Choose at least one sign.")),
        }
        field, message = messages[result["select"]]
        given = result[field]
        if not (len(given) if field == "signs" else given):
            raise StructBlockValidationError({field: ValidationError(message, code="required")})
        return result

    def get_context(self, value: Any, parent_context: Any = None) -> Any:
        """Find the signs, group them, and add what to do below."""
        context = super().get_context(value, parent_context=parent_context)
        context["groups"] = group_signs(value.find(), request=context.get("request"))
        if is_preview(value.chosen):
            context["panel"] = build_preview_panel(
                preview_emergency(), _preview_routes(), on=today()
            )
        else:
            context["panel"] = build_action_panel(on=today(), campaign=context.get("action_routes"))
        return context


def _preview_routes() -> ActionRoutes:
    return ActionRoutes(
        not_sure=[preview_route("101", "Police, not an emergency", "101", "101", "")]
    )
