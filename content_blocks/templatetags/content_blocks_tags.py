"""`{% load content_blocks_tags %}`: phone numbers, and how contact routes stand today."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString

from content_blocks import contact_cards, contacts, hours
from content_blocks.contact_cards import ContactCard
from content_blocks.models import ContactRoute
from content_blocks.phone_links import phone_link, route_phone_link

register = template.Library()


@register.simple_tag
def phone(route: ContactRoute) -> SafeString:
    """`{% phone route %}`: the route's number as a link; nothing when it has none."""
    return route_phone_link(route)


@register.simple_tag
def phone_number(number: str, shown: str = "") -> SafeString:
    """`{% phone_number "+448001111" "0800 1111" %}`: any stored number as a link."""
    return phone_link(number, shown)


@register.simple_tag
def emergency_route() -> ContactRoute:
    """`{% emergency_route as emergency %}`: 999, which is never missing."""
    return contacts.emergency_route()


@register.simple_tag
def present_route(route: ContactRoute) -> contacts.PresentedRoute:
    """`{% present_route route as presented %}`: what a reader is shown for it today."""
    return contacts.present_route(route, on=hours.today(timezone.now()))


@register.simple_tag
def draft_contact_card(route: ContactRoute) -> ContactCard:
    """`{% draft_contact_card object as card %}`: the card as if this draft were published today.

    Only for an editor's preview: readers are shown nothing of a draft.
    """
    return contact_cards.draft_card(route, on=hours.today(timezone.now()))


@register.simple_tag
def group_cards(cards: Iterable[ContactCard]) -> contact_cards.CardGroup:
    """`{% group_cards cards as group %}`: what can be used first, the rest with one fallback."""
    return contact_cards.group_cards(cards)


@register.simple_tag
def present_routes(routes: Iterable[ContactRoute]) -> tuple[contacts.PresentedRoute, ...]:
    """`{% present_routes routes as presented %}`: the same for many, in few queries."""
    return contacts.present_routes(routes, on=hours.today(timezone.now()))


@register.filter
def hours_lines(route: ContactRoute) -> tuple[str, ...]:
    """`{% for line in route|hours_lines %}`: opening hours, a line for each group of days."""
    return hours.describe_hours(route)


@register.filter
def hours_exceptions(route: ContactRoute) -> tuple[str, ...]:
    """`{% for line in route|hours_exceptions %}`: days with other hours in the next weeks."""
    return hours.describe_exceptions(route, on=hours.today(timezone.now()))


@register.filter
def choice_labels(record: object, field_name: str) -> list[str]:
    """`{{ route|choice_labels:"languages" }}`: what a reader is shown for a list of choices."""
    field = record._meta.get_field(field_name)  # type: ignore[attr-defined]
    labels: list[str] = field.labels(getattr(record, field_name))
    return labels
