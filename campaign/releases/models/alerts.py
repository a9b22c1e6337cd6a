"""Alerts: a short message on every page for a limited time.

An alert is a record of what was shown and when. Once it has begun its words are never changed: a
correction is a new alert, and the old one ends. Only its end may still move.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaign.releases.enums import AlertKind
from campaign.releases.querysets import AlertQuerySet


class Alert(models.Model):
    """One message, from one moment to another (both UTC), in one or more languages.

    `fallback_language` is the language whose words the other languages of the alert are shown,
    marked as such; empty when an alert shows only where it has words of its own.
    """

    kind = models.CharField(_("kind"), max_length=16, choices=AlertKind)
    languages = models.JSONField(
        _("languages"), default=list, help_text=_("The codes of the languages that show it.")
    )
    fallback_language = models.CharField(_("fallback language"), max_length=100, blank=True)
    link_page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("page to link to"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Where readers find more. It is left out while that page is not public."),
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    ended_at = models.DateTimeField(_("ended early"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("ended by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    drill = models.BooleanField(
        _("drill"),
        default=False,
        help_text=_("Shown only to people who are logged in to the editor, and marked as a drill."),
    )
    replaces = models.ForeignKey(
        "self",
        verbose_name=_("replaces"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="replaced_by",
    )
    preview_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("created by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects: ClassVar[models.Manager[Alert]] = models.Manager.from_queryset(AlertQuerySet)()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ("-starts_at", "-pk")
        default_permissions = ("view",)
        permissions = (("show_alert", _("Can show alerts and end them")),)
        indexes = [models.Index(fields=["ends_at"], name="alert_ends_at")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=AlertKind.values), name="alert_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="alert_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        words = next(iter(self.texts.all()), None)
        return words.text if words else self.get_kind_display()

    @property
    def last_moment(self) -> datetime:
        """When it ends, or ended."""
        return min(self.ends_at, self.ended_at) if self.ended_at else self.ends_at

    def is_over(self, at: datetime) -> bool:
        """Whether it has ended by `at`."""
        return at >= self.last_moment

    def shows_at(self, at: datetime) -> bool:
        """Whether readers see it at `at` (a drill: those who see drills)."""
        return self.starts_at <= at < self.last_moment

    @property
    def has_begun(self) -> bool:
        """Whether it has been shown already, so that its words may not change."""
        return timezone.now() >= self.starts_at


class AlertText(models.Model):
    """The words of an alert in one language."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=100)
    text = models.CharField(_("message"), max_length=300)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("words of an alert")
        verbose_name_plural = _("words of alerts")
        ordering = ("alert", "pk")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["alert", "language"], name="alert_text_once"),
            models.CheckConstraint(condition=~Q(text=""), name="alert_text_says_something"),
        ]

    def __str__(self) -> str:
        return self.text
