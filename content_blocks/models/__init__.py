"""The facts of a campaign: kinds of place, signs, ways to reach help, and the words we use."""

from __future__ import annotations

from content_blocks.models.contacts import ContactRoute, OpeningException, OpeningHours
from content_blocks.models.glossary import GlossaryTerm
from content_blocks.models.signs import Hotspot, Sign

__all__ = [
    "ContactRoute",
    "GlossaryTerm",
    "Hotspot",
    "OpeningException",
    "OpeningHours",
    "Sign",
]
