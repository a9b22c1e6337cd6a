"""What a load or a dump did, in numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

CREATED = "created"
CHANGED = "changed"
UNCHANGED = "unchanged"


@dataclass
class LoadReport:
    """Counts by kind and outcome, and what the database holds that the folder does not."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    left_alone: list[str] = field(default_factory=list)

    def note(self, kind: str, outcome: str) -> None:
        """Count one record."""
        self.counts.setdefault(kind, Counter())[outcome] += 1

    def total(self, outcome: str) -> int:
        """How many records of all kinds had this outcome."""
        return sum(counter[outcome] for counter in self.counts.values())


@dataclass
class DumpReport:
    """Counts by kind, and what could not be written as it is."""

    counts: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
