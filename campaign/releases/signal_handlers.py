"""What follows when due work fails or comes too late."""

from __future__ import annotations

from django.dispatch import receiver

from campaign.releases.models import DueWork
from campaign.releases.notices import tell_owner
from campaign.releases.signals import due_work_cancelled, due_work_failed


@receiver([due_work_failed, due_work_cancelled], dispatch_uid="campaign_releases.tell_owner")
def tell_owner_of_trouble(*, work: DueWork, **_kwargs: object) -> None:
    """Write to the person who scheduled the item."""
    tell_owner(work)
