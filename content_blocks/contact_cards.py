"""What a contact card says: the words for the facts of a route, with 999 always first.

`contacts.present_route` decides how a route stands; this module puts it into words. Facts that are
not known are said to be being checked where a reader depends on them, and left out where silence
is safer (whether a call shows on a bill).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext as _

from content_blocks.conf import get_settings
from content_blocks.contacts import (
    PresentedRoute,
    RouteState,
    current_routes,
    emergency_route,
    present_route,
    present_routes,
)
from content_blocks.enums import (
    Anonymity,
    Audience,
    Channel,
    Cost,
    Independence,
    PoliceIndependence,
    ShownOnBill,
    Urgency,
)
from content_blocks.models import ContactRoute

_URGENCY_ORDER = list(Urgency.values)


@dataclass(frozen=True, slots=True)
class ContactCard:
    """One route as it is shown, with its facts in words.

    Attributes:
        presented: what `contacts.present_route` says of it.
        is_emergency: it is 999, which stands first and is shown without small print.
        alternatives: other ways to the same help that can be used today, for people who cannot use
            this one; empty until `with_details` has read them.
    """

    presented: PresentedRoute
    is_emergency: bool = False
    alternatives: Sequence[ContactRoute] = ()

    @property
    def route(self) -> ContactRoute:
        """The route to show: the replacement of a withdrawn one."""
        return self.presented.route

    @property
    def replaced_text(self) -> str:
        """“X is now Y”, for a withdrawn route that has a replacement; otherwise nothing."""
        if not self.presented.replaced_name:
            return ""
        return _("%(old)s is now %(new)s.") % {
            "old": self.presented.replaced_name,
            "new": self.route.name,
        }

    @property
    def is_withdrawn(self) -> bool:
        """Whether the service has ended and nothing replaces it."""
        return self.presented.state == RouteState.WITHDRAWN

    @property
    def verb(self) -> str:
        """What one does with the number."""
        return {
            Channel.TEXT: _("Text"),
            Channel.TEXTPHONE: _("Textphone or Relay UK"),
            Channel.BSL_VIDEO: _("British Sign Language"),
        }.get(Channel(self.route.channel), _("Call"))

    @property
    def link_text(self) -> str:
        """The words of the link to the service."""
        words = {
            Channel.ONLINE_FORM: _("%(name)s: online form"),
            Channel.WEBSITE: _("%(name)s: website"),
            Channel.WEBCHAT: _("%(name)s: web chat"),
            Channel.BSL_VIDEO: _("%(name)s: British Sign Language video"),
        }.get(Channel(self.route.channel), _("%(name)s: website"))
        return words % {"name": self.route.name}

    @property
    def cost(self) -> str:
        """What it costs, with the editor's note."""
        route = self.route
        if route.cost == Cost.OTHER and route.cost_text:
            return route.cost_text
        return _with_note(Cost(route.cost).label, route.cost_text)

    @property
    def bill(self) -> str:
        """Whether it shows on a phone bill; nothing unless it is known."""
        return {
            ShownOnBill.NO: _("Does not show on the bill. It may stay in the phone's call list."),
            ShownOnBill.YES: _("Shows on the bill."),
        }.get(ShownOnBill(self.route.shows_on_bill), "")

    @property
    def independence(self) -> Sequence[str]:
        """Who answers to whom, in plain words."""
        of_council = Independence(self.route.independent_of_council)
        of_police = PoliceIndependence(self.route.independent_of_police)
        if (of_council, of_police) == (Independence.YES, PoliceIndependence.YES):
            return (_("Independent of the council and the police."),)
        if (of_council, of_police) == (Independence.UNKNOWN, PoliceIndependence.UNKNOWN):
            return (_("We are checking whether it is independent of the council and the police."),)
        council = {
            Independence.YES: _("Independent of the council."),
            Independence.NO: _("The council is part of it, or runs it."),
            Independence.UNKNOWN: _("We are checking whether it is independent of the council."),
        }[of_council]
        police = {
            PoliceIndependence.YES: _("Independent of the police."),
            PoliceIndependence.NO: _("The police are part of it, or run it."),
            PoliceIndependence.PART: _("It works with the police in part."),
            PoliceIndependence.UNKNOWN: _(
                "We are checking whether it is independent of the police."
            ),
        }[of_police]
        return (council, police)

    @property
    def anonymity(self) -> str:
        """What people have to tell about themselves: fixed wording, never an editor's promise."""
        return str(Anonymity(self.route.anonymity).label)

    @property
    def languages(self) -> str:
        """The languages of the service, with the editor's note; nothing if none are recorded."""
        field = ContactRoute._meta.get_field("languages")
        labels = ", ".join(field.labels(self.route.languages))
        return _with_note(labels, self.route.languages_text)

    @property
    def bsl_url(self) -> str:
        """The address for people who use British Sign Language, if it is one."""
        return self.route.bsl if self.route.bsl.startswith(("https://", "http://")) else ""

    @property
    def who_can_use(self) -> str:
        """Conditions: who, and from what age; nothing if there are none."""
        route = self.route
        parts = [route.eligibility]
        if route.minimum_age:
            parts.append(_("From age %(age)s.") % {"age": route.minimum_age})
        return " ".join(part for part in parts if part)

    @property
    def has_more(self) -> bool:
        """Whether there is anything to say beyond what helps to decide."""
        route = self.route
        return any(
            (
                route.what_is_shared,
                self.languages,
                route.bsl,
                route.area,
                route.who_pays,
                self.alternatives,
                route.verified_on,
            )
        )


@dataclass(frozen=True, slots=True)
class CardGroup:
    """Cards as one list shows them: what can be used first, the rest behind one fallback.

    A list in which several routes are being checked would say the same fallback under each; on a
    phone that buries the numbers that answer.

    Attributes:
        ready: cards whose details are in order, as they came; 999 is always among these.
        checking: cards of routes that are being checked, overdue, or gone.
        fallback: what to use until then, to be said once before the cards that are being checked;
            empty when there are fewer than two, since a single card says its own.
    """

    ready: Sequence[ContactCard]
    checking: Sequence[ContactCard]
    fallback: Sequence[ContactRoute]


def emergency_card(route: ContactRoute | None = None) -> ContactCard:
    """Return 999, which is never missing; `route` if the caller has read it already."""
    return ContactCard(
        PresentedRoute(RouteState.CURRENT, route or emergency_route(), show_details=True),
        is_emergency=True,
    )


def contact_cards(
    routes: Iterable[ContactRoute], *, on: date, emergency: ContactRoute | None = None
) -> list[ContactCard]:
    """Return 999 and then a card for each route, in order, without doubles.

    An unpublished route is left out. A route that replaces another is shown once, with both names.
    The number of queries does not depend on the number of routes. A route that was never saved is
    one that is built in, or a preview's.

    Args:
        routes: as an editor chose them, or as a query found them.
        on: the day on which it is shown (Europe/London).
        emergency: 999, if the caller has read it already.
    """
    [cards] = cards_in_groups([routes], on=on)
    return with_details([emergency_card(emergency), *cards], on=on)


def with_details(cards: Sequence[ContactCard], *, on: date) -> list[ContactCard]:
    """Read the hours and the other ways of many cards, in a fixed number of queries.

    Only other ways that can be used on that day are named; a withdrawn one by its replacement.
    """
    routes = [card.route for card in cards if card.route.pk and not card.is_emergency]
    public = ContactRoute.objects.public().select_related("replaced_by")
    prefetch_related_objects(
        routes,
        "opening_hours",
        "opening_exceptions",
        Prefetch("accessible_alternatives", queryset=public),
    )
    emergency = next((card.route for card in cards if card.is_emergency), None)
    return [
        replace(card, alternatives=_alternatives(card.route, on=on, emergency=emergency))
        if card.route.pk and not card.is_emergency
        else card
        for card in cards
    ]


def group_cards(cards: Iterable[ContactCard]) -> CardGroup:
    """Put what can be used before what is being checked, and say the fallback once."""
    cards = list(cards)
    checking = [card for card in cards if card.presented.fallback]
    several = checking if len(checking) > 1 else []
    offered = [route for card in several for route in card.presented.fallback]
    return CardGroup(
        ready=[card for card in cards if not card.presented.fallback],
        checking=checking,
        fallback=list({route.slug: route for route in offered}.values()),
    )


def draft_card(route: ContactRoute, *, on: date) -> ContactCard:
    """Return the card of a route as if it were published now: for an editor's preview only."""
    presented = present_route(route, on=on, as_published=True)
    return ContactCard(
        presented,
        is_emergency=route.slug == get_settings().emergency_slug,
        alternatives=_alternatives(presented.route, on=on, emergency=None),
    )


def cards_in_groups(
    groups: Sequence[Iterable[ContactRoute]], *, on: date
) -> list[list[ContactCard]]:
    """Return cards for several lists of routes at once, without 999 and without their hours.

    For a place that shows 999 above them already. What `contact_cards` says of the rest holds.
    """
    wanted = [_without_emergency(routes) for routes in groups]
    public = _public_by_key({_key(route): route for group in wanted for route in group})
    presented = dict(zip(public, present_routes(public.values(), on=on), strict=True))
    return [
        [
            ContactCard(item)
            for item in _without_doubles(
                presented[_key(route)] for route in group if _key(route) in presented
            )
        ]
        for group in wanted
    ]


def routes_for_audience(audience: Audience | str) -> list[ContactRoute]:
    """Return the public routes for one audience in the active language, the most urgent first."""
    routes = ContactRoute.objects.public().in_locale().for_audience(audience)
    return sorted(
        routes.select_related("replaced_by"),
        key=lambda route: (_URGENCY_ORDER.index(route.urgency), route.name),
    )


def _without_emergency(routes: Iterable[ContactRoute]) -> list[ContactRoute]:
    slug = get_settings().emergency_slug
    return [route for route in routes if route is not None and route.slug != slug]


def _key(route: ContactRoute) -> int | str:
    """What tells one route from another, also those that were never saved."""
    return route.pk or route.slug


def _public_by_key(chosen: dict[int | str, ContactRoute]) -> dict[int | str, ContactRoute]:
    """The routes of these that are public now, as the database has them."""
    saved = [route.pk for route in chosen.values() if route.pk]
    found = (
        ContactRoute.objects.public().select_related("replaced_by").in_bulk(saved) if saved else {}
    )
    return {
        key: found[key] if route.pk else route
        for key, route in chosen.items()
        if not route.pk or key in found
    }


def _without_doubles(presented: Iterable[PresentedRoute]) -> list[PresentedRoute]:
    """One entry for each route that is shown; the name of a replaced one is kept."""
    shown: dict[str, PresentedRoute] = {}
    for item in presented:
        earlier = shown.get(item.route.slug)
        if earlier is None:
            shown[item.route.slug] = item
        elif item.replaced_name and not earlier.replaced_name:
            shown[item.route.slug] = replace(earlier, replaced_name=item.replaced_name)
    return list(shown.values())


def _alternatives(
    route: ContactRoute, *, on: date, emergency: ContactRoute | None
) -> tuple[ContactRoute, ...]:
    found = current_routes(route.accessible_alternatives.all(), on=on, emergency=emergency)
    return tuple(other for other in found if other.slug != route.slug)


def _with_note(text: object, note: str) -> str:
    words = str(text)
    if not note:
        return words
    return f"{words}. {note}" if words else note
