"""A language set moves together: what happens to a source reaches every translation and alias.

A *source* is what the others were translated from. A *follower* is one of its translations, or an
alias in another language. Aliases that stand beside their original in the same language follow it
through Wagtail.

- A follower is never public before its source: published by hand while the source is only
  scheduled, it is scheduled for the same moment; while the source has no time either, it is
  refused.
- Postponed or brought forward, the source takes along what was scheduled with it.
- What takes the source down takes its followers down: by hand, by its expiry, by deletion.
- A new address of the source becomes the address of followers that had the same one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.actions.unpublish import UnpublishAction
from wagtail.actions.unpublish_page import UnpublishPageAction
from wagtail.models import Page, Revision

from campaign.assurance.enums import Severity
from campaign.assurance.findings import Finding
from campaign.releases.enums import Cause, TransitionKind
from campaign.releases.gate import PublicChange, Transition, acting, bulk_writes
from campaign.releases.together import Having, known_without
from translations.sources import note_source_changed, source_of, translations_of, untranslated

RULE_SOURCE_FIRST = "releases.source_first"
RULE_COMPLETE = "releases.translation_complete"
RULE_OWN_SCHEDULE = "releases.own_schedule"


def followers_of(source: Any) -> Iterator[Any]:
    """The translations and the aliases in other languages, each as its specific class."""
    if known_without(Having.FOLLOWERS, source):
        return
    for row in translations_of(source):
        yield row.specific if isinstance(row, Page) else row


def follow_time_of_source(thing: Any, *, at: datetime) -> None:
    """Give a version of a follower the times of its source, before it passes the gate.

    It changes `thing`, the version as it would be published. Without a source, nothing changes.
    """
    source = source_of(thing)
    if source is None:
        return
    thing.expire_at = _later_end(thing.expire_at, source.expire_at, at=at)
    if source.live:
        return
    source_time = scheduled_time(source)
    if source_time is None or source_time <= at:
        return
    if thing.go_live_at is None or thing.go_live_at < source_time:
        thing.go_live_at = source_time


def _later_end(own: datetime | None, of_source: datetime | None, *, at: datetime) -> Any:
    """A follower has no end of its own; one that has passed would keep it from going live."""
    return None if of_source is None or (own is None and of_source <= at) else of_source


def scheduled_time(thing: Any) -> datetime | None:
    """When a version of a thing is approved to go live; None if none is."""
    found: datetime | None = (
        Revision.objects.for_instance(thing)
        .filter(approved_go_live_at__isnull=False)
        .order_by("approved_go_live_at")
        .values_list("approved_go_live_at", flat=True)
        .first()
    )
    return found


# --- Who is stopped -----------------------------------------------------------------------------


def stop_before_source(transition: Transition) -> Iterable[Finding]:
    """A translation is not public, and not scheduled, while its source is neither."""
    if transition.kind not in (TransitionKind.PUBLISH, TransitionKind.SCHEDULE):
        return
    thing = transition.instance
    if getattr(thing, "alias_of_id", None):
        return
    source = source_of(thing)
    if source is None or source.live:
        return
    time_of_source = scheduled_time(source)
    if transition.acting.cause is Cause.RELEASE or (
        time_of_source is not None
        and (transition.kind is TransitionKind.SCHEDULE or time_of_source <= transition.at)
    ):
        return
    yield Finding(
        rule=RULE_SOURCE_FIRST,
        severity=Severity.CRITICAL,
        why=_("“%(title)s”, from which this is translated, is not public.")
        % {"title": _title(source)},
        what_to_do=_(
            "Publish or schedule that first; this translation can then go live with it. Your text "
            "is kept as a draft."
        ),
    )


def stop_incomplete_translation(transition: Transition) -> Iterable[Finding]:
    """A translation with texts still in the other language does not become public.

    What a takedown took down comes back as it was, whatever has changed in its source since.
    """
    if transition.kind not in (TransitionKind.PUBLISH, TransitionKind.SCHEDULE):
        return
    if transition.acting.cause is Cause.TAKEDOWN:
        return
    if getattr(transition.instance, "alias_of_id", None):
        return
    missing = untranslated(transition.instance)
    if missing is None or missing[0] == 0:
        return
    yield Finding(
        rule=RULE_COMPLETE,
        severity=Severity.CRITICAL,
        why=_("%(missing)d of %(total)d texts are not translated yet.")
        % {"missing": missing[0], "total": missing[1]},
        what_to_do=_("Translate them, then publish. What is public now stays as it is until then."),
    )


def stop_losing_a_schedule(transition: Transition) -> Iterable[Finding]:
    """A person who publishes one version would silently cancel another that is scheduled."""
    if transition.kind is not TransitionKind.PUBLISH or transition.revision is None:
        return
    if transition.acting.cause is not Cause.PERSON:
        return
    scheduled = (
        Revision.objects.for_instance(transition.instance)
        .filter(approved_go_live_at__gt=transition.at)
        .exclude(pk=transition.revision.pk)
        .first()
    )
    if scheduled is None:
        return
    when = timezone.localtime(scheduled.approved_go_live_at)
    yield Finding(
        rule=RULE_OWN_SCHEDULE,
        severity=Severity.CRITICAL,
        why=_("Another version is scheduled for %(when)s and would be lost.")
        % {"when": f"{when:%-d %B %Y, %H:%M} ({when.tzname()})"},
        what_to_do=_("Cancel that schedule first, or schedule this version instead of it."),
    )


# --- What follows -------------------------------------------------------------------------------


def follow(transition: Transition) -> None:
    """Take the followers along, in the transaction in which their source moved."""
    thing = transition.instance
    if getattr(thing, "alias_of_id", None) or getattr(thing, "translation_key", None) is None:
        return
    if transition.kind is TransitionKind.PUBLISH:
        note_source_changed(thing)
    followers = list(followers_of(thing))
    if not followers:
        return
    moves = {
        TransitionKind.PUBLISH: _take_over_end,
        TransitionKind.SCHEDULE: _move_schedule,
        TransitionKind.UNSCHEDULE: _cancel_schedule,
        TransitionKind.WITHDRAW: _withdraw,
    }
    with acting(cause=_cause_of_following(transition)):
        for follower in followers:
            moves[transition.kind](follower, transition)


def _cause_of_following(transition: Transition) -> Cause:
    """A takedown and a release stay what they are in the ledger; all else follows its source."""
    keep = (Cause.TAKEDOWN, Cause.RELEASE, Cause.MAINTENANCE)
    return transition.acting.cause if transition.acting.cause in keep else Cause.LANGUAGE_SET


def _take_over_end(follower: Any, transition: Transition) -> None:
    """An end copied from the source when the translation was made may be out of date."""
    end = transition.instance.expire_at
    if follower.live and follower.expire_at is not None and follower.expire_at != end:
        follower.expire_at = end
        follower.save(update_fields=["expire_at"])


def _move_schedule(follower: Any, transition: Transition) -> None:
    """What goes live with the source goes live at its new time; nothing goes live before it."""
    revision = _scheduled_revision(follower)
    if revision is None:
        return
    former = transition.former_at
    with_source = former is not None and revision.approved_go_live_at == former
    too_early = not transition.instance.live and revision.approved_go_live_at < transition.at
    if with_source or too_early:
        move_schedule(revision, to=transition.at)


def move_schedule(revision: Revision, *, to: datetime) -> None:
    """Approve the same version for another moment (aware), through the gate."""
    revision.content["go_live_at"] = to.isoformat()
    revision.approved_go_live_at = to
    revision.save(update_fields=["content", "approved_go_live_at"])


def _cancel_schedule(follower: Any, transition: Transition) -> None:
    revision = _scheduled_revision(follower)
    if revision is not None and revision.approved_go_live_at == transition.at:
        revision.approved_go_live_at = None
        revision.save(update_fields=["approved_go_live_at"], user=transition.acting.user)


def _withdraw(follower: Any, transition: Transition) -> None:
    revision = _scheduled_revision(follower)
    by_itself = transition.acting.cause is Cause.SCHEDULE
    if follower.live:
        standing = revision.approved_go_live_at if revision is not None and by_itself else None
        _unpublish(follower, expired=transition.instance.expired, user=transition.acting.user)
        if revision is not None and standing is not None:
            # Only the source's time has ended; a later schedule stands, as the source's own does.
            with bulk_writes():
                Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=standing)
    elif revision is not None and not by_itself:
        revision.approved_go_live_at = None
        revision.save(update_fields=["approved_go_live_at"], user=transition.acting.user)


def _unpublish(follower: Any, *, expired: bool, user: Any) -> None:
    """Withdraw a follower: whoever may withdraw the source may, and no lock keeps it up."""
    action = UnpublishPageAction if isinstance(follower, Page) else UnpublishAction
    action(follower, set_expired=expired, user=user).execute(skip_permission_checks=True)


def _scheduled_revision(thing: Any) -> Revision | None:
    return Revision.objects.for_instance(thing).filter(approved_go_live_at__isnull=False).first()


def follow_address(change: PublicChange) -> None:
    """Give followers that had the same last part of the address the new one.

    Raises ValidationError when another page has that address: then nothing of it happens.
    """
    page = change.instance
    if not (change.was_public and change.is_public and change.old_path):
        return
    former = _last_part(change.old_path)
    if former == page.slug or getattr(page, "alias_of_id", None):
        return
    with acting(cause=Cause.LANGUAGE_SET):
        for follower in followers_of(page):
            if _last_part(follower.url_path) == former:
                follower.slug = page.slug
                follower.save()
                _rename_draft(follower, former)


def _last_part(path: str) -> str:
    """The last part of an address. For a page it is its slug, but not while a release moves it."""
    return path.rstrip("/").rpartition("/")[2]


def _rename_draft(follower: Any, former: str) -> None:
    latest = Revision.objects.for_instance(follower).order_by("-created_at", "-pk").first()
    if latest is not None and latest.content.get("slug") == former:
        latest.content["slug"] = follower.slug
        latest.save(update_fields=["content"])


def _title(thing: Any) -> str:
    return str(getattr(thing, "title", "") or thing)
