"""Effects: what must happen outside the database because something became public or went away.

A row is written in the transaction that publishes, so that it exists exactly if the publication
does. A worker carries it out after the commit.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaign.releases.enums import EffectPriority, EffectState
from campaign.releases.querysets import EffectQuerySet


class Effect(models.Model):
    """One thing to do, at least once. Its kind knows how; the payload holds ids and plain JSON."""

    kind = models.CharField(_("what is to be done"), max_length=100)
    address = models.CharField(
        _("address"),
        max_length=2000,
        blank=True,
        help_text=_("Effects of one address are carried out in order. Empty: in any order."),
    )
    payload = models.JSONField(_("details"), default=dict)
    sameness = models.CharField(
        max_length=64,
        help_text=_("Equal for effects of one address that are done by doing either."),
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=EffectPriority, default=EffectPriority.NORMAL
    )
    state = models.CharField(
        _("state"), max_length=16, choices=EffectState, default=EffectState.WAITING
    )
    claim = models.UUIDField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("Drawn anew for each attempt; a worker proves with it that it still holds."),
    )
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    tries = models.PositiveIntegerField(
        _("attempts since set"),
        default=0,
        help_text=_("Counts since it was added or tried again; decides the next delay."),
    )
    next_attempt_at = models.DateTimeField(
        _("not before"),
        null=True,
        blank=True,
        help_text=_(
            "While running: when a silent worker loses its claim. After a failure: when "
            "the next attempt may begin."
        ),
    )
    last_error = models.TextField(_("last error"), blank=True)
    last_error_at = models.DateTimeField(_("time of the last error"), null=True, blank=True)
    created_at = models.DateTimeField(_("added"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    alarmed_at = models.DateTimeField(_("somebody was told"), null=True, blank=True)

    objects: ClassVar[models.Manager[Effect]] = models.Manager.from_queryset(EffectQuerySet)()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("effect")
        verbose_name_plural = _("effects")
        ordering = ("pk",)
        default_permissions = ("view",)
        permissions = (("retry_effect", _("Can try an effect again")),)
        indexes = [
            models.Index(
                fields=["priority", "id"],
                name="effect_open_in_order",
                condition=Q(state__in=["waiting", "running"]),
            ),
            models.Index(
                fields=["address", "id"],
                name="effect_open_by_address",
                condition=Q(state__in=["waiting", "running"]),
            ),
            models.Index(
                fields=["finished_at"],
                name="effect_finished",
                condition=Q(finished_at__isnull=False),
            ),
            models.Index(fields=["kind"], name="effect_failed", condition=Q(state="failed")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=EffectState.values), name="effect_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state=EffectState.DONE, finished_at__isnull=False)
                | Q(~Q(state=EffectState.DONE), finished_at__isnull=True),
                name="effect_finished_when_done",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=EffectState.RUNNING, claim__isnull=False, next_attempt_at__isnull=False
                )
                | Q(~Q(state=EffectState.RUNNING), claim__isnull=True),
                name="effect_claimed_while_running",
            ),
            models.CheckConstraint(
                condition=Q(tries__lte=models.F("attempts")), name="effect_tries_within_attempts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.address}".strip()

    def waited(self, at: datetime) -> float:
        """Seconds from being added to being done, or to `at` while it is open."""
        return max(0.0, ((self.finished_at or at) - self.created_at).total_seconds())


def sameness_of(kind: str, payload: dict[str, Any]) -> str:
    """Equal exactly for equal kinds and payloads."""
    text = json.dumps([kind, payload], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
