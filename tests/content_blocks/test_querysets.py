"""What may reach a reader, with records that could leak."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation
from wagtail.models import Locale

from content_blocks.enums import Audience, Confirmation, Observed, Role
from content_blocks.models import ContactRoute, GlossaryTerm, Hotspot, Sign
from tests.factories.content_blocks import (
    ON,
    VERIFIED_ON,
    ContactRouteFactory,
    GlossaryTermFactory,
    HotspotFactory,
    OpeningExceptionFactory,
    OpeningHoursFactory,
    SignFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("make", "model"),
    [
        (HotspotFactory, Hotspot),
        (SignFactory, Sign),
        (ContactRouteFactory, ContactRoute),
        (GlossaryTermFactory, GlossaryTerm),
    ],
)
def test_public_leaves_out_drafts_and_expired_records(make, model):
    shown = make()
    make(draft=True)
    make(live=False, expired=True)

    assert list(model.objects.public()) == [shown]


def test_public_signs_leave_out_those_awaiting_confirmation():
    sourced = SignFactory(code="AA-01", confirmation=Confirmation.SOURCED)
    confirmed = SignFactory(code="AA-02", confirmation=Confirmation.CONFIRMED)
    SignFactory(code="AA-03", awaiting=True)

    assert list(Sign.objects.public()) == [sourced, confirmed]


def test_unpublished_sign_is_reachable_through_its_hotspot_but_not_public():
    hotel = HotspotFactory()
    shown = SignFactory(hotspots=[hotel])
    hidden = SignFactory(hotspots=[hotel], draft=True)

    assert set(hotel.signs.all()) == {shown, hidden}
    assert list(Sign.objects.public().at_hotspot(hotel)) == [shown]
    assert list(hotel.public_signs()) == [shown]


def test_signs_are_selected_by_what_is_observed_where_and_by_whom():
    hotel, park = HotspotFactory(), HotspotFactory()
    at_hotel = SignFactory(
        code="AA-01", hotspots=[hotel], observed=Observed.PLACE, noticed_by=["reception"]
    )
    at_park = SignFactory(code="AA-02", hotspots=[park], observed=Observed.CHILD)
    anywhere = SignFactory(code="AA-03", observed=Observed.CHILD, noticed_by=["neighbour"])

    assert list(Sign.objects.at_hotspot(hotel)) == [at_hotel]
    assert list(Sign.objects.any_setting()) == [anywhere]
    assert list(Sign.objects.observed_in(Observed.CHILD)) == [at_park, anywhere]
    assert list(Sign.objects.noticed_by(Role.RECEPTION)) == [at_hotel]


def test_in_locale_keeps_one_language(settings):
    settings.WAGTAIL_CONTENT_LANGUAGES = settings.LANGUAGES = [("en", "English"), ("pl", "Polish")]
    polish = Locale.objects.create(language_code="pl")
    english_term = GlossaryTermFactory(slug="grooming")
    polish_term = GlossaryTermFactory(slug="grooming", locale=polish)

    assert list(GlossaryTerm.objects.in_locale(polish)) == [polish_term]
    with translation.override("en"):
        assert list(GlossaryTerm.objects.in_locale()) == [english_term]
    with translation.override("pl"):
        assert list(GlossaryTerm.objects.in_locale()) == [polish_term]


def test_hotspots_come_in_their_order():
    second = HotspotFactory(order=2)
    first = HotspotFactory(order=1)

    assert list(Hotspot.objects.all()) == [first, second]


def test_overdue_and_current_meet_on_the_day_of_review():
    due_today = ContactRouteFactory(slug="today", review_due=ON)
    overdue = ContactRouteFactory(slug="overdue", review_due=ON - timedelta(days=1))
    ContactRouteFactory(slug="checking", checking=True)
    ContactRouteFactory(slug="draft", draft=True)

    assert list(ContactRoute.objects.overdue(ON)) == [overdue]
    assert list(ContactRoute.objects.current(ON)) == [due_today]


def test_needing_attention_is_the_working_list_of_who_checks():
    ContactRouteFactory(slug="fine")
    ContactRouteFactory(slug="gone", withdrawn=True, review_due=VERIFIED_ON - timedelta(days=9))
    overdue = ContactRouteFactory(name="a", review_due=VERIFIED_ON)
    checking = ContactRouteFactory(name="b", checking=True)
    draft = ContactRouteFactory(name="c", checking=True, live=False)

    assert list(ContactRoute.objects.needing_attention(ON)) == [overdue, checking, draft]


def test_for_audience_keeps_routes_meant_for_it():
    child = ContactRouteFactory(audiences=["child", "family"])
    ContactRouteFactory(audiences=["survivor"])

    assert list(ContactRoute.objects.for_audience(Audience.CHILD)) == [child]


@pytest.mark.parametrize("count", [1, 3])
def test_with_details_costs_the_same_for_one_and_for_many(count, django_assert_num_queries):
    for _number in range(count):
        new = ContactRouteFactory()
        route = ContactRouteFactory(withdrawn=True, replaced_by=new)
        OpeningHoursFactory(route=route)
        OpeningExceptionFactory(route=route)

    with django_assert_num_queries(4):
        for route in ContactRoute.objects.public().with_details():
            list(route.opening_hours.all())
            list(route.opening_exceptions.all())
            list(route.accessible_alternatives.all())
            _ = route.replaced_by
