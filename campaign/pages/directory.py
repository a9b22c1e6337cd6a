"""How contact routes are put in order: by how soon, by who you are, by how independent.

The rules: 999 is always first and always there; what is being checked or withdrawn is shown as such
and never left out (that is `content_blocks.contacts`' work); in the support section a route that
answers to neither council nor police comes before one that does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.utils.translation import gettext_lazy as _

from content_blocks.contact_cards import (
    ContactCard,
    cards_in_groups,
    contact_cards,
    emergency_card,
    with_details,
)
from content_blocks.enums import Audience, Independence, PoliceIndependence, Urgency
from content_blocks.models import ContactRoute

#: The part of the address for each audience. It stays in the browsing history, so none of them
#: says what happened to the reader.
AUDIENCE_PATHS: dict[str, str] = {
    Audience.CHILD: "young-people",
    Audience.WORRIED_ADULT: "adults",
    Audience.FAMILY: "families",
    Audience.SURVIVOR: "support",
    Audience.PROFESSIONAL: "work",
    Audience.WHISTLEBLOWER: "speaking-up",
    Audience.OWN_BEHAVIOUR: "private-help",
}
_AUDIENCE_OF_PATH = {path: audience for audience, path in AUDIENCE_PATHS.items()}

_URGENCY_HEADINGS: dict[str, Any] = {
    Urgency.NOW: _("In danger now"),
    Urgency.TODAY: _("Tell someone today"),
    Urgency.ANY_TIME: _("Any time you are ready"),
}


@dataclass(frozen=True, slots=True)
class Section:
    """Contact routes under one heading, as cards in the order they are shown."""

    heading: Any
    cards: Sequence[ContactCard]


def audience_of_path(path: str) -> Audience | None:
    """Which audience a part of the directory's address stands for, if any."""
    audience = _AUDIENCE_OF_PATH.get(path)
    return Audience(audience) if audience else None


def directory_sections(audience: Audience | None, *, on: date) -> list[Section]:
    """All public routes of the active language, or those for one audience, by how soon.

    The first section is always there, since 999 is always in it and only there.
    """
    routes = sorted(_routes(audience), key=_by_audience)
    groups = [[route for route in routes if route.urgency == urgency] for urgency in Urgency]
    cards = cards_in_groups(groups, on=on)
    cards[0].insert(0, emergency_card())
    detailed = iter(with_details([card for group in cards for card in group], on=on))
    return [
        Section(_URGENCY_HEADINGS[urgency], list(islice(detailed, len(found))))
        for urgency, found in zip(Urgency, cards, strict=True)
        if found
    ]


def support_section(audience: str, *, on: date) -> Section:
    """The routes for one audience, the most independent first, behind 999."""
    routes = sorted(_routes(Audience(audience)), key=independence)
    return Section(_("People you can talk to"), contact_cards(routes, on=on))


def independence(route: ContactRoute) -> tuple[int, str]:
    """Sort key: independent of council and police, then of the council, then the rest by name."""
    of_council = route.independent_of_council == Independence.YES
    of_police = route.independent_of_police == PoliceIndependence.YES
    if of_council and of_police:
        rank = 0
    elif of_council:
        rank = 1
    elif of_police:
        rank = 2
    else:
        rank = 3
    return rank, route.name


def _routes(audience: Audience | None) -> list[ContactRoute]:
    found = ContactRoute.objects.public().in_locale()
    if audience is not None:
        found = found.for_audience(audience)
    return list(found)


def _by_audience(route: ContactRoute) -> tuple[int, str]:
    order = list(Audience.values)
    first = min((order.index(value) for value in route.audiences if value in order), default=99)
    return first, route.name
