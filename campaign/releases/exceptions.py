"""What can go wrong with due work, so that callers can tell the cases apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from datetime import datetime

    from campaign.assurance.findings import Finding
    from campaign.releases.gate import Transition
    from campaign.releases.models import DueWork, Effect, Release, ReleaseCheck, ReleaseItem
    from campaign.releases.wall_time import Candidate


class ReleasesError(Exception):
    """Root of every error of this package."""


class ReleasesSettingsError(ReleasesError):
    """The CAMPAIGN_RELEASES setting is wrong; the message names the key and what it takes."""


class ScheduleStillSetError(ReleasesError):
    """Publishing ran to its end, yet the thing is not live or its schedule still stands.

    Raised inside the transaction, so that nothing of the half-result stays.
    """

    def __init__(self, work: DueWork) -> None:
        self.work = work
        super().__init__(
            f"{work} was published, but is not live or is still scheduled. Check the time in "
            "this version, and whether the clocks of database and server agree."
        )


class NotRetryableError(ReleasesError):
    """Somebody asked to try again an item that is not waiting: it is done, changed or running."""

    def __init__(self, work: DueWork) -> None:
        self.work = work
        super().__init__(f"{work} cannot be tried again: it is {work.get_state_display()}.")


class ClockMovedError(ReleasesError):
    """The machine's clock was set back while work waited for its moment; it is attempted again."""

    def __init__(self, moment: datetime) -> None:
        super().__init__(f"The clock does not show {moment:%H:%M:%S} UTC yet; it was set back.")


class GateRefusedError(ReleasesError):
    """The gate stopped a transition; `findings` say why and what to do, in the editor's words.

    Raised inside a transaction: what was public stays public, and what was not does not become so.
    Not a `ValidationError`: code that catches those would put its own words in the place of ours,
    or go on (wagtail-localize offers to publish nevertheless).
    """

    def __init__(self, transition: Transition, findings: Sequence[Finding]) -> None:
        self.transition = transition
        self.findings = tuple(findings)
        super().__init__(" ".join(self.messages))

    @property
    def messages(self) -> list[str]:
        """What was found, one text for each finding."""
        return [str(finding) for finding in self.findings]


class UngatedWriteError(ReleasesError):
    """Code tried to change what is public by a bulk write that no gatekeeper can judge."""

    def __init__(self, table: str, column: str) -> None:
        super().__init__(
            f"A bulk write to {column} of {table} would change what is public without passing the "
            "gate. Publish, schedule or withdraw each object; for a repair, do it inside "
            "gateposts.maintenance()."
        )


class WallTimeError(ReleasesError, ValueError):
    """A wall time does not mean one moment; the message is for the person who typed it."""


class UnknownZoneError(WallTimeError):
    """There is no time zone of that name on this machine."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        super().__init__(_("There is no time zone “%(zone)s”.") % {"zone": zone})


class NonexistentTimeError(WallTimeError):
    """Clocks skip that time: they go forward over it.

    Attributes:
        wall, zone: what was asked for.
        gap_start, gap_end: the first time (naive) that clocks skip and the next that they show.
    """

    def __init__(
        self,
        wall: datetime,
        zone: str,
        *,
        place: str,
        gap_start: datetime,
        gap_end: datetime,
        when: str,
    ) -> None:
        self.wall, self.zone = wall, zone
        self.gap_start, self.gap_end = gap_start, gap_end
        super().__init__(
            _(
                "%(time)s does not exist that day: clocks in %(place)s go forward from %(start)s "
                "to %(end)s. The next time there is: %(when)s."
            )
            % {
                "time": f"{wall:%H:%M}",
                "place": place,
                "start": f"{gap_start:%H:%M}",
                "end": f"{gap_end:%H:%M}",
                "when": when,
            }
        )


class AmbiguousTimeError(WallTimeError):
    """Clocks show that time twice: they go back over it.

    Attributes:
        wall, zone: what was asked for.
        candidates: the two moments it may mean, the earlier first.
    """

    def __init__(
        self, wall: datetime, zone: str, *, place: str, candidates: tuple[Candidate, ...]
    ) -> None:
        self.wall, self.zone = wall, zone
        self.candidates = candidates
        super().__init__(
            _(
                "Clocks in %(place)s go back that day and show %(time)s twice. Choose which: "
                "%(first)s or %(second)s."
            )
            % {
                "time": f"{wall:%H:%M}",
                "place": place,
                "first": candidates[0],
                "second": candidates[1],
            }
        )


class ReleaseStateError(ReleasesError):
    """Somebody asked of a release what its state does not allow. The message is for the editor."""

    def __init__(self, release: Release, wanted: str) -> None:
        self.release = release
        super().__init__(
            _("“%(title)s” cannot be %(wanted)s: it is %(state)s.")
            % {
                "title": release.title,
                "wanted": wanted,
                "state": release.get_state_display().lower(),
            }
        )


class ReleaseTimeError(ReleasesError):
    """The times of a release do not fit what is asked of it. The message is for the editor."""


class NotReleasableError(ReleasesError):
    """A thing cannot be in a release: an alias, or of a type without drafts. For the editor."""


class InOtherReleaseError(ReleasesError):
    """A thing is in another release that is still to go live; `other` is that release."""

    def __init__(self, title: str, other: Release) -> None:
        self.other = other
        super().__init__(
            _(
                "“%(title)s” is in the release “%(release)s” already. Remove it there first, or "
                "wait until that release is live."
            )
            % {"title": title, "release": other.title}
        )


class OwnScheduleError(ReleasesError):
    """A thing to be added has an approved schedule of its own, which would go against the release.

    `when` is that moment in words.
    """

    def __init__(self, title: str, when: str) -> None:
        super().__init__(
            _(
                "“%(title)s” is scheduled by itself for %(when)s. Cancel that schedule first, or "
                "let the release take it over."
            )
            % {"title": title, "when": when}
        )


class NotApprovableError(ReleasesError):
    """This person cannot approve this release now. The message says why, for that person."""


class PreflightFailedError(ReleasesError):
    """The release would fail as it is; `check` holds what was found for each item."""

    def __init__(self, check: ReleaseCheck) -> None:
        self.check = check
        super().__init__(
            _("“%(title)s” would not go live as it is. See what was found, and put it right first.")
            % {"title": check.release.title}
        )


class PreflightPendingError(ReleasesError):
    """A large release is checked by a worker first; that was asked for. For the editor."""

    def __init__(self, release: Release) -> None:
        self.release = release
        super().__init__(
            _(
                "“%(title)s” is being checked first; nothing else has happened yet. Do this again "
                "as soon as the check is there."
            )
            % {"title": release.title}
        )


class ApprovalBrokenError(ReleasesError):
    """What would go out is not what was approved. Raised inside the transaction."""


class ItemFailedError(ReleasesError):
    """One item of a release failed, so nothing of the release happened; `item` says which.

    The error itself is the cause (`__cause__`).
    """

    def __init__(self, item: ReleaseItem, error: Exception) -> None:
        self.item = item
        super().__init__(f"{item}: {'; '.join(getattr(error, 'messages', None) or [str(error)])}")


class NothingToPutBackError(ReleasesError):
    """A release has changed nothing yet, or has been put back already. For the editor."""


class LedgerIsAppendOnlyError(ReleasesError):
    """Code tried to change or remove what the ledger has recorded."""

    def __init__(self) -> None:
        super().__init__(
            "The ledger is append-only: what was recorded is never changed or removed."
        )


class EffectOutsideTransactionError(ReleasesError):
    """An effect was added outside a transaction, where it could outlive what it belongs to."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"Add the effect {kind!r} inside the transaction that it follows from.")


class UnknownEffectKindError(ReleasesError):
    """Nobody knows how to carry out an effect: the app that registered its kind is gone."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"No app of this site knows the kind of effect {kind!r}. If one was removed, add it "
            "back until its effects are done."
        )


class EffectNotRetryableError(ReleasesError):
    """Somebody asked to try again an effect that neither failed nor waits for another attempt."""

    def __init__(self, effect: Effect) -> None:
        self.effect = effect
        super().__init__(f"{effect} cannot be tried again: it is {effect.get_state_display()}.")


class PurgeFailedError(ReleasesError):
    """A cache in front of the site did not drop an address; the message is what it said."""


class MissingReasonError(ReleasesError):
    """A takedown needs a reason: it is what everybody asks afterwards. For the editor."""

    def __init__(self) -> None:
        super().__init__(_("Say why. The reason is kept, and shown to everybody who asks later."))


class NothingToTakeDownError(ReleasesError):
    """Nothing of what was named is public or scheduled. The message is for the editor."""

    def __init__(self, title: str) -> None:
        super().__init__(
            _("Nothing of “%(title)s” is public or scheduled, so there is nothing to take down.")
            % {"title": title}
        )


class RedirectRefusedError(ReleasesError):
    """Readers cannot be led to where somebody wants to lead them. The message is for the editor."""


class TakedownNotStandingError(ReleasesError):
    """Somebody asked to put back what has been put back already. The message is for the editor."""

    def __init__(self, title: str) -> None:
        super().__init__(_("“%(title)s” has been put back already.") % {"title": title})


class PutBackFailedError(ReleasesError):
    """One thing could not be put back, so nothing was. The message is for the editor.

    The error itself is the cause (`__cause__`).
    """

    def __init__(self, title: str, error: Exception) -> None:
        why = " ".join(getattr(error, "messages", None) or [str(error)])
        super().__init__(
            _("Nothing has been put back, because “%(title)s” could not be: %(why)s")
            % {"title": title, "why": why}
        )


class AlertRefusedError(ReleasesError):
    """An alert does not make sense as it is; `field` names what to change. For the editor."""

    def __init__(self, message: str, *, field: str = "") -> None:
        self.field = field
        super().__init__(message)


class TakenDownMeanwhileError(ReleasesError):
    """A takedown was made while something was being published, and may be meant for it."""

    def __init__(self) -> None:
        super().__init__(
            _("Something was taken down meanwhile. Nothing has been published; it is tried again.")
        )
