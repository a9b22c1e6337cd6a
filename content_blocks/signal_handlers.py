"""What follows from changes to facts."""

from __future__ import annotations

from django.db.models.signals import pre_delete
from django.dispatch import receiver

from content_blocks.deletion import refuse_deletion_in_use
from content_blocks.models.base import Fact


@receiver(pre_delete, dispatch_uid="content_blocks.refuse_deletion_in_use")
def keep_used_facts(*, instance: object, **kwargs: object) -> None:  # noqa: ARG001 - signal signature
    """Refuse to delete a record in use on every path: a view, a bulk action, a script."""
    if isinstance(instance, Fact):
        refuse_deletion_in_use(instance)
