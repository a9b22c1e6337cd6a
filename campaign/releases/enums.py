"""The words of due work: what kinds there are, and the states each item passes through."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkKind(models.TextChoices):
    """What is to happen at the moment an item falls due."""

    GO_LIVE = "go_live", _("Go live")
    EXPIRY = "expiry", _("Come down")


class WorkState(models.TextChoices):
    """Where an item of due work stands. `TRANSITIONS` says which changes are possible."""

    DUE = "due", _("Scheduled")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    SUPERSEDED = "superseded", _("Superseded")
    CANCELLED = "cancelled", _("Cancelled")


class AttemptOutcome(models.TextChoices):
    """How one attempt ended; `LOST` when the worker died and the next attempt found out."""

    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    SUPERSEDED = "superseded", _("Nothing left to do")
    CANCELLED = "cancelled", _("Cancelled")
    LOST = "lost", _("Worker stopped")


PENDING_STATES = frozenset({WorkState.DUE, WorkState.RUNNING})
"""Still to be attempted, now or later."""

OPEN_STATES = PENDING_STATES | {WorkState.FAILED}
"""The schedule still stands in Wagtail's own columns."""

CLOSED_STATES = frozenset({WorkState.DONE, WorkState.SUPERSEDED, WorkState.CANCELLED})
"""The schedule no longer stands: it was carried out, changed by a person, or came too late."""

TRANSITIONS: dict[WorkState, frozenset[WorkState]] = {
    WorkState.DUE: frozenset({WorkState.RUNNING, WorkState.SUPERSEDED}),
    WorkState.RUNNING: frozenset(
        {
            WorkState.DONE,
            WorkState.DUE,
            WorkState.FAILED,
            WorkState.SUPERSEDED,
            WorkState.CANCELLED,
            # A worker died; another takes over.
            WorkState.RUNNING,
        }
    ),
    WorkState.FAILED: frozenset({WorkState.DUE, WorkState.SUPERSEDED}),
    # The same schedule was set once more.
    WorkState.DONE: frozenset({WorkState.DUE}),
    WorkState.SUPERSEDED: frozenset({WorkState.DUE}),
    WorkState.CANCELLED: frozenset({WorkState.DUE}),
}
"""Every change of state that the use cases make, and no other."""


class TransitionKind(models.TextChoices):
    """What may change what the public sees, now or at a set time."""

    PUBLISH = "publish", _("Publish")
    """A thing becomes public, or what is public of it changes."""

    SCHEDULE = "schedule", _("Schedule")
    UNSCHEDULE = "unschedule", _("Cancel schedule")
    WITHDRAW = "withdraw", _("Withdraw")


class Cause(models.TextChoices):
    """What moved a thing."""

    PERSON = "person", _("A person")
    SCHEDULE = "schedule", _("Its own schedule")
    RELEASE = "release", _("A release")
    LANGUAGE_SET = "language_set", _("Its source or original")
    TAKEDOWN = "takedown", _("A takedown")
    MAINTENANCE = "maintenance", _("Maintenance")
    """Repair by an operator or a migration: not stopped, but recorded like everything else."""
