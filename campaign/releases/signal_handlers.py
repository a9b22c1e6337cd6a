"""What follows when due work fails or comes too late."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connections
from django.db.models.signals import post_delete, post_migrate, post_save
from django.dispatch import receiver
from wagtail.models import Site

from campaign.releases import (
    effects,
    language_sets,
    ledger,
    purging,
    release_handlers,
    search_index,
    set_times,
    takedown,
)
from campaign.releases.gate import (
    PublicChange,
    Transition,
    acting_now,
    moment,
    register_gatekeeper,
)
from campaign.releases.models import DueWork, Effect, SetTime, append_only
from campaign.releases.notices import tell_administrators, tell_of_moved_time, tell_owner
from campaign.releases.signals import (
    due_work_cancelled,
    due_work_failed,
    effect_failed,
    public_state_changed,
    set_time_moved,
    transition_made,
)

register_gatekeeper(language_sets.RULE_SOURCE_FIRST, language_sets.stop_before_source)
register_gatekeeper(language_sets.RULE_COMPLETE, language_sets.stop_incomplete_translation)
register_gatekeeper(language_sets.RULE_OWN_SCHEDULE, language_sets.stop_losing_a_schedule)
register_gatekeeper(takedown.RULE_TAKEN_DOWN, takedown.stop_what_is_taken_down)

purging.register()
search_index.register()
release_handlers.install()


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


@receiver(public_state_changed, dispatch_uid="campaign_releases.ledger")
def record_in_ledger(*, change: PublicChange, **_kwargs: object) -> None:
    """Write down what an address shows from now on."""
    ledger.record(change)


@receiver(transition_made, dispatch_uid="campaign_releases.set_times")
def keep_what_was_promised(*, transition: Transition, **_kwargs: object) -> None:
    """Keep the wall time beside every schedule that was set, moved or withdrawn."""
    set_times.record(transition.instance)


@receiver(set_time_moved, dispatch_uid="campaign_releases.tell_of_moved_time")
def tell_who_set_the_time(*, set_time: SetTime, former: datetime, **_kwargs: object) -> None:
    """Write to the person whose time on the clock became another moment."""
    tell_of_moved_time(set_time, former=former)


@receiver(post_migrate, dispatch_uid="campaign_releases.append_only")
def keep_ledger_append_only(*, app_config: Any, using: str, **_kwargs: object) -> None:
    """Put the ledger's triggers back: SQLite drops them when a migration remakes a table."""
    if app_config.label == "campaign_releases":
        append_only.install(connections[using])


@receiver(public_state_changed, dispatch_uid="campaign_releases.effects")
def add_effects(*, change: PublicChange, **_kwargs: object) -> None:
    """Have caches and the search index follow, once the transaction is committed."""
    effects.add_all([*purging.effects_of(change), *search_index.effects_of(change)])


@receiver(effect_failed, dispatch_uid="campaign_releases.tell_of_effects")
def tell_of_failed_effect(*, effect: Effect, **_kwargs: object) -> None:
    """Write to the administrators, once for each kind until somebody has seen to it."""
    if effects.note_alarm(effect):
        tell_administrators(effect)


@receiver([post_save, post_delete], sender=Site, dispatch_uid="campaign_releases.sites")
def follow_sites(*, raw: bool = False, **_kwargs: object) -> None:
    """Write down that pages have other addresses, when a site begins elsewhere."""
    if not raw:
        Site.clear_site_root_paths_cache()
        ledger.follow_sites(at=moment(), user=acting_now().user)
