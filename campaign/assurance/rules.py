"""The register of rules. A room adds its rules here; whoever publishes runs them all.

A rule is a function of one piece of content, as it would be shown, and the situation in which it
would be shown. It reads and says what it found; it never changes anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType

from campaign.assurance.findings import Finding

Key = tuple[int, str]
"""Content type (the base type: every page counts as a page) and primary key as text."""


@dataclass(frozen=True, kw_only=True)
class Situation:
    """The moment for which content is judged, and what else changes at that moment.

    Attributes:
        at: the moment (aware).
        becomes_public: what goes public together with the content.
        comes_down: what is withdrawn at the same moment.
    """

    at: datetime
    becomes_public: frozenset[Key] = field(default_factory=frozenset)
    comes_down: frozenset[Key] = field(default_factory=frozenset)

    def is_public(self, instance: Any) -> bool:
        """Whether a page or snippet is public in this situation."""
        key = key_of(instance)
        if key in self.comes_down:
            return False
        return key in self.becomes_public or bool(getattr(instance, "live", True))


Rule = Callable[[Any, Situation], Iterable[Finding]]
_rules: dict[str, Rule] = {}


def register_rule(name: str, rule: Rule) -> None:
    """Add a rule under its stable name, or replace the one of that name."""
    _rules[name] = rule


def unregister_rule(name: str) -> None:
    """Take a rule out; nothing happens if there is none of that name."""
    _rules.pop(name, None)


def run_rules(instance: Any, situation: Situation) -> list[Finding]:
    """Ask every rule about a piece of content, in the order of registration."""
    return [finding for rule in _rules.values() for finding in rule(instance, situation)]


def key_of(instance: Any) -> Key:
    """The key of a page or snippet: its base type and its primary key."""
    base: Any = getattr(instance, "get_base_content_type", None)
    content_type = base() if base is not None else ContentType.objects.get_for_model(instance)
    return (content_type.pk, str(instance.pk))
