"""A fact that is used somewhere is not deleted.

Withdrawing or unpublishing it keeps its history and lets pages say what replaces it; deleting it
would leave holes in pages that nobody looks at.
"""

from __future__ import annotations

from wagtail.models import ReferenceIndex

from content_blocks.exceptions import FactInUseError
from content_blocks.models.base import Fact


def count_uses(fact: Fact) -> int:
    """Return in how many places pages, settings and other facts show this record."""
    count: int = ReferenceIndex.get_grouped_references_to(fact).count()
    return count


def refuse_deletion_in_use(fact: Fact) -> None:
    """Guard a deletion.

    Raises:
        FactInUseError: the record is used somewhere.
    """
    count = count_uses(fact)
    if count:
        raise FactInUseError(fact, count=count)
