"""What was promised on the clock, beside the moment that was computed from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaign.releases.enums import SetTimeField


class SetTime(models.Model):
    """The wall time of one schedule that stands, and the moment (UTC) computed from it.

    Wagtail's columns hold the moment; they alone decide when something happens. This row keeps what
    clocks were meant to show, so that the moment can be computed again when a country changes its
    clocks. A row without a counterpart in those columns is removed.
    """

    content_type = models.ForeignKey(
        ContentType,
        verbose_name=_("type"),
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("The base type, as on the revision: every page counts as a page."),
    )
    object_id = models.CharField(_("object id"), max_length=255)
    revision = models.ForeignKey(
        "wagtailcore.Revision",
        verbose_name=_("version"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("The scheduled version; empty for the end of what is public."),
    )
    field = models.CharField(_("what happens"), max_length=16, choices=SetTimeField)
    wall = models.CharField(
        _("wall time"),
        max_length=26,
        help_text=_("What clocks show: 2027-03-18T06:00:00, without a zone."),
    )
    zone = models.CharField(_("time zone"), max_length=64)
    fold = models.PositiveSmallIntegerField(
        _("which of two"),
        default=0,
        help_text=_("Where clocks show the same time twice: 0 the earlier, 1 the later."),
    )
    utc = models.DateTimeField(_("moment"))
    zone_data = models.CharField(
        _("zone data"),
        max_length=32,
        help_text=_("The release of the zone data that the moment was computed with."),
    )
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("set by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("set time")
        verbose_name_plural = _("set times")
        ordering = ("utc", "pk")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "field"],
                condition=Q(revision__isnull=False),
                name="set_time_one_per_version",
            ),
            models.UniqueConstraint(
                fields=["content_type", "object_id", "field"],
                condition=Q(revision__isnull=True),
                name="set_time_one_per_object",
            ),
            models.CheckConstraint(
                condition=Q(field__in=SetTimeField.values), name="set_time_field_is_known"
            ),
            models.CheckConstraint(condition=Q(fold__in=(0, 1)), name="set_time_fold_is_0_or_1"),
        ]

    def __str__(self) -> str:
        return f"{self.get_field_display()}: {self.wall} {self.zone}"

    @property
    def wall_time(self) -> datetime:
        """The wall time, naive."""
        return datetime.fromisoformat(self.wall)

    @property
    def content_object(self) -> Any | None:
        """The page or snippet; None when it is gone."""
        model: Any = self.content_type.model_class()
        return model and model._base_manager.filter(pk=self.object_id).first()
