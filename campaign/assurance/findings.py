"""What a rule says about one place in one piece of content."""

from __future__ import annotations

from dataclasses import dataclass

from campaign.assurance.enums import Severity


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that a rule found. All texts are for the editor, already translated.

    Attributes:
        rule: the stable name of the rule, `room.rule_name`.
        severity: what the finding stops.
        where: the place in the content ("Content, block 3"), or empty for the whole of it.
        why: what is wrong, in one sentence.
        what_to_do: what the editor can do about it, in one sentence.
    """

    rule: str
    severity: Severity
    why: str
    what_to_do: str
    where: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.why} {self.what_to_do}"
