"""Who says that a release may go out, and what takes that back."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Page
from wagtail.permissions import policy_registry

from campaign.releases.conf import get_settings
from campaign.releases.enums import ReleaseState
from campaign.releases.exceptions import NotApprovableError, ReleaseStateError
from campaign.releases.membership import refresh_translations
from campaign.releases.models import Release, ReleaseCheck, ReleaseItem
from campaign.releases.moving import hash_of, things_of
from campaign.releases.states import change_state, locked, record, void_approval
from campaign.releases.wall_time import to_the_second

__all__ = [
    "APPROVE_PERMISSION",
    "FRESH_FOR",
    "approve",
    "digest_of",
    "fresh_check",
    "may_move",
    "note_contents",
    "note_edit",
    "void_approval",
    "why_not_approvable",
    "why_unchecked",
]

APPROVE_PERMISSION = "campaign_releases.approve_release"

FRESH_FOR = timedelta(minutes=15)
"""How long a check says how things stand, besides the release itself, for an act that follows."""


def approve(release: Release, *, user: Any, at: datetime) -> Release:
    """Let `user` say that this release may go out as it is now: items, versions, languages, times.

    Raises:
        NotApprovableError: `user` may not approve it, or it was not checked as it is now, or the
            check found what stops it; the message says which, and what to do.
        ReleaseStateError: it is not a draft.
    """
    with transaction.atomic():
        release = locked(release)
        if release.state != ReleaseState.DRAFT:
            raise ReleaseStateError(release, _("approved"))
        refresh_translations(release, user=user, at=at)
        note_contents(release)
        if (reason := why_not_approvable(release, user=user)) is not None:
            raise NotApprovableError(reason)
        change_state(
            release,
            ReleaseState.APPROVED,
            approved_by=user,
            approved_at=at,
            approved_digest=digest_of(release),
            approval_void_reason="",
        )
        record(release, "approve", user=user, items=release.items.count())
    return release


def why_not_approvable(release: Release, *, user: Any) -> str | None:
    """Why `user` may not approve this release, as a sentence; None when they may."""
    if not user.has_perm(APPROVE_PERMISSION):
        return _("You do not have the permission to approve releases.")
    items = list(release.items.select_related("revision__user", "content_type"))
    if not items:
        return _("There is nothing in this release yet.")
    if get_settings().four_eyes and (own := _own_work(release, items, user=user)):
        return own
    if (forbidden := first_forbidden(items, user=user)) is not None:
        return _("You may not publish “%(title)s”, so somebody else has to approve this.") % {
            "title": forbidden.title
        }
    return why_unchecked(release)


def first_forbidden(items: list[ReleaseItem], *, user: Any) -> ReleaseItem | None:
    """The first of these items that this person may not publish by hand; None if there is none."""
    things = things_of(item.key for item in items)
    return next((item for item in items if not may_move(user, things.get(item.key))), None)


def why_unchecked(release: Release) -> str | None:
    """Why the newest check does not let it be approved, and what to do; None when it does."""
    check = release.checks.first()
    if check is None:
        return _("It has not been checked yet. Check it first, and look at what is found.")
    if check.digest != digest_of(release):
        return _("Something has changed since it was checked. Check it again first.")
    if not check.ok:
        return _("The check found what stops it. Put that right, and check it again.")
    return None


def fresh_check(release: Release, *, at: datetime, for_now: bool = False) -> ReleaseCheck | None:
    """The newest check that still says how things stand at `at`; None when there is none.

    It is of exactly what would go out, not older than `FRESH_FOR`, and for the moment when the
    release goes live, or `for_now`.
    """
    check: ReleaseCheck | None = release.checks.filter(
        goes_live_at=None if for_now else release.goes_live_at, run_at__gte=at - FRESH_FOR
    ).first()
    return check if check is not None and check.digest == digest_of(release) else None


def _own_work(release: Release, items: list[ReleaseItem], *, user: Any) -> str | None:
    if user.pk in (release.created_by_id, release.owner_id):
        return _("This release is yours: somebody else has to approve it.")
    for item in items:
        if item.revision is not None and item.revision.user_id == user.pk:
            return _("You wrote the last version of “%(title)s”: somebody else has to approve.") % {
                "title": item.title
            }
    return None


def may_move(user: Any, instance: Any) -> bool:
    """Whether this person may publish and withdraw a page or snippet by hand.

    True for what was deleted: nobody's permission is the trouble then.
    """
    if instance is None:
        return True
    if user is None or not user.is_active:
        return False
    if isinstance(instance, Page):
        return bool(instance.permissions_for_user(user).can_publish())
    return bool(policy_registry.get(instance).user_has_permission(user, "publish"))


def digest_of(release: Release) -> str:
    """The SHA-256 of everything that an approval covers.

    Times are taken as the wall shows them: what was promised is "06:00 in London", also when the
    data of the zone changes and with it the moment.
    """
    covered = {
        "items": sorted(
            [
                item.content_type_id,
                item.object_id,
                item.action,
                item.revision_id,
                item.content_hash,
            ]
            for item in release.items.all()
        ),
        "languages": sorted(release.languages.values_list("locale_id", "policy")),
        "goes_live": [release.zone, release.goes_live_wall, release.goes_live_fold],
        "ends": [release.zone, release.ends_wall, release.ends_fold],
    }
    return hashlib.sha256(json.dumps(covered).encode()).hexdigest()


def note_edit(revision: Any, *, created: bool, at: datetime) -> None:
    """A version was saved: if its page or snippet is in an approved release, that is not any more.

    The pin stays as it is. A version that says the same as the pinned one is no edit.
    """
    key = (revision.base_content_type_id, str(revision.object_id))
    item = ReleaseItem.objects.open().for_key(key).select_related("release").first()
    if item is None:
        return
    is_pinned = item.revision_id == revision.pk
    if hash_of(revision.content) == item.content_hash or not (created or is_pinned):
        return
    if item.release.is_approved:
        who = revision.user.get_username() if revision.user else _("Somebody")
        void_approval(
            item.release,
            reason=_(
                "%(who)s edited “%(title)s” on %(when)s. The release still holds the former "
                "version: look at the new one, take it in if it is wanted, and approve again."
            )
            % {
                "who": who,
                "title": revision.object_str or item.title,
                "when": to_the_second(at),
            },
            user=revision.user,
        )
    if is_pinned:
        _take_note_of_content(item, revision)


def note_contents(release: Release) -> None:
    """Keep what the pinned versions of a draft say now, also what was written past all signals."""
    for item in release.items.select_related("revision"):
        _take_note_of_content(item)


def _take_note_of_content(item: ReleaseItem, revision: Any = None) -> None:
    """Keep the hash of the pinned version as it is now."""
    revision = revision or item.revision
    content_hash = hash_of(revision.content) if revision is not None else ""
    if item.content_hash != content_hash:
        item.content_hash = content_hash
        item.save(update_fields=["content_hash"])
