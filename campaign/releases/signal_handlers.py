"""What follows when due work fails or comes too late."""

from __future__ import annotations

from django.dispatch import receiver

from campaign.releases import language_sets
from campaign.releases.gate import PublicChange, Transition, register_gatekeeper
from campaign.releases.models import DueWork
from campaign.releases.notices import tell_owner
from campaign.releases.signals import (
    due_work_cancelled,
    due_work_failed,
    public_state_changed,
    transition_made,
)

register_gatekeeper(language_sets.RULE_SOURCE_FIRST, language_sets.stop_before_source)
register_gatekeeper(language_sets.RULE_COMPLETE, language_sets.stop_incomplete_translation)
register_gatekeeper(language_sets.RULE_OWN_SCHEDULE, language_sets.stop_losing_a_schedule)


@receiver([due_work_failed, due_work_cancelled], dispatch_uid="campaign_releases.tell_owner")
def tell_owner_of_trouble(*, work: DueWork, **_kwargs: object) -> None:
    """Write to the person who scheduled the item."""
    tell_owner(work)


@receiver(transition_made, dispatch_uid="campaign_releases.follow")
def take_followers_along(*, transition: Transition, **_kwargs: object) -> None:
    """Move the translations and aliases of what moved."""
    language_sets.follow(transition)


@receiver(public_state_changed, dispatch_uid="campaign_releases.follow_address")
def take_addresses_along(*, change: PublicChange, **_kwargs: object) -> None:
    """Give the translations of a page its new address."""
    language_sets.follow_address(change)
