"""What a reader is shown of a contact route, and the promise that 999 is never missing.

Rules, from the campaign's fact sheet (section 3.0): 999 is always first and always present; a
route that is being checked, overdue or unpublished says so and offers the fallback; a withdrawn
route shows what replaces it and never vanishes without a word.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cached_property

from django.db import DatabaseError
from django.utils.translation import gettext as _

from content_blocks.conf import GOV_UK_SLUG, get_settings
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
POLICE_SLUG = "101"


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


def current_routes(
    routes: Iterable[ContactRoute], *, on: date, emergency: ContactRoute | None = None
) -> tuple[ContactRoute, ...]:
    """Return those routes that can be used on that day, in order, without doubles.

    A withdrawn route is stood for by its replacement; what is being checked, overdue, unpublished
    or gone is left out. For a list of further ways, where a name without a number helps nobody.

    Args:
        routes: as an editor chose them.
        on: the day (Europe/London).
        emergency: 999, if the caller has read it already.
    """
    presenter = _Presenter(on, emergency=emergency)
    standings = [presenter.stand(route) for route in routes]
    usable = [standing.route for standing in standings if standing.in_order]
    return tuple({route.slug: route for route in usable}.values())


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


def fallback_routes(
    audiences: Iterable[Audience | str] = (), *, on: date
) -> tuple[ContactRoute, ...]:
    """Return what readers of these audiences are offered while a route is being checked.

    999 first, always. Then what is set for each audience (`AUDIENCE_FALLBACKS`), as far as it can
    be used on that day; then, for everybody else, or when nothing else can be used, 101 and
    GOV.UK's page to find a council. People who speak up about their workplace are never sent to the
    council: it may be the workplace.
    """
    return _Fallbacks(on).of(audiences)


def fallback_by_slug(slugs: Sequence[str]) -> tuple[ContactRoute, ...]:
    """Return usable routes for these slugs, in this order, built in where no record will do.

    A slug without a usable record and without a built-in route is left out. A record past its
    review date is returned too: ask `present_route` how it stands.
    """
    found = _built_in_routes() | {route.slug: route for route in _read_usable(slugs)}
    return tuple(found[slug] for slug in slugs if slug in found)


class _Fallbacks:
    """What is offered on one day; all of it is read at once, when it is first needed."""

    def __init__(self, on: date) -> None:
        self.on = on

    @cached_property
    def routes(self) -> dict[str, ContactRoute]:
        """Everything that any reader may be offered, by slug."""
        settings = get_settings()
        slugs = {settings.emergency_slug, *settings.fallback_slugs}
        slugs.update(*settings.audience_fallbacks.values())
        return _built_in_routes() | {
            route.slug: route
            for route in _read_usable(sorted(slugs))
            if route.slug == settings.emergency_slug or not _is_overdue(route, self.on)
        }

    def of(
        self, audiences: Iterable[Audience | str], *, without: Iterable[str] = ()
    ) -> tuple[ContactRoute, ...]:
        """Return the fallback for these people; no slug in `without`, except that of 999."""
        settings = get_settings()
        people = {str(audience) for audience in audiences}
        if Audience.WORRIED_ADULT in people:
            # A parent who tells somebody is served as every worried adult is.
            people.discard(Audience.FAMILY)
        general = [*settings.fallback_slugs, GOV_UK_SLUG]
        if Audience.WHISTLEBLOWER in people:
            general.remove(GOV_UK_SLUG)
        own = [
            slug
            for audience, slugs in settings.audience_fallbacks.items()
            if audience in people
            for slug in slugs
        ]
        has_own = {audience for audience, slugs in settings.audience_fallbacks.items() if slugs}
        usable = self.routes.keys() - set(without)
        if people - has_own or not usable.intersection(own):
            own += general
        wanted = dict.fromkeys(slug for slug in own if slug in usable)
        wanted.pop(settings.emergency_slug, None)
        return tuple(self.routes[slug] for slug in (settings.emergency_slug, *wanted))


@dataclass(frozen=True, slots=True)
class _Standing:
    """How a route stands, before anything is offered beside it."""

    state: RouteState
    route: ContactRoute
    in_order: bool
    show_details: bool
    replaced_name: str = ""


class _Presenter:
    """Present routes of one day; the fallback and 999 are read when they are first needed."""

    def __init__(
        self, on: date, *, as_published: bool = False, emergency: ContactRoute | None = None
    ) -> None:
        self.on = on
        self.as_published = as_published
        self.fallbacks = _Fallbacks(on)
        self._emergency = emergency

    @cached_property
    def emergency(self) -> ContactRoute:
        return self._emergency or emergency_route()

    def present(self, route: ContactRoute) -> PresentedRoute:
        standing = self.stand(route)
        return PresentedRoute(
            standing.state,
            standing.route,
            show_details=standing.show_details,
            replaced_name=standing.replaced_name,
            fallback=()
            if standing.in_order
            else self.fallbacks.of(
                [*route.audiences, *standing.route.audiences],
                without=[route.slug, standing.route.slug],
            ),
        )

    def stand(self, route: ContactRoute) -> _Standing:
        if route.pk is None and not self.as_published and route.slug in _built_in_slugs():
            return _Standing(RouteState.CURRENT, route, in_order=True, show_details=True)
        if route.slug == get_settings().emergency_slug:
            return _Standing(RouteState.CURRENT, self.emergency, in_order=True, show_details=True)
        if not route.live and not self.as_published:
            return _Standing(
                RouteState.CHECKING, _unnamed_route(route), in_order=False, show_details=False
            )
        if route.status == RouteStatus.WITHDRAWN:
            return self._stand_withdrawn(route)
        return self._stand_open(route)

    def _stand_withdrawn(self, route: ContactRoute) -> _Standing:
        replacement = end_of_chain(route)
        if replacement is None:
            return _Standing(
                RouteState.WITHDRAWN, _without_details(route), in_order=False, show_details=False
            )
        return replace(
            self._stand_open(replacement), state=RouteState.REPLACED, replaced_name=route.name
        )

    def _stand_open(self, route: ContactRoute) -> _Standing:
        """How a published route stands that is not withdrawn.

        An overdue route keeps its details beside the warning: a number that was right on its last
        day of checking helps more than none. A route that somebody set to “being checked” is not
        trusted, and its details are held back.
        """
        if route.status != RouteStatus.LIVE:
            return _Standing(
                RouteState.CHECKING, _without_details(route), in_order=False, show_details=False
            )
        if _is_overdue(route, self.on):
            return _Standing(RouteState.CHECKING, route, in_order=False, show_details=True)
        return _Standing(RouteState.CURRENT, route, in_order=True, show_details=True)


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


def _is_overdue(route: ContactRoute, on: date) -> bool:
    return route.review_due is None or route.review_due < on


def _built_in_slugs() -> frozenset[str]:
    return frozenset({get_settings().emergency_slug, POLICE_SLUG, GOV_UK_SLUG})


def _built_in_routes() -> dict[str, ContactRoute]:
    """What holds for the whole country and needs no record, in the active language."""
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
        POLICE_SLUG: ContactRoute(
            slug=POLICE_SLUG,
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
        GOV_UK_SLUG: ContactRoute(
            slug=GOV_UK_SLUG,
            name=_("Report child abuse to a local council (GOV.UK)"),
            short_use=_("Find the number of the council where the child lives."),
            urgency=Urgency.TODAY,
            channel=Channel.WEBSITE,
            url=get_settings().gov_uk_url,
            operator=_("GOV.UK"),
            audiences=[Audience.WORRIED_ADULT],
            status=RouteStatus.LIVE,
        ),
    }


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
