"""What the database refuses, and what an editor is told."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from wagtail.models import Locale

from campaign.releases.gate import bulk_writes
from content_blocks.enums import Channel, Confirmation, RouteStatus
from content_blocks.exceptions import (
    FactInUseError,
    NotPublishableError,
    PhoneNumberError,
    ReplacementCycleError,
)
from content_blocks.models import ContactRoute, Hotspot, OpeningException, OpeningHours, Sign
from tests.factories.content_blocks import (
    VERIFIED_ON,
    ContactRouteFactory,
    GlossaryTermFactory,
    HotspotFactory,
    OpeningExceptionFactory,
    OpeningHoursFactory,
    SignFactory,
    default_locale,
)

pytestmark = pytest.mark.django_db


def refuse(change) -> str:
    """Run a change that the database itself must refuse, and return what it said."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        change()
    return str(refusal.value)


# --- permanent names -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "field", "name"),
    [
        (HotspotFactory, "slug", "hotels"),
        (SignFactory, "code", "HO-01"),
        (ContactRouteFactory, "slug", "childline"),
        (GlossaryTermFactory, "slug", "grooming"),
    ],
)
def test_permanent_name_is_unique_in_a_language(make, field, name):
    first = make(**{field: name})
    other = make()

    refuse(lambda: type(first).objects.filter(pk=other.pk).update(**{field: name}))
    setattr(other, field, name)
    with pytest.raises(ValidationError) as refusal:
        other.full_clean()
    assert refusal.value.message_dict[field] == [
        f"Another record in this language has “{name}” already. Choose a different one, or edit "
        "that record."
    ]

    polish = Locale.objects.create(language_code="pl")
    translated = make(**{field: name}, locale=polish)
    translated.full_clean()


def test_clean_leaves_a_record_without_a_language_to_the_database():
    HotspotFactory(slug="hotels")

    Hotspot(slug="hotels", name="Hotels").clean()


# --- signs -----------------------------------------------------------------------------------


def test_sign_awaiting_is_refused_by_the_database_when_live():
    sign = SignFactory(awaiting=True)

    with bulk_writes():
        message = refuse(lambda: Sign.objects.filter(pk=sign.pk).update(live=True))

    assert "sign_awaiting_is_never_live" in message


def test_sign_awaiting_is_not_saved_live():
    sign = SignFactory(awaiting=True)
    sign.live = True

    with pytest.raises(NotPublishableError) as refusal:
        sign.save()

    assert refusal.value.message_dict == {
        "confirmation": [
            "This sign waits for a safeguarding professional, so it cannot be published. Save it "
            "as a draft, or record that it is confirmed."
        ]
    }
    sign.refresh_from_db()
    assert not sign.live


def test_sign_awaiting_is_not_published_through_its_revision():
    sign = SignFactory(awaiting=True)
    revision = sign.save_revision()

    with pytest.raises(NotPublishableError), transaction.atomic():
        revision.publish()

    sign.refresh_from_db()
    assert not sign.live


def test_live_sign_may_have_a_draft_that_is_awaiting():
    sign = SignFactory()
    sign.confirmation = Confirmation.AWAITING
    sign.save_revision(clean=False)

    stored = Sign.objects.get()
    assert (stored.live, stored.confirmation) == (True, Confirmation.SOURCED)
    assert stored.has_unpublished_changes


def test_sign_is_confirmed_and_published():
    sign = SignFactory(awaiting=True)
    sign.confirmation = Confirmation.CONFIRMED
    sign.save_revision().publish()

    assert Sign.objects.public().get().code == sign.code


@pytest.mark.parametrize("code", ["ho-01", "HO01", "HO-1", "HOTEL-01", "HO-0001"])
def test_sign_code_has_a_fixed_form(code):
    with pytest.raises(ValidationError) as refusal:
        SignFactory.build(code=code, locale=default_locale()).full_clean()

    assert refusal.value.message_dict == {
        "code": ["Write two to four capital letters, a hyphen and a number, for example HO-01."]
    }


def test_texts_say_what_they_are():
    assert str(SignFactory.build(code="HO-01", text="A child waits.")) == "HO-01: A child waits."
    assert str(HotspotFactory.build(name="Hotels")) == "Hotels"
    assert str(GlossaryTermFactory.build(term="Grooming")) == "Grooming"
    assert str(ContactRouteFactory.build(name="Childline")) == "Childline"
    assert str(OpeningHours(weekday=0, opens=time(8), closes=time(22))) == "Monday 08:00–22:00"
    assert str(OpeningHours(weekday=6, opens=time(18))) == "Sunday 18:00–24:00"
    christmas = date(2026, 12, 25)
    assert str(OpeningException(date=christmas, closed=True)) == "2026-12-25"
    opening = OpeningException(date=christmas, closed=False, opens=time(9))
    assert str(opening) == "2026-12-25 09:00–24:00"


def test_order_changed_by_dragging_survives_publishing_an_older_draft():
    hotspot = HotspotFactory(order=1)
    hotspot.name = "A new name"
    hotspot.save_revision()
    Hotspot.objects.filter(pk=hotspot.pk).update(order=7)

    Hotspot.objects.get().latest_revision.publish()

    stored = Hotspot.objects.get()
    assert (stored.name, stored.order) == ("A new name", 7)


# --- contact routes --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change", [{"verified_on": None}, {"verified_by": ""}, {"review_due": None}]
)
def test_working_route_is_verified(change):
    route = ContactRouteFactory()

    message = refuse(lambda: ContactRoute.objects.filter(pk=route.pk).update(**change))
    assert "contactroute_live_is_verified" in message

    (field,) = change
    setattr(route, field, change[field])
    with pytest.raises(ValidationError) as refusal:
        route.full_clean()
    assert refusal.value.message_dict[field] == [
        "A working route needs this. Or set the state to “being checked”."
    ]


@pytest.mark.parametrize(
    ("channel", "empty", "asked"),
    [
        (Channel.PHONE, "number", "number"),
        (Channel.TEXT, "number", "number"),
        (Channel.TEXTPHONE, "number", "number"),
        (Channel.EMAIL, "email", "email"),
        (Channel.ONLINE_FORM, "url", "url"),
        (Channel.WEBCHAT, "url", "url"),
    ],
)
def test_working_route_has_what_its_channel_is_reached_by(channel, empty, asked):
    everything = {
        "number": "+448088005000",
        "number_display": "0808 800 5000",
        "url": "https://example.org/",
        "email": "help@example.org",
    }
    route = ContactRouteFactory(channel=channel, **everything)
    route.full_clean()
    lacking = {empty: ""} | ({"number_display": ""} if empty == "number" else {})

    message = refuse(lambda: ContactRoute.objects.filter(pk=route.pk).update(**lacking))
    assert "contactroute_live_has_value" in message

    for field, value in lacking.items():
        setattr(route, field, value)
    with pytest.raises(ValidationError) as refusal:
        route.full_clean()
    assert refusal.value.message_dict[asked] == [
        "This channel needs this. Or set the state to “being checked”."
    ]


@pytest.mark.parametrize("channel", [Channel.BSL_VIDEO, Channel.IN_PERSON])
def test_some_channels_are_reached_by_a_number_or_a_link(channel):
    ContactRouteFactory(channel=channel).full_clean()
    ContactRouteFactory(
        channel=channel, number="", number_display="", url="https://example.org/"
    ).full_clean()
    route = ContactRouteFactory(channel=channel)

    refuse(lambda: ContactRoute.objects.filter(pk=route.pk).update(number="", url=""))
    route.number = route.number_display = ""
    with pytest.raises(ValidationError) as refusal:
        route.full_clean()
    assert refusal.value.message_dict["url"] == [
        "This channel needs this. Or set the state to “being checked”."
    ]


def test_route_being_checked_may_lack_everything():
    ContactRouteFactory(checking=True, number="", number_display="").full_clean()


def test_number_is_stored_in_the_form_that_phones_dial():
    route = ContactRouteFactory(number="0808 800 5000", number_display="")

    route.full_clean()

    assert (route.number, route.number_display) == ("+448088005000", "0808 800 5000")
    assert route.number_shown == "0808 800 5000"


def test_number_shown_falls_back_to_the_usual_groups():
    assert ContactRouteFactory.build(number="116000", number_display="").number_shown == "116 000"
    assert ContactRouteFactory.build(number="", number_display="").number_shown == ""


def test_number_keeps_the_groups_its_service_uses():
    route = ContactRouteFactory(number="+448081689111", number_display="08 08 16 89 111")

    route.full_clean()

    assert route.number_display == "08 08 16 89 111"


def test_number_as_shown_must_be_the_same_number():
    route = ContactRouteFactory(number="0808 800 5000", number_display="0808 800 5001")

    with pytest.raises(ValidationError) as refusal:
        route.full_clean()

    assert refusal.value.message_dict == {
        "number_display": ["This is not the same number as the one above. Change one of them."]
    }


def test_number_as_shown_alone_is_not_enough():
    route = ContactRouteFactory(checking=True, number="", number_display="0808 800 5000")

    with pytest.raises(ValidationError) as refusal:
        route.full_clean()

    assert refusal.value.message_dict == {
        "number_display": ["Fill in the number too. This field only says how it is grouped."]
    }


def test_number_that_cannot_be_dialled_is_refused():
    route = ContactRouteFactory(number="12345", number_display="")

    with pytest.raises(ValidationError) as refusal:
        route.full_clean()

    assert refusal.value.message_dict["number"] == PhoneNumberError("12345").messages


def test_review_is_due_after_the_check():
    route = ContactRouteFactory(review_due=VERIFIED_ON)

    with pytest.raises(ValidationError) as refusal:
        route.full_clean()

    assert refusal.value.message_dict == {
        "review_due": ["Choose a day after the day it was checked."]
    }


def test_route_is_not_replaced_by_itself():
    route = ContactRouteFactory(withdrawn=True)

    message = refuse(lambda: ContactRoute.objects.filter(pk=route.pk).update(replaced_by=route.pk))
    assert "contactroute_not_replaced_by_itself" in message

    route.replaced_by = route
    with pytest.raises(ReplacementCycleError) as refusal:
        route.check_replacement_chain()
    assert refusal.value.slugs == (route.slug, route.slug)


def test_unsaved_route_is_not_replaced_by_itself():
    route = ContactRouteFactory.build(slug="new")
    route.replaced_by = route

    with pytest.raises(ReplacementCycleError):
        route.check_replacement_chain()


def test_circle_of_replacements_is_refused_and_named():
    first = ContactRouteFactory(slug="first", withdrawn=True)
    second = ContactRouteFactory(slug="second", withdrawn=True, replaced_by=first)
    third = ContactRouteFactory(slug="third", withdrawn=True, replaced_by=second)
    first.replaced_by = third

    with pytest.raises(ValidationError) as refusal:
        first.full_clean()

    assert refusal.value.message_dict == {
        "replaced_by": [
            "These contact routes replace each other in a circle: first → third → second → first. "
            "Choose a replacement that is not itself replaced by this one."
        ]
    }


def test_circle_further_down_the_chain_is_found():
    first = ContactRouteFactory(slug="first", withdrawn=True)
    second = ContactRouteFactory(slug="second", withdrawn=True, replaced_by=first)
    ContactRoute.objects.filter(pk=first.pk).update(replaced_by=second)
    newcomer = ContactRouteFactory.build(
        slug="new", replaced_by=ContactRoute.objects.get(slug="first")
    )

    with pytest.raises(ReplacementCycleError) as refusal:
        newcomer.check_replacement_chain()

    assert refusal.value.slugs == ("new", "first", "second", "first")


def test_replacement_is_not_deleted_under_the_route_it_stands_for():
    new = ContactRouteFactory(slug="hopian", name="Hopian")
    ContactRouteFactory(slug="rotherham-rise", withdrawn=True, replaced_by=new)

    with pytest.raises(ProtectedError), transaction.atomic():
        new.delete()

    assert ContactRoute.objects.filter(slug="hopian").exists()


def test_deletion_of_a_used_hotspot_is_refused_and_nothing_is_lost():
    hotel = HotspotFactory(name="Hotels")
    SignFactory(code="HO-01", text="A child waits", hotspots=[hotel])

    with pytest.raises(FactInUseError) as refusal, transaction.atomic():
        hotel.delete()

    assert refusal.value.users == ("HO-01: A child waits",)
    assert refusal.value.message == (
        "“Hotels” was not deleted, because it is used by: HO-01: A child waits. Unpublish or "
        "withdraw it instead, or remove it from there first."
    )
    with pytest.raises(FactInUseError), transaction.atomic():
        Hotspot.objects.all().delete()
    assert list(Sign.objects.get().hotspots.all()) == [hotel]


@pytest.mark.parametrize(
    ("count", "end"), [(5, "AA-04: x"), (6, "AA-04: x and 1 other"), (7, "AA-04: x and 2 others")]
)
def test_refusal_names_a_few_of_many_users(count, end):
    hotel = HotspotFactory()
    for number in range(count):
        SignFactory(code=f"AA-{number:02}", text="x", hotspots=[hotel])

    with pytest.raises(FactInUseError) as refusal, transaction.atomic():
        hotel.delete()

    named = refusal.value.message.split("used by: ")[1].split(". Unpublish")[0]
    assert named == "AA-00: x; AA-01: x; AA-02: x; AA-03: x; " + end
    assert len(refusal.value.users) == count


def test_other_ways_to_the_same_help_are_not_deleted_under_a_route():
    chat = ContactRouteFactory(name="Childline chat")
    phone = ContactRouteFactory(name="Childline")
    phone.accessible_alternatives.set([chat])
    phone.save()

    with pytest.raises(FactInUseError) as refusal, transaction.atomic():
        chat.delete()

    assert refusal.value.users == ("Childline",)
    phone.delete()
    chat.delete()


def test_deletion_of_an_unused_fact_is_allowed():
    HotspotFactory().delete()
    ContactRouteFactory().delete()

    assert not Hotspot.objects.exists()
    assert not ContactRoute.objects.exists()


# --- hours -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"closes": time(8)}, "openinghours_close_after_open"),
        ({"opens": time(23)}, "openinghours_close_after_open"),
        ({"weekday": 7}, "openinghours_weekday_exists"),
    ],
)
def test_opening_hours_make_sense(change, constraint):
    row = OpeningHoursFactory(opens=time(8), closes=time(22))

    assert constraint in refuse(lambda: OpeningHours.objects.filter(pk=row.pk).update(**change))


def test_opening_hours_begin_once_at_a_time():
    row = OpeningHoursFactory(weekday=0)
    other = OpeningHoursFactory(weekday=1, route=row.route)

    refuse(lambda: OpeningHours.objects.filter(pk=other.pk).update(weekday=0))


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"closed": False}, "openingexception_closed_or_open"),
        ({"opens": time(9)}, "openingexception_closed_or_open"),
        (
            {"closed": False, "opens": time(9), "closes": time(8)},
            "openingexception_close_after_open",
        ),
    ],
)
def test_day_with_other_hours_is_closed_or_has_times(change, constraint):
    row = OpeningExceptionFactory()

    message = refuse(lambda: OpeningException.objects.filter(pk=row.pk).update(**change))

    assert constraint in message


def test_day_with_other_hours_is_given_once():
    row = OpeningExceptionFactory()
    other = OpeningExceptionFactory(route=row.route, date=row.date + timedelta(days=1))

    refuse(lambda: OpeningException.objects.filter(pk=other.pk).update(date=row.date))


def test_hours_travel_with_revisions():
    route = ContactRouteFactory()
    OpeningHoursFactory(route=route)
    draft = ContactRoute.objects.get()
    draft.opening_hours = []
    revision = draft.save_revision()

    assert ContactRoute.objects.get().opening_hours.count() == 1
    revision.publish()
    assert ContactRoute.objects.get().opening_hours.count() == 0


def test_new_route_is_not_trusted_until_somebody_says_so():
    assert ContactRoute().status == RouteStatus.CHECKING
    assert Sign().confirmation == Confirmation.AWAITING
