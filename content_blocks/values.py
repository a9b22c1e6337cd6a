"""Values that blocks are given by the page they stand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from content_blocks.models import ContactRoute


@dataclass(frozen=True, slots=True)
class ActionRoutes:
    """The default routes of an action panel; an empty list means the built-in ones."""

    not_sure: Sequence[ContactRoute] = ()
    anonymous: Sequence[ContactRoute] = ()
    child: Sequence[ContactRoute] = ()
