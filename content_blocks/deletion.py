"""A fact that is used somewhere is not deleted.

Withdrawing or unpublishing it keeps its history and lets pages say what replaces it; deleting it
would leave holes in pages that nobody looks at.
"""

from __future__ import annotations

from wagtail.models import ReferenceIndex

from content_blocks.exceptions import FactInUseError
from content_blocks.models.base import Fact


def find_users(fact: Fact) -> list[str]:
    """Name the pages, settings and other facts that show this record, each once, in order.

    Wagtail's reference index knows foreign keys and blocks. It does not know lists of records
    (many-to-many), so those are read from the relations themselves.
    """
    users = {str(source) for source, _references in ReferenceIndex.get_grouped_references_to(fact)}
    for relation in fact._meta.related_objects:
        model = relation.related_model
        if relation.many_to_many and not isinstance(model, str):
            sources = model._default_manager.filter(**{relation.field.name: fact.pk})
            users.update(str(source) for source in sources)
    return sorted(users)


def refuse_deletion_in_use(fact: Fact) -> None:
    """Guard a deletion.

    Raises:
        FactInUseError: the record is used somewhere.
    """
    users = find_users(fact)
    if users:
        raise FactInUseError(fact, users=users)
