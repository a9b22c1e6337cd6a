"""How facts are selected. What a reader sees always begins with `.public()`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import translation
from wagtail.coreutils import get_supported_content_language_variant
from wagtail.models import Locale

from content_blocks.enums import Confirmation, RouteStatus

if TYPE_CHECKING:
    from content_blocks.enums import Audience, Observed, Role


def active_content_language() -> str:
    """Return the code of the content language that readers of the active language are served."""
    try:
        code: str = get_supported_content_language_variant(translation.get_language())
    except LookupError:
        code = get_supported_content_language_variant(settings.LANGUAGE_CODE)
    return code


class FactQuerySet(models.QuerySet[Any]):
    """What all facts have in common.

    An unpublished or expired record is still reachable through foreign keys, choosers and child
    relations, so whoever renders asks here and never follows a relation blindly.
    """

    def public(self) -> Self:
        """Only what may be shown to a reader."""
        return self.filter(live=True)

    def in_locale(self, locale: Locale | None = None) -> Self:
        """Records of one language: the given one, or the active one.

        Where the active language is not a language of the content, its nearest variant or the
        site's own language stands for it, as in `Locale.get_active`, but without a query.
        """
        if locale is not None:
            return self.filter(locale=locale)
        return self.filter(locale__language_code=active_content_language())

    def overdue(self, on: date) -> Self:
        """Records whose review date has passed on that day."""
        return self.filter(review_due__lt=on)


class HotspotQuerySet(FactQuerySet):
    """Kinds of place."""


class SignQuerySet(FactQuerySet):
    """Signs."""

    def public(self) -> Self:
        """Live, and not waiting for a safeguarding professional."""
        return super().public().exclude(confirmation=Confirmation.AWAITING)

    def observed_in(self, observed: Observed | str) -> Self:
        """Signs seen when looking at one thing: a child, an adult, a place or a screen."""
        return self.filter(observed=observed)

    def at_hotspot(self, hotspot: models.Model) -> Self:
        """Signs that belong to one kind of place, without those of any setting."""
        return self.filter(hotspots=hotspot)

    def any_setting(self) -> Self:
        """Signs that belong to no particular kind of place."""
        return self.filter(hotspots=None)

    def noticed_by(self, role: Role | str) -> Self:
        """Signs that people in one role are likely to notice."""
        return self.filter(noticed_by__has=role)


class ContactRouteQuerySet(FactQuerySet):
    """Ways to reach help. Being public does not mean being current: see `contacts`."""

    def for_audience(self, audience: Audience | str) -> Self:
        """Routes meant for one audience."""
        return self.filter(audiences__has=audience)

    def current(self, on: date) -> Self:
        """Public routes whose details were checked and are not overdue for a check."""
        return self.public().filter(status=RouteStatus.LIVE, review_due__gte=on)

    def needing_attention(self, on: date) -> Self:
        """Routes that are being checked, or whose review date has passed."""
        return self.exclude(status=RouteStatus.WITHDRAWN).filter(
            Q(status=RouteStatus.CHECKING) | Q(review_due__lt=on)
        )

    def with_details(self) -> Self:
        """With everything a contact card shows, in a fixed number of queries."""
        return self.select_related("replaced_by").prefetch_related(
            "opening_hours", "opening_exceptions", "accessible_alternatives"
        )


class GlossaryTermQuerySet(FactQuerySet):
    """Words we use."""


#: The managers of the four models; made here so that the type checker knows their methods.
HotspotManager = models.Manager.from_queryset(HotspotQuerySet)
SignManager = models.Manager.from_queryset(SignQuerySet)
ContactRouteManager = models.Manager.from_queryset(ContactRouteQuerySet)
GlossaryTermManager = models.Manager.from_queryset(GlossaryTermQuerySet)
