"""What follows for releases when something else happens: an edit, a takedown, a deletion."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone
from wagtail.models import Revision, RevisionMixin

from campaign.assurance.rules import key_of
from campaign.releases import membership, rehearsal, release_notices
from campaign.releases.approval import note_edit
from campaign.releases.enums import Cause, TransitionKind
from campaign.releases.gate import PublicChange, Transition, acting_now, register_gatekeeper
from campaign.releases.models import DueWork, OwedTranslation
from campaign.releases.owed import note_published, settle_owed
from campaign.releases.releasing import note_failure
from campaign.releases.signals import (
    due_work_failed,
    public_state_changed,
    transition_made,
)


def install() -> None:
    """Stand at the gate, keep rehearsals quiet, register the mails. Called once, when ready."""
    register_gatekeeper(membership.RULE_IN_RELEASE, membership.stop_members)
    rehearsal.install()
    release_notices.register()


@receiver(post_save, sender=Revision, dispatch_uid="campaign_releases.note_edit")
def note_saved_version(
    *,
    instance: Revision,
    created: bool,
    raw: bool = False,
    update_fields: frozenset[str] | None = None,
    **_kwargs: Any,
) -> None:
    """An edit of what is in an approved release takes the approval back."""
    if raw or (update_fields is not None and "content" not in update_fields):
        return
    note_edit(instance, created=created, at=timezone.now())
    if created and OwedTranslation.objects.unsettled().exists():
        transaction.on_commit(partial(_settle, instance), robust=True)


def _settle(revision: Revision) -> None:
    translation = revision.base_content_object
    if getattr(translation, "translation_key", None) is not None:
        settle_owed(at=timezone.now(), instance=translation)


@receiver(post_delete, dispatch_uid="campaign_releases.note_deletion")
def note_deleted_thing(*, sender: Any, instance: Any, **_kwargs: Any) -> None:
    """What was deleted leaves the release that is still to go live."""
    if not isinstance(instance, RevisionMixin) or sender is not _base_model(instance):
        return
    membership.note_deletion(key_of(instance), title=str(instance), user=acting_now().user)


def _base_model(instance: Any) -> Any:
    content_type: ContentType = instance.get_base_content_type()
    return content_type.model_class()


@receiver(transition_made, dispatch_uid="campaign_releases.note_takedown")
def note_taken_down_thing(*, transition: Transition, **_kwargs: Any) -> None:
    """What was taken down leaves the release that would bring it back."""
    acting = transition.acting
    if transition.kind is TransitionKind.WITHDRAW and acting.cause is Cause.TAKEDOWN:
        membership.note_takedown(transition.instance, user=acting.user, reason=acting.reason)


@receiver(public_state_changed, dispatch_uid="campaign_releases.note_translation")
def note_published_translation(*, change: PublicChange, **_kwargs: Any) -> None:
    """A translation that was owed is public now."""
    if change.is_public:
        note_published(change.instance, at=change.at)


@receiver(due_work_failed, dispatch_uid="campaign_releases.note_failed_release")
def note_failed_release(*, work: DueWork, **_kwargs: Any) -> None:
    """A release that used up its attempts has failed, and says so."""
    note_failure(work)
