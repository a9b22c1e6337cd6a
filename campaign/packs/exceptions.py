"""What can go wrong with a campaign folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaign.packs.problems import Problem


class PackError(Exception):
    """The root of every error of this room. Its text is for the person who gave the command."""


class PackProblemsError(PackError):
    """The folder, or the database, has faults: nothing was written.

    `problems` holds all of them, in the order of files and lines.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class PackStorageError(PackError):
    """The database or the disk refused a write (full, read-only); everything was undone."""


class PackTargetError(PackError):
    """The place to dump to is not one that may be replaced."""
