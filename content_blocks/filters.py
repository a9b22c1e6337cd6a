"""Filters of the lists in the admin."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet

from content_blocks.enums import (
    Audience,
    Channel,
    Confirmation,
    ExploitationType,
    Independence,
    Observed,
    Role,
    RouteStatus,
    Urgency,
)
from content_blocks.hours import today
from content_blocks.models import ContactRoute, GlossaryTerm, Hotspot, Sign

PUBLISHED = [("true", _("Published")), ("false", _("Not published"))]


def filter_published(queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
    """Keep what is, or is not, published."""
    return queryset.filter(**{name: value == "true"})


def filter_has(queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
    """Keep the records whose list of choices holds a value."""
    return queryset.filter(**{f"{name}__has": value})


class HotspotFilterSet(WagtailFilterSet):
    """Filters of kinds of place."""

    live = django_filters.ChoiceFilter(label=_("State"), choices=PUBLISHED, method=filter_published)

    class Meta:
        model = Hotspot
        fields = ["live"]


class SignFilterSet(WagtailFilterSet):
    """Filters of signs."""

    review = django_filters.ChoiceFilter(
        label=_("Review"),
        choices=[("overdue", _("Overdue")), ("none", _("No date set"))],
        method="filter_review",
    )
    live = django_filters.ChoiceFilter(label=_("State"), choices=PUBLISHED, method=filter_published)
    confirmation = django_filters.ChoiceFilter(
        label=_("Confirmation"), choices=Confirmation.choices
    )
    observed = django_filters.ChoiceFilter(label=_("What is observed"), choices=Observed.choices)
    hotspots = django_filters.ModelChoiceFilter(
        label=_("Hotspot"), queryset=Hotspot.objects.order_by("order", "name")
    )
    noticed_by = django_filters.ChoiceFilter(
        label=_("Noticed by"), choices=Role.choices, method=filter_has
    )
    exploitation_type = django_filters.ChoiceFilter(
        label=_("Kind of exploitation"), choices=ExploitationType.choices
    )

    class Meta:
        model = Sign
        fields = [
            "review",
            "live",
            "confirmation",
            "observed",
            "hotspots",
            "noticed_by",
            "exploitation_type",
        ]

    def filter_review(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:  # noqa: ARG002 - django-filter's signature
        """Keep signs whose review is overdue, or that have no date for it."""
        if value == "none":
            return queryset.filter(review_due=None)
        return queryset.filter(review_due__lt=today(timezone.now()))


class ContactRouteFilterSet(WagtailFilterSet):
    """Filters of contact routes; “needs a look” is the working list of who checks them."""

    attention = django_filters.ChoiceFilter(
        label=_("Needs a look"),
        choices=[
            ("any", _("Being checked or overdue")),
            ("checking", _("Being checked")),
            ("overdue", _("Overdue for a check")),
        ],
        method="filter_attention",
    )
    live = django_filters.ChoiceFilter(label=_("State"), choices=PUBLISHED, method=filter_published)
    status = django_filters.ChoiceFilter(label=_("State of the route"), choices=RouteStatus.choices)
    channel = django_filters.ChoiceFilter(label=_("Channel"), choices=Channel.choices)
    urgency = django_filters.ChoiceFilter(label=_("How soon"), choices=Urgency.choices)
    audiences = django_filters.ChoiceFilter(
        label=_("Who it is for"), choices=Audience.choices, method=filter_has
    )
    independent_of_council = django_filters.ChoiceFilter(
        label=_("Independent of the council"), choices=Independence.choices
    )

    class Meta:
        model = ContactRoute
        fields = [
            "attention",
            "live",
            "status",
            "channel",
            "urgency",
            "audiences",
            "independent_of_council",
        ]

    def filter_attention(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:  # noqa: ARG002 - django-filter's signature
        """Keep routes that somebody has to check."""
        on = today(timezone.now())
        needing = ContactRoute.objects.needing_attention(on)
        if value == "checking":
            needing = needing.filter(status=RouteStatus.CHECKING)
        elif value == "overdue":
            needing = needing.overdue(on)
        return queryset.filter(pk__in=needing.values("pk"))


class GlossaryTermFilterSet(WagtailFilterSet):
    """Filters of glossary terms."""

    live = django_filters.ChoiceFilter(label=_("State"), choices=PUBLISHED, method=filter_published)

    class Meta:
        model = GlossaryTerm
        fields = ["live"]
