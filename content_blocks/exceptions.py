"""What can go wrong with the facts of a campaign, each with its own name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from django.db.models import Model


class ContentBlocksError(Exception):
    """The root of this package's errors."""


class ReplacementCycleError(ContentBlocksError, ValidationError):
    """A chain of replaced contact routes comes back to where it began.

    `slugs` is the chain in order, with the repeated slug at both ends.
    """

    def __init__(self, slugs: Sequence[str]) -> None:
        """Name the circle by the slugs of its routes."""
        self.slugs = tuple(slugs)
        ValidationError.__init__(
            self,
            _(
                "These contact routes replace each other in a circle: %(chain)s. "
                "Choose a replacement that is not itself replaced by this one."
            ),
            code="replacement_cycle",
            params={"chain": " → ".join(self.slugs)},
        )


class PhoneNumberError(ContentBlocksError, ValidationError):
    """Text that is neither a United Kingdom phone number nor a known short code."""

    def __init__(self, text: str) -> None:
        """Quote the text that was given."""
        self.text = text
        ValidationError.__init__(
            self,
            _(
                "“%(number)s” is not a number that can be called from the United Kingdom. Write it "
                "in full, for example 0808 800 5000 or +44 808 800 5000, or use a known short "
                "number such as 999, 101, 61016 or 116 000."
            ),
            code="phone_number",
            params={"number": text},
        )


class NotPublishableError(ContentBlocksError, ValidationError):
    """A fact that may be kept as a draft but must not become public as it stands."""


class FactInUseError(ContentBlocksError, ProtectedError):
    """A fact that pages or other facts still show was about to be deleted.

    `count` is the number of places that use it.
    """

    def __init__(self, fact: Model, *, count: int) -> None:
        """Say what is used, in how many places, and what to do instead."""
        self.count = count
        message = ngettext(
            "“%(fact)s” is used in %(count)d place, so it was not deleted. "
            "Unpublish or withdraw it instead, or remove it from there first.",
            "“%(fact)s” is used in %(count)d places, so it was not deleted. "
            "Unpublish or withdraw it instead, or remove it from those places first.",
            count,
        ) % {"fact": fact, "count": count}
        ProtectedError.__init__(self, message, {fact})
        self.message = message
