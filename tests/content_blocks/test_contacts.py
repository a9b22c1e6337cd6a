"""What a reader is shown of a contact route; 999 is never missing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import translation
from wagtail.models import Locale

from content_blocks import contacts
from content_blocks.contacts import RouteState, emergency_route, fallback_routes, present_route
from content_blocks.enums import Channel, RouteStatus
from content_blocks.models import ContactRoute
from tests.factories.content_blocks import ON, VERIFIED_ON, ContactRouteFactory

pytestmark = pytest.mark.django_db

FALLBACK = ("999", "101", "gov-uk")


def emergency_record(**kwargs) -> ContactRoute:
    return ContactRouteFactory(
        **{
            "slug": "999",
            "name": "Police, from the record",
            "number": "999",
            "number_display": "999",
        }
        | kwargs
    )


def slugs(routes) -> tuple[str, ...]:
    return tuple(route.slug for route in routes)


# --- 999 -------------------------------------------------------------------------------------


def test_emergency_route_is_the_published_record():
    record = emergency_record()

    assert emergency_route() == record


@pytest.mark.parametrize(
    "change",
    [
        {"live": False},
        {"live": False, "expired": True},
        {"status": RouteStatus.WITHDRAWN},
        {"status": RouteStatus.CHECKING},
        {"number": "+448001111", "number_display": "0800 1111"},
        {"channel": Channel.TEXT},
    ],
)
def test_emergency_route_is_never_missing(change):
    emergency_record(**change)

    route = emergency_route()

    assert route.pk is None
    assert (route.slug, route.number, route.number_shown) == ("999", "999", "999")
    assert (route.channel, route.status, route.always_open) == ("phone", "live", True)


def test_emergency_route_survives_deletion():
    emergency_record().delete()

    assert emergency_route().number == "999"


def test_emergency_route_does_not_depend_on_its_review_date():
    record = emergency_record(review_due=VERIFIED_ON)

    presented = present_route(record, on=ON + timedelta(days=400))

    assert (presented.state, presented.route) == (RouteState.CURRENT, record)
    assert presented.show_details
    assert presented.fallback == ()


def test_unpublished_emergency_route_is_presented_as_the_built_in_one():
    presented = present_route(emergency_record(live=False), on=ON)

    assert (presented.state, presented.route.pk, presented.route.number) == (
        RouteState.CURRENT,
        None,
        "999",
    )


def test_emergency_route_is_in_the_active_language(settings):
    settings.WAGTAIL_CONTENT_LANGUAGES = settings.LANGUAGES = [("en", "English"), ("pl", "Polish")]
    polish = Locale.objects.create(language_code="pl")
    english_record = emergency_record()
    polish_record = emergency_record(locale=polish, name="Policja")

    assert emergency_route() == english_record
    with translation.override("pl"):
        assert emergency_route() == polish_record
    with translation.override("en-gb"):
        assert emergency_route() == english_record
    with translation.override("de"):
        assert emergency_route() == english_record
    with translation.override(None):
        assert emergency_route() == english_record


def test_emergency_route_survives_a_database_that_is_down(caplog):
    emergency_record()

    def unreachable(*args):
        raise OperationalError("no connection")

    with connection.execute_wrapper(unreachable):
        assert emergency_route().number == "999"
        assert slugs(fallback_routes(on=ON)) == FALLBACK

    assert caplog.records[0].event == "emergency_contacts_unreadable"


def test_emergency_route_costs_one_query(django_assert_num_queries):
    emergency_record()

    with django_assert_num_queries(1):
        emergency_route()


def test_with_emergency_first_puts_999_first_once():
    record = emergency_record()
    nspcc, childline = ContactRouteFactory(), ContactRouteFactory()

    assert contacts.with_emergency_first([nspcc, record, childline]) == (record, nspcc, childline)
    assert contacts.with_emergency_first([]) == (record,)


# --- fallback --------------------------------------------------------------------------------


def test_fallback_is_complete_without_any_record():
    routes = fallback_routes(on=ON)

    assert slugs(routes) == FALLBACK
    assert [route.number for route in routes] == ["999", "101", ""]
    assert routes[2].url == "https://www.gov.uk/report-child-abuse-to-local-council"


def test_fallback_uses_records_that_are_in_order():
    emergency = emergency_record()
    police = ContactRouteFactory(slug="101", number="101", number_display="101")

    assert fallback_routes(on=ON)[:2] == (emergency, police)


def test_fallback_does_not_use_a_draft():
    ContactRouteFactory(slug="101", number="101", number_display="101", draft=True)

    assert fallback_routes(on=ON)[1].pk is None


def test_fallback_follows_the_settings(settings):
    settings.CONTENT_BLOCKS = {
        "FALLBACK_SLUGS": ["999", "council", "nowhere"],
        "GOV_UK_URL": "https://www.gov.uk/help",
    }
    ContactRouteFactory(slug="council")

    routes = fallback_routes(on=ON)

    assert slugs(routes) == ("999", "council", "gov-uk")
    assert routes[2].url == "https://www.gov.uk/help"


@pytest.mark.parametrize(
    "state", [{"draft": True}, {"overdue": True}, {"checking": True}, {"withdrawn": True}]
)
@pytest.mark.parametrize(
    ("audiences", "expected"),
    [
        ([], FALLBACK),
        (["worried_adult"], FALLBACK),
        (["professional"], FALLBACK),
        (["own_behaviour"], FALLBACK),
        (["child"], ("999", "childline")),
        (["survivor"], ("999", "napac", "survivors-trust")),
        (["family"], ("999", "survivors-trust")),
        (["survivor", "child"], ("999", "childline", "napac", "survivors-trust")),
        (["whistleblower"], ("999", "nspcc-whistleblowing")),
        # For more people than one: what each of them needs, and never the council for one of them
        # whose workplace it may be.
        (["worried_adult", "family", "professional"], FALLBACK),
        (["child", "worried_adult"], ("999", "childline", "101", "gov-uk")),
        (["whistleblower", "professional"], ("999", "nspcc-whistleblowing", "101")),
    ],
)
def test_fallback_fits_the_people_the_route_is_for(audiences, expected, state):
    for slug in ("childline", "napac", "survivors-trust", "nspcc-whistleblowing"):
        ContactRouteFactory(slug=slug)
    ContactRouteFactory(slug="gov-uk-support-list", **state)

    assert slugs(fallback_routes(audiences, on=ON)) == expected
    assert slugs(
        present_route(ContactRouteFactory(checking=True, audiences=audiences), on=ON).fallback
    ) == (expected)


@pytest.mark.parametrize(
    ("audiences", "expected"), [(["survivor"], FALLBACK), (["whistleblower"], ("999", "101"))]
)
def test_fallback_is_the_general_one_when_no_line_for_these_people_is_current(audiences, expected):
    ContactRouteFactory(slug="napac", overdue=True)

    assert slugs(fallback_routes(audiences, on=ON)) == expected


def test_overdue_record_of_101_is_stood_for_by_the_built_in_number():
    ContactRouteFactory(slug="101", number="101", number_display="101", overdue=True)

    assert fallback_routes(on=ON)[1].pk is None


def test_route_does_not_fall_back_to_itself():
    police = ContactRouteFactory(slug="101", number="101", number_display="101", overdue=True)
    ContactRouteFactory(slug="childline")
    napac = ContactRouteFactory(slug="napac", withdrawn=True, audiences=["survivor", "child"])

    assert slugs(present_route(police, on=ON).fallback) == ("999", "gov-uk")
    assert slugs(present_route(napac, on=ON).fallback) == ("999", "childline")


def test_fallback_of_one_audience_can_be_set(settings):
    settings.CONTENT_BLOCKS = {"AUDIENCE_FALLBACKS": {"survivor": ["safe-line"], "child": []}}
    for slug in ("safe-line", "napac", "childline", "nspcc-whistleblowing"):
        ContactRouteFactory(slug=slug)

    assert slugs(fallback_routes(["survivor"], on=ON)) == ("999", "safe-line")
    assert slugs(fallback_routes(["child"], on=ON)) == FALLBACK
    assert slugs(fallback_routes(["whistleblower"], on=ON)) == ("999", "nspcc-whistleblowing")


# --- presentation ----------------------------------------------------------------------------


def test_route_in_order_is_current():
    route = ContactRouteFactory(review_due=ON)

    presented = present_route(route, on=ON)

    assert (presented.state, presented.route) == (RouteState.CURRENT, route)
    assert presented.show_details
    assert presented.fallback == ()
    assert not presented.is_being_checked


def test_overdue_route_keeps_its_details_beside_the_fallback():
    route = ContactRouteFactory(review_due=ON - timedelta(days=1))

    presented = present_route(route, on=ON)

    assert (presented.state, presented.route) == (RouteState.CHECKING, route)
    assert presented.show_details
    assert presented.is_being_checked
    assert slugs(presented.fallback) == FALLBACK


def test_route_being_checked_holds_its_details_back():
    route = ContactRouteFactory(
        checking=True, url="https://example.org/", email="help@example.org", bsl="A link"
    )

    presented = present_route(route, on=ON)

    shown = presented.route
    assert presented.state == RouteState.CHECKING
    assert not presented.show_details
    assert presented.is_being_checked
    assert slugs(presented.fallback) == FALLBACK
    assert shown.name == route.name
    assert (shown.number, shown.number_shown, shown.url, shown.email, shown.bsl) == ("",) * 5
    assert route.number == "+448088005000"


@pytest.mark.parametrize("status", RouteStatus.values)
def test_unpublished_route_shows_nothing_of_itself(status):
    route = ContactRouteFactory(
        name="Embargoed name", short_use="Embargoed use", status=status, draft=True
    )

    presented = present_route(route, on=ON)

    assert presented.state == RouteState.CHECKING
    assert not presented.show_details
    assert slugs(presented.fallback) == FALLBACK
    values = [str(value) for value in vars(presented.route).values()]
    assert not [value for value in values if "Embargoed" in value or "5000" in value]
    assert presented.route.name == "A way to get help"


def test_unpublished_route_can_be_previewed():
    route = ContactRouteFactory(draft=True)

    presented = present_route(route, on=ON, as_published=True)

    assert (presented.state, presented.route) == (RouteState.CURRENT, route)


def test_withdrawn_route_shows_the_end_of_its_chain():
    newest = ContactRouteFactory(name="Hopian")
    between = ContactRouteFactory(withdrawn=True, replaced_by=newest)
    oldest = ContactRouteFactory(name="Rotherham Rise", withdrawn=True, replaced_by=between)

    presented = present_route(oldest, on=ON)

    assert (presented.state, presented.route) == (RouteState.REPLACED, newest)
    assert presented.replaced_name == "Rotherham Rise"
    assert presented.show_details
    assert presented.fallback == ()


def test_withdrawn_route_without_replacement_shows_the_fallback():
    presented = present_route(ContactRouteFactory(withdrawn=True), on=ON)

    assert presented.state == RouteState.WITHDRAWN
    assert not presented.show_details
    assert presented.route.number == ""
    assert slugs(presented.fallback) == FALLBACK
    assert not presented.is_being_checked


@pytest.mark.parametrize("replacement", [{"draft": True}, {"withdrawn": True}])
def test_replacement_that_may_not_be_shown_is_not_shown(replacement):
    new = ContactRouteFactory(name="Embargoed", **replacement)

    presented = present_route(ContactRouteFactory(withdrawn=True, replaced_by=new), on=ON)

    assert presented.state == RouteState.WITHDRAWN
    assert presented.route.name != "Embargoed"
    assert slugs(presented.fallback) == FALLBACK


def test_replacement_being_checked_says_so():
    new = ContactRouteFactory(name="Hopian", checking=True)

    presented = present_route(ContactRouteFactory(withdrawn=True, replaced_by=new), on=ON)

    assert (presented.state, presented.route.name) == (RouteState.REPLACED, "Hopian")
    assert not presented.show_details
    assert presented.is_being_checked


def test_overdue_replacement_keeps_its_details():
    new = ContactRouteFactory(review_due=VERIFIED_ON)

    presented = present_route(ContactRouteFactory(withdrawn=True, replaced_by=new), on=ON)

    assert (presented.state, presented.route) == (RouteState.REPLACED, new)
    assert presented.show_details
    assert presented.is_being_checked


def test_circle_of_replacements_in_the_data_ends_in_the_fallback(caplog):
    first = ContactRouteFactory(withdrawn=True)
    second = ContactRouteFactory(withdrawn=True, replaced_by=first)
    ContactRoute.objects.filter(pk=first.pk).update(replaced_by=second)

    presented = present_route(ContactRoute.objects.get(pk=first.pk), on=ON)

    assert presented.state == RouteState.WITHDRAWN
    assert slugs(presented.fallback) == FALLBACK
    assert [record.event for record in caplog.records] == ["contact_replacement_cycle"]


def test_replacement_is_shown_in_the_language_of_the_route():
    polish = Locale.objects.create(language_code="pl")
    new = ContactRouteFactory(slug="new")
    new_polish = new.copy_for_translation(polish)
    new_polish.live = True
    new_polish.save()
    old_polish = ContactRouteFactory(locale=polish, withdrawn=True, replaced_by=new)

    assert contacts.end_of_chain(old_polish) == new_polish
    new_polish.delete()
    assert contacts.end_of_chain(old_polish) == new


@pytest.mark.parametrize("count", [1, 3])
def test_present_routes_reads_the_fallback_once(count, django_assert_num_queries):
    emergency_record()
    for _number in range(count):
        ContactRouteFactory(checking=True)
        ContactRouteFactory(checking=True, audiences=["survivor", "child"])
        ContactRouteFactory()
    routes = list(ContactRoute.objects.exclude(slug="999"))

    with django_assert_num_queries(1):
        presented = contacts.present_routes(routes, on=ON)

    assert len(presented) == count * 3


def test_built_in_routes_are_current():
    presented = contacts.present_routes(fallback_routes(on=ON), on=ON)

    assert [(item.state, item.show_details, item.fallback) for item in presented] == [
        (RouteState.CURRENT, True, ())
    ] * 3
    assert slugs(item.route for item in presented) == FALLBACK


def test_unsaved_route_with_the_slug_of_a_built_in_one_is_previewed_as_it_is():
    draft = ContactRouteFactory.build(
        slug="101", number="101", checking=True, locale=Locale.get_default()
    )

    presented = present_route(draft, on=ON, as_published=True)

    assert (presented.state, presented.show_details) == (RouteState.CHECKING, False)


# --- further ways ----------------------------------------------------------------------------


def test_current_routes_are_those_that_can_be_used():
    hopian = ContactRouteFactory(slug="hopian")
    routes = [
        ContactRouteFactory(slug="napac"),
        ContactRouteFactory(checking=True),
        ContactRouteFactory(overdue=True),
        ContactRouteFactory(draft=True),
        ContactRouteFactory(withdrawn=True),
        ContactRouteFactory(
            withdrawn=True, replaced_by=ContactRouteFactory(checking=True, slug="new")
        ),
        ContactRouteFactory(withdrawn=True, replaced_by=hopian),
        hopian,
        emergency_record(live=False),
    ]

    assert slugs(contacts.current_routes(routes, on=ON)) == ("napac", "hopian", "999")


def test_current_routes_ask_nothing_when_999_is_known(django_assert_num_queries):
    emergency = emergency_record()
    routes = [emergency, ContactRouteFactory(checking=True)]

    with django_assert_num_queries(0):
        found = contacts.current_routes(routes, on=ON, emergency=emergency)

    assert found == (emergency,)
