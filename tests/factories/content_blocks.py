"""Makers of facts: signs, kinds of place, contact routes and glossary terms."""

from __future__ import annotations

from datetime import date, timedelta

import factory
from factory.django import DjangoModelFactory
from wagtail.models import Locale

from content_blocks.enums import (
    Anonymity,
    Audience,
    Channel,
    Confirmation,
    Cost,
    Independence,
    Observed,
    PoliceIndependence,
    RouteStatus,
    Urgency,
)
from content_blocks.models import (
    ContactRoute,
    GlossaryTerm,
    Hotspot,
    OpeningException,
    OpeningHours,
    Sign,
)

#: The day on which the made routes were checked, and a day on which none is overdue.
VERIFIED_ON = date(2026, 11, 21)
ON = VERIFIED_ON + timedelta(days=1)


def default_locale() -> Locale:
    """The language of a record for which the test names none."""
    return Locale.objects.get(language_code="en")


class FactFactory(DjangoModelFactory):
    """What all facts have in common. Trait `draft`: never published."""

    class Meta:
        abstract = True

    class Params:
        draft = factory.Trait(live=False, has_unpublished_changes=True)

    locale = factory.LazyFunction(default_locale)
    live = True


class HotspotFactory(FactFactory):
    class Meta:
        model = Hotspot

    slug = factory.Sequence(lambda n: f"kind-of-place-{n}")
    name = factory.Sequence(lambda n: f"Kind of place {n}")
    summary = "Why this kind of place matters."
    order = factory.Sequence(lambda n: n)


class SignFactory(FactFactory):
    """A published sign of any setting. Trait `awaiting`: drafted, not yet confirmed."""

    class Meta:
        model = Sign
        skip_postgeneration_save = True

    class Params:
        awaiting = factory.Trait(live=False, confirmation=Confirmation.AWAITING)

    code = factory.Sequence(lambda n: f"ZZ-{n:02}")
    text = factory.Sequence(lambda n: f"Behaviour {n} that a person may see")
    observed = Observed.CHILD
    confirmation = Confirmation.SOURCED
    source = "A named source"

    @factory.post_generation
    def hotspots(self: Sign, create: bool, extracted: list[Hotspot] | None, **_kwargs: object):
        """`SignFactory(hotspots=[hotel])`."""
        if extracted:
            self.hotspots.set(extracted)
            if create:
                self.save()


class ContactRouteFactory(FactFactory):
    """A checked phone line; the traits give other states and channels."""

    class Meta:
        model = ContactRoute
        skip_postgeneration_save = True

    class Params:
        checking = factory.Trait(
            status=RouteStatus.CHECKING, verified_on=None, verified_by="", review_due=None
        )
        withdrawn = factory.Trait(status=RouteStatus.WITHDRAWN)
        overdue = factory.Trait(review_due=VERIFIED_ON)
        text = factory.Trait(channel=Channel.TEXT, number="61016", number_display="61016")
        online = factory.Trait(
            channel=Channel.ONLINE_FORM,
            number="",
            number_display="",
            url="https://example.org/form",
        )
        mail = factory.Trait(
            channel=Channel.EMAIL, number="", number_display="", email="help@example.org"
        )
        always = factory.Trait(always_open=True)

    slug = factory.Sequence(lambda n: f"helpline-{n}")
    name = factory.Sequence(lambda n: f"Helpline {n}")
    short_use = "Talk to a trained person."
    audiences = factory.LazyFunction(lambda: [Audience.WORRIED_ADULT.value])
    urgency = Urgency.TODAY
    channel = Channel.PHONE
    number = "+448088005000"
    number_display = "0808 800 5000"
    operator = "A charity"
    independent_of_council = Independence.YES
    independent_of_police = PoliceIndependence.YES
    anonymity = Anonymity.CAN_STAY_ANONYMOUS
    what_is_shared = "They pass on what you say if a child is in danger."
    cost = Cost.FREE
    verified_on = VERIFIED_ON
    verified_by = "Campaign team"
    review_due = VERIFIED_ON + timedelta(days=180)
    status = RouteStatus.LIVE


class OpeningHoursFactory(DjangoModelFactory):
    class Meta:
        model = OpeningHours

    route = factory.SubFactory(ContactRouteFactory)
    weekday = 0
    opens = "08:00"
    closes = "22:00"


class OpeningExceptionFactory(DjangoModelFactory):
    class Meta:
        model = OpeningException

    route = factory.SubFactory(ContactRouteFactory)
    date = date(2026, 12, 25)


class GlossaryTermFactory(FactFactory):
    class Meta:
        model = GlossaryTerm

    slug = factory.Sequence(lambda n: f"term-{n}")
    term = factory.Sequence(lambda n: f"Term {n}")
    definition = "What it means, in plain words."
