"""The record of due work. Wagtail's own columns stay the only truth about time.

A `DueWork` row says that one schedule was seen and what became of it. It never decides that
something is due: every attempt reads Wagtail's columns again, under lock, before it acts.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaign.releases.enums import (
    CLOSED_STATES,
    OPEN_STATES,
    RELEASE_KINDS,
    AttemptOutcome,
    WorkKind,
    WorkState,
)
from campaign.releases.querysets import DueWorkQuerySet, HeartbeatQuerySet

Identity = tuple[str, int, str, int | None, datetime]


class DueWork(models.Model):
    """One schedule: one thing that goes live or comes down at one moment (UTC).

    The identity is (kind, content type, object id, revision, due at). A changed date is another
    item; the former one is superseded, and with it its failures.
    """

    kind = models.CharField(_("what happens"), max_length=16, choices=WorkKind)
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
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("The version that goes live; empty when something comes down."),
    )
    title = models.CharField(_("title"), max_length=255, blank=True)
    due_at = models.DateTimeField(_("due"))
    state = models.CharField(
        _("state"), max_length=16, choices=WorkState, default=WorkState.DUE, db_index=True
    )
    attempts = models.PositiveIntegerField(
        _("attempts"),
        default=0,
        help_text=_("Counts up for ever; a worker proves with it that its claim still holds."),
    )
    tries = models.PositiveIntegerField(
        _("attempts since set"),
        default=0,
        help_text=_("Counts since the schedule was set or tried again; decides the next delay."),
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
    handed_out_at = models.DateTimeField(_("handed out"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    reason = models.TextField(_("why it was not done"), blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("scheduled by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    first_attempt_at = models.DateTimeField(_("first attempt"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects: ClassVar[models.Manager[DueWork]] = models.Manager.from_queryset(DueWorkQuerySet)()
    content_object = GenericForeignKey("content_type", "object_id", for_concrete_model=False)
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("due work")
        verbose_name_plural = _("items of due work")
        ordering = ("due_at", "kind", "pk")
        permissions = (("retry_duework", _("Can try due work again")),)
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["state", "due_at"], name="due_work_state_due_at"),
            models.Index(fields=["content_type", "object_id"], name="due_work_object"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "due_at"],
                condition=Q(kind=WorkKind.GO_LIVE),
                name="due_work_one_per_go_live",
            ),
            models.UniqueConstraint(
                fields=["content_type", "object_id", "due_at"],
                condition=Q(kind=WorkKind.EXPIRY),
                name="due_work_one_per_expiry",
            ),
            models.UniqueConstraint(
                fields=["kind", "content_type", "object_id", "due_at"],
                condition=Q(kind__in=sorted(RELEASE_KINDS)),
                name="due_work_one_per_release_kind",
            ),
            models.CheckConstraint(
                condition=~Q(kind=WorkKind.EXPIRY) | Q(revision__isnull=True),
                name="due_work_expiry_has_no_revision",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=WorkKind.values), name="due_work_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=WorkState.values), name="due_work_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(OPEN_STATES), finished_at__isnull=True)
                | Q(state__in=sorted(CLOSED_STATES), finished_at__isnull=False),
                name="due_work_finished_when_closed",
            ),
            models.CheckConstraint(
                condition=~Q(state=WorkState.RUNNING) | Q(next_attempt_at__isnull=False),
                name="due_work_running_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(tries__lte=models.F("attempts")), name="due_work_tries_within_attempts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.title or self.object_id}"

    @property
    def identity(self) -> Identity:
        """What makes this schedule this one and no other."""
        return (self.kind, self.content_type_id, self.object_id, self.revision_id, self.due_at)

    @property
    def is_open(self) -> bool:
        """Whether the schedule still stands."""
        return self.state in OPEN_STATES

    def lateness(self, at: datetime) -> timedelta:
        """How late it was when done, or is at `at` while open; never negative."""
        return max(timedelta(0), (self.finished_at or at) - self.due_at)


class DueAttempt(models.Model):
    """One attempt at one item. Without an outcome it is under way, or its worker died."""

    work = models.ForeignKey(DueWork, on_delete=models.CASCADE, related_name="attempt_log")
    number = models.PositiveIntegerField(_("number"))
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=16, choices=AttemptOutcome, blank=True)
    error = models.TextField(_("error"), blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ("work", "number")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["work", "number"], name="due_attempt_numbered"),
            models.CheckConstraint(
                condition=Q(outcome="", finished_at__isnull=True)
                | Q(outcome__in=AttemptOutcome.values, finished_at__isnull=False),
                name="due_attempt_finished_with_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work_id} #{self.number} {self.outcome}"


class Heartbeat(models.Model):
    """When something that publishes last gave a sign of life, written by that thing itself."""

    name = models.CharField(_("name"), max_length=32, primary_key=True)
    beaten_at = models.DateTimeField(_("last sign of life"))

    objects: ClassVar[models.Manager[Heartbeat]] = models.Manager.from_queryset(HeartbeatQuerySet)()

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.name} {self.beaten_at:%Y-%m-%d %H:%M:%S}"
