"""Faults in a campaign folder, each with its file, its line, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from django.utils.translation import gettext as _

from campaign.packs.exceptions import PackProblemsError


@dataclass(frozen=True, order=True)
class Problem:
    """One fault. `file` is relative to the folder; `line` counts from 1, 0 is the whole file."""

    file: str
    line: int
    what: str
    fix: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.what} {self.fix}".rstrip()


class Problems:
    """Collects faults, so that a writer sees all of them at once."""

    def __init__(self) -> None:
        self._found: dict[Problem, None] = {}

    def add(self, file: str, line: int, what: str, fix: str = "") -> None:
        """Note a fault; the same one is noted once."""
        self._found[Problem(file, line, what, fix)] = None

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Problem]:
        return iter(sorted(self._found))

    def raise_if_any(self) -> None:
        """Stop here if anything was found.

        Raises:
            PackProblemsError: with every fault found so far.
        """
        if self._found:
            raise PackProblemsError(list(self))


def suggest(word: str, known: Iterable[str]) -> str:
    """A sentence that leads from a wrong name to a right one: the nearest, or the choice."""
    names = sorted({str(name) for name in known})
    near = get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return _("Did you mean “%(name)s”?") % {"name": near[0]}
    if not names:
        return _("There are none in this folder.")
    if len(names) > 12:
        return _("Check the spelling.")
    return _("Use one of: %(names)s.") % {"names": ", ".join(names)}
