"""The signs of one kind of place, grouped by what a person is looking at."""

from __future__ import annotations

from dataclasses import dataclass

from content_blocks.enums import Observed
from content_blocks.models import Hotspot, Sign


@dataclass(frozen=True, slots=True)
class SignGroup:
    """Signs seen when looking at the same thing."""

    observed: Observed
    signs: list[Sign]


def group_signs(hotspot: Hotspot) -> list[SignGroup]:
    """The public signs of a hotspot, in the order of `Observed`, by code; no empty groups.

    A hotspot that is not public shows no signs: an expired record is still reachable through the
    page's foreign key.
    """
    if not hotspot.live:
        return []
    found: dict[str, list[Sign]] = {}
    signs = Sign.objects.public().at_hotspot(hotspot).select_related("do_now").order_by("code")
    for sign in signs:
        found.setdefault(sign.observed, []).append(sign)
    return [SignGroup(observed, found[observed]) for observed in Observed if observed in found]
