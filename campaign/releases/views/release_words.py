"""What the editor reads about a release: sentences, labels and colours, in one place."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.assurance.enums import Severity
from campaign.releases.enums import ReleaseState
from campaign.releases.models import Release
from campaign.releases.wall_time import describe

STATE_CLASSES = {
    ReleaseState.DRAFT: "",
    ReleaseState.APPROVED: "w-status--primary",
    ReleaseState.SCHEDULED: "w-status--primary",
    ReleaseState.LIVE: "w-status--primary release-state--live",
    ReleaseState.ENDED: "",
    ReleaseState.CANCELLED: "",
    ReleaseState.FAILED: "release-state--failed",
}
"""The look of each state; the word beside it says the same."""

SEVERITY_CLASSES = {
    Severity.CRITICAL: "release-severity--critical",
    Severity.MAJOR: "release-severity--major",
    Severity.MINOR: "release-severity--minor",
}


def times_in_words(
    *,
    goes_live_at: datetime | None,
    ends_at: datetime | None,
    zone: str,
    went_live_at: datetime | None = None,
    ended_at: datetime | None = None,
) -> str:
    """One plain sentence: what happens when, on which clock."""
    words = {
        "start": _moment(went_live_at or goes_live_at, zone),
        "end": _moment(ended_at or ends_at, zone),
    }
    if ended_at is not None:
        return _("Everything went live together on %(start)s and came down on %(end)s.") % words
    if went_live_at is not None:
        if ends_at is not None:
            return (
                _("Everything went live together on %(start)s and comes down on %(end)s.") % words
            )
        return _("Everything went live together on %(start)s and stays.") % words
    if goes_live_at is None:
        return _("No time is set yet: say when everything goes live together.")
    if ends_at is None:
        return _("Everything goes live together on %(start)s and stays.") % words
    return _("Everything goes live together on %(start)s and comes down on %(end)s.") % words


def _moment(at: datetime | None, zone: str) -> str:
    return "" if at is None else describe(at, zone)


def times_of(release: Release) -> str:
    """The sentence about the times of a release."""
    return times_in_words(
        goes_live_at=release.goes_live_at,
        ends_at=release.ends_at,
        zone=release.zone,
        went_live_at=release.published_at,
        ended_at=release.ended_at,
    )


def message_of(error: Exception) -> str:
    """What an error of a use case says to the editor."""
    found: Any = getattr(error, "messages", None)
    return " ".join(found) if found else str(error)


LOG_TEXTS: dict[str, str | Promise] = {
    "add": gettext_lazy("“%(item)s” was added"),
    "approve": gettext_lazy("Approved"),
    "cancel": gettext_lazy("Cancelled: %(reason)s"),
    "create": gettext_lazy("Created"),
    "edit": gettext_lazy("Title, description or owner changed"),
    "end": gettext_lazy("Ended"),
    "fail": gettext_lazy("It failed: nothing of it went out"),
    "follow": gettext_lazy("“%(item)s” followed when its translation was complete"),
    "pin": gettext_lazy("“%(item)s”: another version was chosen"),
    "publish": gettext_lazy("Everything went live"),
    "recompute": gettext_lazy("Moved to another moment: the rules for the clocks have changed"),
    "remove": gettext_lazy("“%(item)s” was removed"),
    "remove_language": gettext_lazy("The language %(language)s was removed"),
    "schedule": gettext_lazy("Scheduled"),
    "set_language": gettext_lazy("The language %(language)s was set"),
    "set_times": gettext_lazy("The times were set"),
    "unschedule": gettext_lazy("Taken off the schedule"),
    "void_approval": gettext_lazy("The approval no longer stands: %(reason)s"),
}
"""What the entries of the audit log say on the page of their release."""

LOG_PREFIX = "campaign_releases.release."


def log_text(entry: Any) -> str:
    """What an entry of the audit log says about its release."""
    said = LOG_TEXTS.get(entry.action.removeprefix(LOG_PREFIX))
    if said is None:
        return str(entry.message)
    try:
        text = str(said) % entry.data
    except KeyError:
        text = str(said)
    left = [f"“{title}”: {why}" for title, why in entry.data.get("left", [])]
    return " ".join([text + ".", _("Left as it is:"), *left]) if left else text
