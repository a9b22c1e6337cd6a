"""The answer to “what do I do now”: in danger, not sure, not wanting to be known, a child."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from content_blocks.conf import get_settings
from content_blocks.contact_cards import ContactCard, cards_in_groups, emergency_card
from content_blocks.contacts import fallback_by_slug
from content_blocks.models import ContactRoute
from content_blocks.values import ActionRoutes

#: Where neither the block nor the campaign names a route: not sure, anonymous, child.
DEFAULT_SLUGS = (("101",), ("crimestoppers",), ("childline",))


@dataclass(frozen=True, slots=True)
class ActionPanel:
    """The four ways, each with the routes to show; 999 is always there."""

    emergency: ContactCard
    not_sure: Sequence[ContactCard]
    anonymous: Sequence[ContactCard]
    child: Sequence[ContactCard]


def build_action_panel(
    *,
    on: date,
    own: ActionRoutes | None = None,
    campaign: ActionRoutes | None = None,
) -> ActionPanel:
    """Choose the routes of a panel: its own, else the campaign's, else the built-in ones.

    Args:
        on: the day on which it is shown (Europe/London).
        own: what the editor of the block chose; a list of its own replaces that list alone.
        campaign: the defaults of the campaign, from the page's context.
    """
    groups = [
        list(chosen or default)
        for chosen, default in zip(_lists(own), _lists(campaign), strict=True)
    ]
    emergency_slug = get_settings().emergency_slug
    missing = [
        slug
        for group, slugs in zip(groups, DEFAULT_SLUGS, strict=True)
        for slug in slugs
        if not group
    ]
    found = {route.slug: route for route in fallback_by_slug([emergency_slug, *missing])}
    groups = [
        group or [found[slug] for slug in slugs if slug in found]
        for group, slugs in zip(groups, DEFAULT_SLUGS, strict=True)
    ]
    return _panel(found[emergency_slug], groups, on=on)


def build_preview_panel(emergency: ContactRoute, routes: ActionRoutes, *, on: date) -> ActionPanel:
    """Build a panel from routes that were never saved, without the database."""
    return _panel(emergency, [list(group) for group in _lists(routes)], on=on)


def _panel(
    emergency: ContactRoute, groups: Sequence[Sequence[ContactRoute]], *, on: date
) -> ActionPanel:
    not_sure, anonymous, child = cards_in_groups(groups, on=on)
    return ActionPanel(emergency_card(emergency), not_sure, anonymous, child)


def _lists(routes: ActionRoutes | None) -> tuple[Sequence[ContactRoute], ...]:
    routes = routes or ActionRoutes()
    return routes.not_sure, routes.anonymous, routes.child
