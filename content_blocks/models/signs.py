"""Kinds of place, and the signs a person may notice there."""

from __future__ import annotations

from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.models import TranslatableMixin
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField

from content_blocks.enums import Confirmation, ExploitationType, Observed, Pictogram, Role
from content_blocks.fields import ChoiceListField
from content_blocks.models.base import SLUG_HELP, Fact
from content_blocks.querysets import HotspotManager, SignManager


class Hotspot(Fact):
    """A kind of place where exploitation happens. Never a named place.

    Naming a place tips people off, invites vigilantes and brands a community.
    """

    slug = models.SlugField(_("slug"), max_length=80, help_text=SLUG_HELP)
    name = models.CharField(
        _("name"),
        max_length=100,
        help_text=_("A kind of place, for example “Hotels and B&Bs”. Never a named place."),
    )
    summary = models.CharField(
        _("summary"),
        max_length=250,
        blank=True,
        help_text=_("One or two sentences: why this kind of place matters. Shown under its name."),
    )
    pictogram = models.CharField(
        _("pictogram"), max_length=20, choices=Pictogram.choices, default=Pictogram.PLACE
    )
    order = models.PositiveIntegerField(
        _("order"), default=0, help_text=_("Small numbers come first in lists.")
    )

    objects = HotspotManager()

    override_translatable_fields = [SynchronizedField("slug")]
    search_fields = [
        index.SearchField("name", boost=2),
        index.SearchField("summary"),
        index.AutocompleteField("name"),
        index.FilterField("locale"),
        index.FilterField("live"),
    ]

    class Meta(TranslatableMixin.Meta):
        ordering = ["order", "name"]
        verbose_name = _("hotspot")
        verbose_name_plural = _("hotspots")
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "locale"],
                name="hotspot_slug_in_locale",
                violation_error_message=_(
                    "Another hotspot in this language has this slug. Choose a different one."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def public_signs(self) -> models.QuerySet[Any]:
        """The public signs that name this kind of place, without those of any setting."""
        return Sign.objects.public().filter(hotspots=self.pk, locale=self.locale_id)

    def with_content_json(self, content: dict[str, Any]) -> Hotspot:
        """Leave the order as it is: it is changed by dragging in the list, without a draft."""
        hotspot: Hotspot = super().with_content_json(content)
        hotspot.order = self.order
        return hotspot


class Sign(Fact):
    """One thing a person may observe: behaviour, never identity.

    A sign proves nothing by itself and is never scored or ranked. A sign that is awaiting
    confirmation by a safeguarding professional can be drafted but never published.
    """

    code = models.CharField(
        _("code"),
        max_length=20,
        validators=[
            RegexValidator(
                r"^[A-Z]{2,4}-\d{2,3}$",
                _("Write two to four capital letters, a hyphen and a number, for example HO-01."),
            )
        ],
        help_text=_("The permanent code of this sign, for example HO-01. Readers do not see it."),
    )
    text = models.TextField(
        _("text"),
        max_length=300,
        help_text=_(
            "What a person may see or hear, in plain words. Describe behaviour, never how somebody "
            "looks, speaks, dresses or where they are from."
        ),
    )
    observed = models.CharField(
        _("what is observed"),
        max_length=10,
        choices=Observed.choices,
        help_text=_("Signs are grouped under this."),
    )
    hotspots = ParentalManyToManyField(
        Hotspot,
        verbose_name=_("hotspots"),
        related_name="signs",
        blank=True,
        help_text=_("The kinds of place it belongs to. Choose none if it can be seen anywhere."),
    )
    noticed_by = ChoiceListField(
        of=Role, verbose_name=_("noticed by"), help_text=_("Who is likely to notice it.")
    )
    exploitation_type = models.CharField(
        _("kind of exploitation"),
        max_length=4,
        choices=ExploitationType.choices,
        default=ExploitationType.CSE,
    )
    caution = models.TextField(
        _("innocent explanation"),
        max_length=300,
        blank=True,
        help_text=_("Why it may be innocent. Shown beside the sign, so that readers stay fair."),
    )
    do_now = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("what to do now"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("A page that says what to do about this sign in particular."),
    )
    source = models.CharField(
        _("source"),
        max_length=250,
        blank=True,
        help_text=_("Who published this sign, for example “Operation Makesafe, 2023”."),
    )
    source_url = models.URLField(_("link to the source"), max_length=500, blank=True)
    confirmation = models.CharField(
        _("confirmation"),
        max_length=10,
        choices=Confirmation.choices,
        default=Confirmation.AWAITING,
        help_text=_(
            "A sign that is waiting for a safeguarding professional can be saved, not published."
        ),
    )
    reviewed_on = models.DateField(_("reviewed on"), null=True, blank=True)
    review_due = models.DateField(
        _("review due"),
        null=True,
        blank=True,
        help_text=_(
            "When somebody should look at it again. The sign stays public until then and after."
        ),
    )

    permanent_name_field = "code"
    objects = SignManager()

    override_translatable_fields = [
        SynchronizedField("code"),
        SynchronizedField("source"),
    ]
    search_fields = [
        index.SearchField("text"),
        index.SearchField("code", boost=3),
        index.AutocompleteField("text"),
        index.AutocompleteField("code"),
        index.FilterField("locale"),
        index.FilterField("live"),
        index.FilterField("confirmation"),
        index.FilterField("observed"),
    ]

    class Meta(TranslatableMixin.Meta):
        ordering = ["code"]
        verbose_name = _("sign")
        verbose_name_plural = _("signs")
        constraints = [
            models.UniqueConstraint(
                fields=["code", "locale"],
                name="sign_code_in_locale",
                violation_error_message=_(
                    "Another sign in this language has this code. Choose a different one."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(live=False) | ~models.Q(confirmation=Confirmation.AWAITING),
                name="sign_awaiting_is_never_live",
                violation_error_message=_(
                    "A sign that waits for a safeguarding professional cannot be public. Unpublish "
                    "it, or record that it is confirmed."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.text}"

    @property
    def is_awaiting(self) -> bool:
        """Whether it still waits for a safeguarding professional."""
        return self.confirmation == Confirmation.AWAITING

    def why_not_publishable(self) -> dict[str, Any]:
        """A sign is public only with a source or the word of a safeguarding professional."""
        if self.is_awaiting:
            return {
                "confirmation": _(
                    "This sign waits for a safeguarding professional, so it cannot be published. "
                    "Save it as a draft, or record that it is confirmed."
                )
            }
        return {}
