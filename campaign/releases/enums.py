"""The words of due work: what kinds there are, and the states each item passes through."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkKind(models.TextChoices):
    """What is to happen at the moment an item falls due."""

    GO_LIVE = "go_live", _("Go live")
    EXPIRY = "expiry", _("Come down")
    RELEASE_CHECK = "release_check", _("Release: check")
    RELEASE_END = "release_end", _("Release: end")
    RELEASE_START = "release_start", _("Release: go live")


RELEASE_KINDS = frozenset({WorkKind.RELEASE_CHECK, WorkKind.RELEASE_END, WorkKind.RELEASE_START})
"""Due work of a release: `content_type` and `object_id` of the item are the release's own."""


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


class ReleaseState(models.TextChoices):
    """Where a release stands. `RELEASE_TRANSITIONS` says which changes are possible."""

    DRAFT = "draft", _("Draft")
    APPROVED = "approved", _("Approved")
    SCHEDULED = "scheduled", _("Scheduled")
    LIVE = "live", _("Live")
    ENDED = "ended", _("Ended")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Failed")

    @property
    def is_open(self) -> bool:
        """Whether the release is still to go live."""
        return self in OPEN_RELEASE_STATES


APPROVED_RELEASE_STATES = frozenset(
    {ReleaseState.APPROVED, ReleaseState.SCHEDULED, ReleaseState.FAILED}
)
"""An approval stands, and nothing has gone out yet."""

OPEN_RELEASE_STATES = APPROVED_RELEASE_STATES | {ReleaseState.DRAFT}
"""Still to go live: its items are in no other such release."""

RELEASE_TRANSITIONS: dict[ReleaseState, frozenset[ReleaseState]] = {
    ReleaseState.DRAFT: frozenset({ReleaseState.APPROVED, ReleaseState.CANCELLED}),
    ReleaseState.APPROVED: frozenset(
        {
            # The approval was voided: something was edited, or the approver took it back.
            ReleaseState.DRAFT,
            ReleaseState.SCHEDULED,
            # Published at once.
            ReleaseState.LIVE,
            ReleaseState.CANCELLED,
        }
    ),
    ReleaseState.SCHEDULED: frozenset(
        {
            ReleaseState.DRAFT,
            # Taken off the schedule.
            ReleaseState.APPROVED,
            ReleaseState.LIVE,
            # Its attempts are used up.
            ReleaseState.FAILED,
            ReleaseState.CANCELLED,
        }
    ),
    ReleaseState.FAILED: frozenset(
        {
            ReleaseState.DRAFT,
            ReleaseState.APPROVED,
            ReleaseState.LIVE,
            ReleaseState.CANCELLED,
        }
    ),
    ReleaseState.LIVE: frozenset({ReleaseState.ENDED}),
    ReleaseState.ENDED: frozenset(),
    ReleaseState.CANCELLED: frozenset(),
}
"""Every change of state that the use cases of releases make, and no other."""


class ItemAction(models.TextChoices):
    """What a release does with an item."""

    PUBLISH = "publish", _("Goes live")
    WITHDRAW = "withdraw", _("Comes down")


class LanguagePolicy(models.TextChoices):
    """What a release does when a translation in one of its languages is not ready."""

    WAIT = "wait", _("Wait: nothing goes live without it")
    GO_WHEN_READY = "go_when_ready", _("Go when ready: it follows by itself")
    GO_WITH_NOTICE = "go_with_notice", _("Go, with a notice on the page that is behind")


class CheckTrigger(models.TextChoices):
    """Why a release was checked."""

    ASKED = "asked", _("Somebody asked")
    SCHEDULE = "schedule", _("It was scheduled")
    DAY_BEFORE = "day_before", _("A day before")
    HOUR_BEFORE = "hour_before", _("An hour before")


class TakedownScope(models.TextChoices):
    """What one takedown takes off the site."""

    PAGE = "page", _("Page")
    SNIPPET = "snippet", _("Snippet")
    RELEASE = "release", _("Release")
    LANGUAGE = "language", _("Language")
    CAMPAIGN = "campaign", _("Whole campaign")


class TakedownAnswer(models.TextChoices):
    """What the addresses of a taken-down thing answer."""

    GONE = "gone", _("Say that it has been taken down (410)")
    REDIRECT = "redirect", _("Lead readers to another page")


class TakedownState(models.TextChoices):
    """Where a takedown stands; drills have states of their own, and never stand."""

    STANDING = "standing", _("Taken down")
    UNDONE = "undone", _("Put back")
    DRILL_WAITING = "waiting", _("Drill: waiting for the worker")
    DRILL_RUNNING = "running", _("Drill: measuring")
    DRILL_DONE = "done", _("Drill: done")
    DRILL_FAILED = "failed", _("Drill: failed")

    @classmethod
    def of_takedowns(cls) -> frozenset[TakedownState]:
        """The states of a takedown that is meant."""
        return frozenset({cls.STANDING, cls.UNDONE})

    @classmethod
    def of_drills(cls) -> frozenset[TakedownState]:
        """The states of a drill."""
        return frozenset(cls) - cls.of_takedowns()


class TakedownAddressKind(models.TextChoices):
    """What is found at an address that a takedown empties."""

    PAGE = "page", _("Page")
    SHOWS = "shows", _("Page that showed it")
    """The page stays; what was taken down must no longer be on it."""

    MEDIA = "media", _("File")
    WIDGET = "widget", _("Widget")


class AlertKind(models.TextChoices):
    """What an alert is about, the most urgent first. All of them look calm."""

    SAFETY = "safety", _("Safety message")
    NUMBER = "number", _("A number is not working")
    SERVICE = "service", _("A service is disrupted")
    INFORMATION = "information", _("Information is missing or wrong")


class SetTimeField(models.TextChoices):
    """Which end of a schedule a wall time was set for."""

    GO_LIVE = "go_live", _("Go live")
    EXPIRE = "expire", _("Come down")


class LedgerChange(models.TextChoices):
    """What an entry of the ledger says of its address."""

    SHOWN = "shown", _("Shown")
    CHANGED = "changed", _("Changed")
    GONE = "gone", _("Gone")


class EffectState(models.TextChoices):
    """Where an effect stands."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class EffectPriority(models.IntegerChoices):
    """Which effects come first; the lower number does."""

    URGENT = 0, _("Urgent")
    """What a takedown needs: it overtakes everything that is still waiting."""

    NORMAL = 50, _("Normal")


OPEN_EFFECT_STATES = frozenset({EffectState.WAITING, EffectState.RUNNING})
"""Still to be carried out."""


class FileKind(models.TextChoices):
    """What can be uploaded and has an address of its own."""

    IMAGE = "image", _("Picture")
    DOCUMENT = "document", _("Document")
