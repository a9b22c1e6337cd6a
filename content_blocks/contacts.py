"""What a reader is shown of a contact route, and the promise that 999 is never missing.

Rules, from the campaign's fact sheet (section 3.0): 999 is always first and always present; a
route that is being checked, overdue or unpublished says so and offers the fallback; a withdrawn
route shows what replaces it and never vanishes without a word.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from django.db import DatabaseError
from django.utils.translation import gettext as _

from content_blocks.conf import get_settings
from content_blocks.enums import (
    Anonymity,
    Audience,
    Channel,
    Cost,
    Independence,
    PoliceIndependence,
    RouteStatus,
    ShownOnBill,
    Urgency,
)
from content_blocks.models import ContactRoute

logger = logging.getLogger(__name__)

EMERGENCY_NUMBER = "999"


class RouteState(StrEnum):
    """How a route stands on one day."""

    CURRENT = "current"
    CHECKING = "checking"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class PresentedRoute:
    """What a reader is shown in the place of a contact route.

    `route` is what to show; in state REPLACED it is the replacement, and `replaced_name` is the
    name that people may still know. Where `show_details` is false the number, link and address of
    `route` are blank, so that no template can show them by mistake. `fallback` is what to offer
    beside it, or instead of it: empty only when the details are in order.
    """

    state: RouteState
    route: ContactRoute
    show_details: bool
    replaced_name: str = ""
    fallback: tuple[ContactRoute, ...] = ()

    @property
    def is_being_checked(self) -> bool:
        """Whether to say “We are checking these details”."""
        return bool(self.fallback) and self.state != RouteState.WITHDRAWN


def present_route(route: ContactRoute, *, on: date, as_published: bool = False) -> PresentedRoute:
    """Say what a reader is shown for one route on one day (Europe/London).

    With `as_published` an unpublished route is presented as if it were public: for previews only.
    """
    return _Presenter(on, as_published=as_published).present(route)


def present_routes(routes: Iterable[ContactRoute], *, on: date) -> tuple[PresentedRoute, ...]:
    """Do `present_route` for many routes, reading the fallback at most once."""
    presenter = _Presenter(on)
    return tuple(presenter.present(route) for route in routes)


def emergency_route() -> ContactRoute:
    """Return 999: the published record in the active language, or the built-in one.

    The built-in one stands in whenever the record was deleted, unpublished, withdrawn, is being
    checked, has another number, or cannot be read. A review date in the past does not hide it.
    """
    return fallback_by_slug([get_settings().emergency_slug])[0]


def with_emergency_first(routes: Iterable[ContactRoute]) -> tuple[ContactRoute, ...]:
    """Put 999 before the other routes, once."""
    slug = get_settings().emergency_slug
    return (emergency_route(), *(route for route in routes if route.slug != slug))


def fallback_routes() -> tuple[ContactRoute, ...]:
    """Return what is offered while a route is being checked: 999, 101 and GOV.UK's own page."""
    settings = get_settings()
    slugs = dict.fromkeys([settings.emergency_slug, *settings.fallback_slugs])
    return (*fallback_by_slug(list(slugs)), _gov_uk_route())


def fallback_by_slug(slugs: Sequence[str]) -> tuple[ContactRoute, ...]:
    """Return usable routes for these slugs, in this order, built in where no record will do.

    A slug without a usable record and without a built-in route is left out.
    """
    built_in = _built_in_routes()
    routes = []
    found = {route.slug: route for route in _read_usable(slugs)}
    for slug in slugs:
        route = found.get(slug) or built_in.get(slug)
        if route is not None:
            routes.append(route)
    return tuple(routes)


class _Presenter:
    """Present routes of one day; the fallback is read when it is first needed."""

    def __init__(self, on: date, *, as_published: bool = False) -> None:
        self.on = on
        self.as_published = as_published

    @cached_property
    def fallback(self) -> tuple[ContactRoute, ...]:
        return fallback_routes()

    def present(self, route: ContactRoute) -> PresentedRoute:
        if route.slug == get_settings().emergency_slug:
            return PresentedRoute(RouteState.CURRENT, emergency_route(), show_details=True)
        if not route.live and not self.as_published:
            return PresentedRoute(
                RouteState.CHECKING,
                _unnamed_route(route),
                show_details=False,
                fallback=self.fallback,
            )
        if route.status == RouteStatus.WITHDRAWN:
            return self._present_withdrawn(route)
        return self._present_open(route, RouteState.CHECKING)

    def _present_withdrawn(self, route: ContactRoute) -> PresentedRoute:
        replacement = end_of_chain(route)
        if replacement is None:
            return PresentedRoute(
                RouteState.WITHDRAWN,
                _without_details(route),
                show_details=False,
                fallback=self.fallback,
            )
        presented = self._present_open(replacement, RouteState.REPLACED)
        return PresentedRoute(
            RouteState.REPLACED,
            presented.route,
            show_details=presented.show_details,
            replaced_name=route.name,
            fallback=presented.fallback,
        )

    def _present_open(self, route: ContactRoute, state: RouteState) -> PresentedRoute:
        """Present a published route that is not withdrawn.

        An overdue route keeps its details beside the warning: a number that was right on its last
        day of checking helps more than none. A route that somebody set to “being checked” is not
        trusted, and its details are held back.
        """
        if route.status != RouteStatus.LIVE:
            return PresentedRoute(
                state, _without_details(route), show_details=False, fallback=self.fallback
            )
        if route.review_due is None or route.review_due < self.on:
            return PresentedRoute(state, route, show_details=True, fallback=self.fallback)
        return PresentedRoute(RouteState.CURRENT, route, show_details=True)


def end_of_chain(route: ContactRoute) -> ContactRoute | None:
    """Follow a withdrawn route to the route that stands for it now, in the same language.

    None when there is no replacement, when the replacement is not published or is withdrawn too,
    or when the records go round in a circle.
    """
    seen: set[int | None] = set()
    current: ContactRoute = route
    while current.status == RouteStatus.WITHDRAWN:
        if current.pk in seen:
            logger.error(
                "Contact routes replace each other in a circle",
                extra={"event": "contact_replacement_cycle", "contact_route_id": route.pk},
            )
            return None
        seen.add(current.pk)
        following = current.replaced_by
        if following is None:
            return None
        if following.locale_id != route.locale_id:
            following = following.get_translation_or_none(route.locale) or following
        if not following.live:
            return None
        current = following
    return current


def _read_usable(slugs: Sequence[str]) -> list[ContactRoute]:
    """Read the records that may stand as a fallback, in the active language."""
    emergency_slug = get_settings().emergency_slug
    try:
        routes = list(
            ContactRoute.objects.public()
            .in_locale()
            .filter(slug__in=slugs, status=RouteStatus.LIVE)
        )
    except DatabaseError:
        logger.exception(
            "The emergency contacts could not be read; the built-in ones are shown",
            extra={"event": "emergency_contacts_unreadable"},
        )
        return []
    return [
        route
        for route in routes
        if route.slug != emergency_slug
        or (route.number == EMERGENCY_NUMBER and route.channel == Channel.PHONE)
    ]


def _built_in_routes() -> dict[str, ContactRoute]:
    """The numbers that hold for the whole country and need no record, in the active language."""
    return {
        get_settings().emergency_slug: ContactRoute(
            slug=get_settings().emergency_slug,
            name=_("Police, emergency"),
            short_use=_("A child is in danger now, or is being hurt or taken somewhere."),
            urgency=Urgency.NOW,
            channel=Channel.PHONE,
            number=EMERGENCY_NUMBER,
            number_display=EMERGENCY_NUMBER,
            operator=_("Police"),
            independent_of_council=Independence.YES,
            independent_of_police=PoliceIndependence.NO,
            always_open=True,
            cost=Cost.FREE,
            shows_on_bill=ShownOnBill.UNKNOWN,
            anonymity=Anonymity.UNKNOWN,
            audiences=[Audience.CHILD, Audience.WORRIED_ADULT],
            status=RouteStatus.LIVE,
        ),
        "101": ContactRoute(
            slug="101",
            name=_("Police, not an emergency"),
            short_use=_("You saw something that does not feel right, and nobody is in danger now."),
            urgency=Urgency.TODAY,
            channel=Channel.PHONE,
            number="101",
            number_display="101",
            operator=_("Police"),
            independent_of_council=Independence.YES,
            independent_of_police=PoliceIndependence.NO,
            audiences=[Audience.WORRIED_ADULT],
            status=RouteStatus.LIVE,
        ),
    }


def _gov_uk_route() -> ContactRoute:
    return ContactRoute(
        slug="gov-uk",
        name=_("Report child abuse to a local council (GOV.UK)"),
        short_use=_("Find the number of the council where the child lives."),
        urgency=Urgency.TODAY,
        channel=Channel.ONLINE_FORM,
        url=get_settings().gov_uk_url,
        operator=_("GOV.UK"),
        audiences=[Audience.WORRIED_ADULT],
        status=RouteStatus.LIVE,
    )


def _without_details(route: ContactRoute) -> ContactRoute:
    """A copy that cannot show a number, link or address."""
    blank = copy.copy(route)
    blank.number = blank.number_display = blank.url = blank.email = blank.bsl = ""
    return blank


def _unnamed_route(route: ContactRoute) -> ContactRoute:
    """What stands for an unpublished route: nothing of a draft may reach a reader."""
    return ContactRoute(
        slug=route.slug,
        name=_("A way to get help"),
        channel=route.channel,
        urgency=route.urgency,
        status=RouteStatus.CHECKING,
    )
