"""The kinds of record a campaign folder holds, and where each kind is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from campaign.packs.opening_hours import Hours
from campaign.packs.special_keys import SpecialKey
from content_blocks.models import ContactRoute, GlossaryTerm, Hotspot, Sign


@dataclass(frozen=True, eq=False)
class RecordKind:
    """One kind of record.

    `path` is a file (`hotspots.yaml`) or a folder of files (`signs`). `key` is the field that
    names a record. `special` are keys that stand for more than one field, `renamed` gives a
    written key to a field or a child relation. `group` names the file of a folder into which a
    record is dumped; when it is read, any file will do.
    """

    name: str
    model: Any
    key: str
    path: str
    special: Mapping[str, SpecialKey] = field(default_factory=lambda: MappingProxyType({}))
    renamed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    group: Callable[[Any], str] = str

    @property
    def is_folder(self) -> bool:
        """Whether the records are spread over the files of a folder."""
        return not self.path.endswith(".yaml")


def _letters_of_code(sign: Any) -> str:
    """`HO-01` belongs into ho.yaml."""
    return str(sign.code.partition("-")[0].lower())


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
        group=lambda route: str(route.urgency).replace("_", "-"),
    ),
    RecordKind("signs", Sign, "code", "signs", group=_letters_of_code),
    RecordKind("glossary", GlossaryTerm, "slug", "glossary.yaml"),
)
