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


#: How many of the things that use a fact a message names.
NAMED_USERS = 5


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

    `users` names what uses it.
    """

    def __init__(self, fact: Model, *, users: Sequence[str]) -> None:
        """Say what uses the record, and what to do instead."""
        self.users = tuple(users)
        named = "; ".join(self.users[:NAMED_USERS])
        more = len(self.users) - NAMED_USERS
        if more > 0:
            named = ngettext(
                "%(named)s and %(more)d other", "%(named)s and %(more)d others", more
            ) % {"named": named, "more": more}
        self.message = _(
            "“%(fact)s” was not deleted, because it is used by: %(named)s. Unpublish or withdraw "
            "it instead, or remove it from there first."
        ) % {"fact": fact, "named": named}
        ProtectedError.__init__(self, self.message, {fact})
