"""What can go wrong with due work, so that callers can tell the cases apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
