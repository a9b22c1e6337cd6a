"""Put back what was public before a release, as a release of its own, with its own record.

What a release replaced was kept with it when it went live, as content and not only as a version, so
that purging versions loses nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from campaign.releases.approval import APPROVE_PERMISSION, digest_of, may_move
from campaign.releases.enums import ItemAction, ReleaseState
from campaign.releases.exceptions import NotApprovableError, NothingToPutBackError
from campaign.releases.membership import create_release, insert_item, require_free
from campaign.releases.models import Release, ReleaseItem
from campaign.releases.moving import StepBack, previous_version, steps_back
from campaign.releases.releasing import go_live
from campaign.releases.states import locked, void_approval


def make_inverse(release: Release, *, user: Any, at: datetime) -> Release:
    """Make a draft release that puts back what was public before; it goes the usual way.

    When it goes live, the release that it puts back has ended.

    Raises:
        NothingToPutBackError: the release is not live, or nothing of it would change.
        InOtherReleaseError: one of its things is in another open release by now.
    """
    with transaction.atomic():
        release, steps = _what_to_put_back(release)
        for step in steps:
            require_free(step.row, step.item.key)
        inverse = _create(release, user=user, at=at, description="")
        _fill(inverse, steps, user=user, at=at)
    return inverse


def put_back(release: Release, *, user: Any, at: datetime, reason: str) -> Release:
    """Put back what was public before, at once and in one action; returns the inverse release.

    One pair of eyes is enough: what comes back was approved before. Whoever does it must hold the
    permission to approve releases, and to publish each of the things. Other open releases that hold
    one of them lose their approval.

    Raises:
        NothingToPutBackError: the release is not live, or nothing of it would change.
        NotApprovableError: `user` may not do it.
        ItemFailedError: one thing could not be moved; nothing has changed.
    """
    with transaction.atomic():
        release, steps = _what_to_put_back(release)
        _require_permission(steps, user=user)
        inverse = _create(release, user=user, at=at, description=reason)
        # Open it would clash with another release that holds one of its things.
        _fill(inverse, steps, user=user, at=at, open=False)
        _void_others(inverse, release, user=user)
        inverse.state = ReleaseState.APPROVED
        inverse.approved_by, inverse.approved_at = user, at
        inverse.approved_digest = digest_of(inverse)
        inverse.save(update_fields=["state", "approved_by", "approved_at", "approved_digest"])
        go_live(inverse, user=user, at=at)
    return inverse


def _what_to_put_back(release: Release) -> tuple[Release, list[StepBack]]:
    release = locked(release)
    if release.state != ReleaseState.LIVE:
        raise NothingToPutBackError(
            _("“%(title)s” is not live: there is nothing to put back.") % {"title": release.title}
        )
    steps = [step for step in steps_back(release) if step.action is not None]
    if not steps:
        raise NothingToPutBackError(
            _("Nothing of “%(title)s” would change: all of it was changed by hand since.")
            % {"title": release.title}
        )
    return release, steps


def _require_permission(steps: list[StepBack], *, user: Any) -> None:
    if not user.has_perm(APPROVE_PERMISSION):
        raise NotApprovableError(_("You do not have the permission to approve releases."))
    for step in steps:
        if not may_move(user, step.row):
            raise NotApprovableError(
                _("You may not publish “%(title)s”, so somebody else has to put this back.")
                % {"title": step.item.title}
            )


def _create(release: Release, *, user: Any, at: datetime, description: str) -> Release:
    return create_release(
        _("Put back: %(title)s") % {"title": release.title[:240]},
        description=description,
        user=user,
        at=at,
        owner=release.owner,
        zone=release.zone,
        inverse_of=release,
    )


def _fill(
    inverse: Release, steps: list[StepBack], *, user: Any, at: datetime, open: bool = True
) -> None:
    before = inverse.inverse_of.published_at if inverse.inverse_of else None
    for step in steps:
        brings_back = step.action == ItemAction.PUBLISH
        insert_item(
            inverse,
            step.row,
            action=ItemAction.PUBLISH if brings_back else ItemAction.WITHDRAW,
            revision=previous_version(step.item, step.row, user=user, before=before or at)
            if brings_back
            else None,
            user=user,
            at=at,
            open=open,
        )


def _void_others(inverse: Release, release: Release, *, user: Any) -> None:
    for item in inverse.items.all():
        others = ReleaseItem.objects.open().for_key(item.key).exclude(release=inverse)
        for other in others.select_related("release"):
            void_approval(
                other.release,
                reason=_("“%(title)s” was put back to what it was before “%(release)s”.")
                % {"title": item.title, "release": release.title},
                user=user,
            )
