"""Ways to reach help, with their hours."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.models import TranslatableMixin
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField

from content_blocks import phone_numbers
from content_blocks.enums import (
    EITHER_CHANNELS,
    EMAIL_CHANNELS,
    LINK_CHANNELS,
    NUMBER_CHANNELS,
    Anonymity,
    Audience,
    Channel,
    Cost,
    Independence,
    PoliceIndependence,
    RouteStatus,
    ShownOnBill,
    SpokenLanguage,
    Urgency,
    Weekday,
)
from content_blocks.exceptions import PhoneNumberError, ReplacementCycleError
from content_blocks.fields import ChoiceListField
from content_blocks.models.base import SLUG_HELP, Fact
from content_blocks.querysets import ContactRouteManager

_HAS_VALUE = (
    (Q(channel__in=sorted(NUMBER_CHANNELS)) & ~Q(number=""))
    | (Q(channel__in=sorted(EMAIL_CHANNELS)) & ~Q(email=""))
    | (Q(channel__in=sorted(LINK_CHANNELS)) & ~Q(url=""))
    | (Q(channel__in=sorted(EITHER_CHANNELS)) & (~Q(number="") | ~Q(url="")))
)


class ContactRoute(Fact):
    """One way to reach help: one number, one link, one address.

    Contact details decay fast, so each is one record with the date it was checked, who checked it
    and when to check it again. `status` is the state of the route in the world; `live` only says
    that the record is published. Readers are shown what `contacts.present_route` makes of both.
    """

    slug = models.SlugField(_("slug"), max_length=80, help_text=SLUG_HELP)
    name = models.CharField(
        _("name"),
        max_length=120,
        help_text=_("What the service calls itself, for example “Childline”."),
    )
    short_use = models.CharField(
        _("when to use it"),
        max_length=250,
        blank=True,
        help_text=_("One plain sentence: who should use it, and for what."),
    )
    audiences = ChoiceListField(of=Audience, verbose_name=_("who it is for"))
    urgency = models.CharField(
        _("how soon"), max_length=10, choices=Urgency.choices, default=Urgency.TODAY
    )

    channel = models.CharField(_("channel"), max_length=15, choices=Channel.choices)
    number = models.CharField(
        _("number"),
        max_length=25,
        blank=True,
        help_text=_(
            "In any usual form, for example 0808 800 5000, 999 or 18001 101. It is stored in the "
            "form that phones dial."
        ),
    )
    number_display = models.CharField(
        _("number as shown"),
        max_length=30,
        blank=True,
        help_text=_(
            "Leave empty for the usual groups. Fill in if the service groups it in its own way, "
            "for example 08 08 16 89 111. It must be the same number."
        ),
    )
    url = models.URLField(_("link"), max_length=500, blank=True)
    email = models.EmailField(_("email address"), blank=True)

    operator = models.CharField(
        _("who runs it"), max_length=150, blank=True, help_text=_("The body that answers.")
    )
    independent_of_council = models.CharField(
        _("independent of the council"),
        max_length=10,
        choices=Independence.choices,
        default=Independence.UNKNOWN,
    )
    independent_of_police = models.CharField(
        _("independent of the police"),
        max_length=10,
        choices=PoliceIndependence.choices,
        default=PoliceIndependence.UNKNOWN,
    )
    anonymity = models.CharField(
        _("what people tell about themselves"),
        max_length=20,
        choices=Anonymity.choices,
        default=Anonymity.UNKNOWN,
        help_text=_("Choose “never know who you are” only if the service itself promises it."),
    )
    what_is_shared = models.TextField(
        _("what may be passed on"),
        max_length=600,
        blank=True,
        help_text=_("In plain words: when the service may have to share what people say."),
    )

    hours_text = models.CharField(
        _("note about the hours"),
        max_length=250,
        blank=True,
        help_text=_("What the hours below cannot say, for example “also over Christmas”."),
    )
    always_open = models.BooleanField(_("open day and night, every day"), default=False)

    cost = models.CharField(_("cost"), max_length=10, choices=Cost.choices, default=Cost.UNKNOWN)
    cost_text = models.CharField(_("note about the cost"), max_length=250, blank=True)
    shows_on_bill = models.CharField(
        _("on the phone bill"),
        max_length=10,
        choices=ShownOnBill.choices,
        default=ShownOnBill.UNKNOWN,
    )

    languages = ChoiceListField(of=SpokenLanguage, verbose_name=_("languages"))
    languages_text = models.CharField(
        _("note about languages"),
        max_length=250,
        blank=True,
        help_text=_("For example “interpreters in over 200 languages”."),
    )
    bsl = models.CharField(
        _("British Sign Language"),
        max_length=300,
        blank=True,
        help_text=_("How people who use BSL reach it: a web address, or one plain sentence."),
    )
    accessible_alternatives = ParentalManyToManyField(
        "self",
        verbose_name=_("other ways to reach the same help"),
        symmetrical=False,
        blank=True,
        related_name="alternative_to",
        help_text=_("For people who cannot use this one: text, textphone, BSL, chat."),
    )

    area = models.CharField(
        _("area"), max_length=150, blank=True, help_text=_("Where people must live, if it matters.")
    )
    eligibility = models.CharField(
        _("who can use it"), max_length=250, blank=True, help_text=_("For example “women only”.")
    )
    minimum_age = models.PositiveSmallIntegerField(
        _("lowest age"), null=True, blank=True, help_text=_("Empty when there is no limit.")
    )
    who_pays = models.CharField(
        _("who pays for the service"),
        max_length=250,
        blank=True,
        help_text=_("Survivors need to know, for example “a charity, with a council contract”."),
    )

    verified_on = models.DateField(
        _("checked on"),
        null=True,
        blank=True,
        help_text=_("When somebody last called, wrote or read the service's own page."),
    )
    verified_by = models.CharField(
        _("checked by"), max_length=120, blank=True, help_text=_("Who did. A role is enough.")
    )
    review_due = models.DateField(
        _("check again by"),
        null=True,
        blank=True,
        help_text=_("After this day readers see “we are checking these details” and 999 and 101."),
    )
    source = models.CharField(_("source"), max_length=250, blank=True)
    source_url = models.URLField(_("link to the source"), max_length=500, blank=True)
    status = models.CharField(
        _("state of the route"),
        max_length=10,
        choices=RouteStatus.choices,
        default=RouteStatus.CHECKING,
        help_text=_("“Working” needs a date of checking, who checked, and when to check again."),
    )
    replaced_by = models.ForeignKey(
        "self",
        verbose_name=_("replaced by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="replaces",
        help_text=_("Readers are shown this route in place of a withdrawn one."),
    )

    objects = ContactRouteManager()

    override_translatable_fields = [
        SynchronizedField("slug"),
        SynchronizedField("number"),
        SynchronizedField("number_display"),
        SynchronizedField("operator"),
        SynchronizedField("verified_by"),
        SynchronizedField("source"),
        # The bridge to other languages decides which record a translation points to.
        SynchronizedField("replaced_by"),
    ]
    search_fields = [
        index.SearchField("name", boost=2),
        index.SearchField("short_use"),
        index.SearchField("operator"),
        index.SearchField("number"),
        index.SearchField("number_display"),
        index.AutocompleteField("name"),
        index.AutocompleteField("slug"),
        index.FilterField("locale"),
        index.FilterField("live"),
        index.FilterField("status"),
        index.FilterField("channel"),
        index.FilterField("urgency"),
        index.FilterField("review_due"),
    ]

    class Meta(TranslatableMixin.Meta):
        ordering = ["name"]
        verbose_name = _("contact route")
        verbose_name_plural = _("contact routes")
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "locale"],
                name="contactroute_slug_in_locale",
                violation_error_message=_(
                    "Another contact route in this language has this slug. Choose a different one."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(status=RouteStatus.LIVE)
                | (Q(verified_on__isnull=False) & ~Q(verified_by="") & Q(review_due__isnull=False)),
                name="contactroute_live_is_verified",
                violation_error_message=_(
                    "A working route needs the day it was checked, who checked it, and when to "
                    "check it again. Fill these in, or set the state to “being checked”."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(status=RouteStatus.LIVE) | _HAS_VALUE,
                name="contactroute_live_has_value",
                violation_error_message=_(
                    "A working route needs what its channel is reached by: a number, a link or an "
                    "email address. Fill it in, or set the state to “being checked”."
                ),
            ),
            models.CheckConstraint(
                condition=Q(replaced_by__isnull=True) | ~Q(replaced_by=F("id")),
                name="contactroute_not_replaced_by_itself",
                violation_error_message=_("A route cannot be replaced by itself."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def number_shown(self) -> str:
        """The number in groups, as a reader sees it; empty when there is none."""
        return self.number_display or (phone_numbers.display(self.number) if self.number else "")

    def clean(self) -> None:
        """Put the number into its stored form, and say what is missing in an editor's words."""
        super().clean()
        errors: dict[str, Any] = {}
        self._clean_number(errors)
        self._clean_status(errors)
        try:
            self.check_replacement_chain()
        except ReplacementCycleError as exc:
            errors["replaced_by"] = exc
        if errors:
            raise ValidationError(errors)

    def check_replacement_chain(self) -> None:
        """Follow `replaced_by` to its end.

        Raises:
            ReplacementCycleError: the chain comes back to a route it has already passed.
        """
        chain: list[ContactRoute] = [self]
        seen = {self.pk}
        following = self.replaced_by
        while following is not None:
            chain.append(following)
            if following is self or following.pk in seen:
                raise ReplacementCycleError([route.slug for route in chain])
            seen.add(following.pk)
            following = following.replaced_by

    def _clean_number(self, errors: dict[str, Any]) -> None:
        if not self.number:
            if self.number_display:
                errors["number_display"] = _(
                    "Fill in the number too. This field only says how it is grouped."
                )
            return
        try:
            self.number = phone_numbers.normalise(self.number)
        except PhoneNumberError as exc:
            errors["number"] = exc
            return
        if not self.number_display:
            self.number_display = phone_numbers.display(self.number)
        elif not phone_numbers.is_same(self.number, self.number_display):
            errors["number_display"] = _(
                "This is not the same number as the one above. Change one of them."
            )

    def _clean_status(self, errors: dict[str, Any]) -> None:
        if self.verified_on and self.review_due and self.review_due <= self.verified_on:
            errors["review_due"] = _("Choose a day after the day it was checked.")
        if self.status != RouteStatus.LIVE:
            return
        for field in ("verified_on", "verified_by", "review_due"):
            if not getattr(self, field):
                errors.setdefault(
                    field, _("A working route needs this. Or set the state to “being checked”.")
                )
        needed = self.missing_value_field()
        if needed:
            errors.setdefault(
                needed,
                _("This channel needs this. Or set the state to “being checked”."),
            )

    def missing_value_field(self) -> str | None:
        """Name the field that the channel is reached by and that is empty, if any."""
        if self.channel in NUMBER_CHANNELS:
            return None if self.number else "number"
        if self.channel in EMAIL_CHANNELS:
            return None if self.email else "email"
        if self.channel in LINK_CHANNELS:
            return None if self.url else "url"
        return None if self.number or self.url else "url"


class OpeningHours(models.Model):
    """One stretch of one weekday, Europe/London time.

    A stretch ends at midnight at the latest: a line open from 18:00 to 02:00 is a row until
    midnight and a row from midnight on the next day.
    """

    route = ParentalKey(ContactRoute, on_delete=models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday.choices)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(
        _("closes"), null=True, blank=True, help_text=_("Leave empty for midnight.")
    )

    class Meta:
        ordering = ["weekday", "opens"]
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        constraints = [
            models.UniqueConstraint(
                fields=["route", "weekday", "opens"],
                name="openinghours_once_per_start",
                violation_error_message=_("These hours are given twice."),
            ),
            models.CheckConstraint(
                condition=Q(closes__isnull=True) | Q(closes__gt=F("opens")),
                name="openinghours_close_after_open",
                violation_error_message=_(
                    "The closing time must be later than the opening time. For hours past "
                    "midnight, leave “closes” empty and add a row from 00:00 on the next day."
                ),
            ),
            models.CheckConstraint(
                condition=Q(weekday__gte=0, weekday__lte=6), name="openinghours_weekday_exists"
            ),
        ]

    def __str__(self) -> str:
        closes = f"{self.closes:%H:%M}" if self.closes else "24:00"
        return f"{Weekday(self.weekday).label} {self.opens:%H:%M}–{closes}"


class OpeningException(models.Model):
    """A day on which the weekly hours do not hold, for example a bank holiday."""

    route = ParentalKey(ContactRoute, on_delete=models.CASCADE, related_name="opening_exceptions")
    date = models.DateField(_("day"))
    closed = models.BooleanField(_("closed all day"), default=True)
    opens = models.TimeField(_("opens"), null=True, blank=True)
    closes = models.TimeField(
        _("closes"), null=True, blank=True, help_text=_("Leave empty for midnight.")
    )
    note = models.CharField(_("note"), max_length=120, blank=True)

    class Meta:
        ordering = ["date"]
        verbose_name = _("day with other hours")
        verbose_name_plural = _("days with other hours")
        constraints = [
            models.UniqueConstraint(
                fields=["route", "date"],
                name="openingexception_once_per_day",
                violation_error_message=_("This day is given twice."),
            ),
            models.CheckConstraint(
                condition=Q(closed=True, opens__isnull=True, closes__isnull=True)
                | Q(closed=False, opens__isnull=False),
                name="openingexception_closed_or_open",
                violation_error_message=_(
                    "Either tick “closed all day” and leave the times empty, or give the time it "
                    "opens."
                ),
            ),
            models.CheckConstraint(
                condition=Q(closes__isnull=True) | Q(closes__gt=F("opens")),
                name="openingexception_close_after_open",
                violation_error_message=_(
                    "The closing time must be later than the opening time. Leave it empty for "
                    "midnight."
                ),
            ),
        ]

    def __str__(self) -> str:
        if self.closed or self.opens is None:
            return f"{self.date:%Y-%m-%d}"
        closes = f"{self.closes:%H:%M}" if self.closes else "24:00"
        return f"{self.date:%Y-%m-%d} {self.opens:%H:%M}–{closes}"
