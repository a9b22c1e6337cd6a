"""`{% load campaign_pages_tags %}`: what page templates show beyond their own fields."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString
from wagtail.blocks import Block

from campaign.pages.models import CampaignSettings, GuidancePage

register = template.Library()


def _guidance_block(key: str) -> Block:
    """One block of the guidance blocks, bound as on a page."""
    block: Block = GuidancePage._meta.get_field("body").stream_block.child_blocks[key]
    return block


@register.simple_tag(takes_context=True)
def default_action_panel(context: template.Context) -> SafeString:
    """Render the action panel as an editor's empty one: 999 first, then the campaign's routes.

    Where there is no page (search, 404), the campaign's routes come from its settings.
    """
    values: Any = context.flatten()
    request = values.get("request")
    if "action_routes" not in values and request is not None:
        values["action_routes"] = CampaignSettings.for_request(request).get_action_routes()
    block = _guidance_block("action_panel")
    rendered: SafeString = block.render(block.normalize({}), context=values)
    return rendered
