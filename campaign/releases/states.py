"""The state of a release: lock it, change it, write down who did what, take an approval back."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from wagtail.log_actions import log

from campaign.releases.enums import APPROVED_RELEASE_STATES, ReleaseState
from campaign.releases.models import Release
from campaign.releases.release_notices import tell
from campaign.releases.signals import announce, release_approval_voided, release_changed


def locked(release: Release) -> Release:
    """The release's row, locked and read again. Inside the caller's transaction."""
    return Release.objects.select_for_update(of=("self",), no_key=True).get(pk=release.pk)


def record(release: Release, action: str, /, *, user: Any, **data: Any) -> None:
    """Write the log entry `campaign_releases.release.<action>`, then tell the house."""
    log(instance=release, action=f"campaign_releases.release.{action}", user=user, data=data)
    announce(release_changed, sender=Release, release=release, action=action, user=user)


def change_state(release: Release, state: ReleaseState, **fields: Any) -> None:
    """Write the state and what belongs to it; the items are open as long as the release is."""
    release.state = state
    for name, value in fields.items():
        setattr(release, name, value)
    release.save(update_fields=["state", *fields])
    release.items.exclude(open=state.is_open).update(open=state.is_open)


def void_approval(release: Release, *, reason: str, user: Any = None) -> bool:
    """Take the approval back; a scheduled release is off its schedule with it.

    Args:
        release: need not be approved: then nothing happens.
        reason: a sentence for the owner and the approver: who changed what.
        user: who did it; None when it was nobody.

    Returns whether an approval stood.
    """
    with transaction.atomic():
        release = locked(release)
        if release.state not in APPROVED_RELEASE_STATES:
            return False
        approved_by = release.approved_by
        change_state(
            release,
            ReleaseState.DRAFT,
            approved_by=None,
            approved_at=None,
            approved_digest="",
            approval_void_reason=reason,
            scheduled_at=None,
        )
        record(release, "void_approval", user=user, reason=reason)
        tell(release, "voided", people=[release.owner, approved_by], reason=reason)
        announce(
            release_approval_voided,
            sender=Release,
            release=release,
            reason=reason,
            approved_by=approved_by,
        )
    return True
