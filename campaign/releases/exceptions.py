"""What can go wrong with due work, so that callers can tell the cases apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

if TYPE_CHECKING:
    from campaign.assurance.findings import Finding
    from campaign.releases.gate import Transition
    from campaign.releases.models import DueWork


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


class GateRefusedError(ReleasesError, ValidationError):
    """The gate stopped a transition; `findings` say why and what to do, in the editor's words.

    A validation error, so that forms and the APIs answer it as such. Raised inside a transaction:
    what was public stays public, and what was not does not become so.
    """

    def __init__(self, transition: Transition, findings: Sequence[Finding]) -> None:
        self.transition = transition
        self.findings = tuple(findings)
        ValidationError.__init__(self, [str(finding) for finding in findings])


class UngatedWriteError(ReleasesError):
    """Code tried to change what is public by a bulk write that no gatekeeper can judge."""

    def __init__(self, table: str, column: str) -> None:
        super().__init__(
            f"A bulk write to {column} of {table} would change what is public without passing the "
            "gate. Publish, schedule or withdraw each object; for a repair, do it inside "
            "gateposts.maintenance()."
        )
