"""Keys of a record that stand for more than one field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from campaign.packs.references import References
    from campaign.packs.scope import Scope


class SpecialKey(Protocol):
    """How one key of a record is read into an instance, and written from it."""

    @property
    def covers(self) -> frozenset[str]:
        """Names of the fields and child relations that this key replaces."""

    def read(self, instance: Any, raw: Any, *, line: int, scope: Scope) -> None:
        """Fill the covered fields; `raw` is None when the key is absent.

        Raises:
            ValueFault: the value is not what this key needs.
        """

    def write(self, instance: Any, references: References) -> Any:
        """What to write under the key; None to leave it out."""
