"""The kinds of record a campaign folder holds, and where each kind is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from content_blocks.models import ContactRoute, GlossaryTerm, Hotspot, Sign

from campaign.packs.opening_hours import Hours
from campaign.packs.special_keys import SpecialKey


@dataclass(frozen=True)
class RecordKind:
    """One kind of record.

    `path` is a file (`hotspots.yaml`) or a folder of files (`signs`). `key` is the field that
    names a record. `special` are keys that stand for more than one field, `renamed` gives a
    written key to a field or a child relation.
    """

    name: str
    model: Any
    key: str
    path: str
    special: Mapping[str, SpecialKey] = field(default_factory=lambda: MappingProxyType({}))
    renamed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def is_folder(self) -> bool:
        """Whether the records are spread over the files of a folder."""
        return not self.path.endswith(".yaml")


#: In the order in which they are loaded: later kinds refer to earlier ones.
KINDS: tuple[RecordKind, ...] = (
    RecordKind("hotspots", Hotspot, "slug", "hotspots.yaml"),
    RecordKind(
        "contacts",
        ContactRoute,
        "slug",
        "contacts",
        special=MappingProxyType({"hours": Hours()}),
        renamed=MappingProxyType({"exceptions": "opening_exceptions"}),
    ),
    RecordKind("signs", Sign, "code", "signs"),
    RecordKind("glossary", GlossaryTerm, "slug", "glossary.yaml"),
)
