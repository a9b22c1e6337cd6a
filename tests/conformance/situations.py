"""What was observed, and how it is compared and shown."""

from __future__ import annotations

from typing import Any

Observed = dict[str, Any]
"""One line of the table per entry, in words; values that JSON knows."""


class MoreThan(int):
    """Equal to any larger number: where processes race, the exact number is luck."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int) and int(other) > int(self)

    __hash__ = int.__hash__

    def __repr__(self) -> str:
        return f"more than {int(self)}"


def code_of(module: str) -> str:
    """`tests.conformance.test_m1` is about M1."""
    return module.rpartition("_")[2].upper()
