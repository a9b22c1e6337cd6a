"""What is in a release: add, remove, pin, languages, and what else might belong to it.

Everything here that changes what would go out voids an approval that stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from wagtail.models import DraftStateMixin, Locale, Page, Revision

from campaign.assurance.enums import Severity
from campaign.assurance.findings import Finding
from campaign.assurance.links import Link, links_of
from campaign.assurance.rules import Key, key_of
from campaign.releases.enums import (
    APPROVED_RELEASE_STATES,
    Cause,
    ItemAction,
    LanguagePolicy,
    ReleaseState,
    TransitionKind,
)
from campaign.releases.exceptions import (
    InOtherReleaseError,
    NotReleasableError,
    OwnScheduleError,
    ReleaseStateError,
)
from campaign.releases.gate import Transition, acting
from campaign.releases.models import Release, ReleaseItem, ReleaseLanguage
from campaign.releases.moving import hash_of
from campaign.releases.states import change_state, locked, record, void_approval
from campaign.releases.together import Having, known_without
from campaign.releases.wall_time import to_the_second
from translations.progress import (
    forget_draft_of_source,
    offer_draft_of_source,
    readiness,
    save_translated,
    translation_in,
)
from translations.sources import source_of

RULE_IN_RELEASE = "releases.in_a_release"


def create_release(
    title: str,
    *,
    user: Any,
    at: datetime,
    description: str = "",
    owner: Any = None,
    zone: str = "",
    inverse_of: Release | None = None,
) -> Release:
    """Make an empty release; its owner (`user` unless named) is told what becomes of it."""
    with transaction.atomic():
        release = Release.objects.create(
            title=title,
            description=description,
            owner=owner or user,
            zone=zone or settings.TIME_ZONE,
            inverse_of=inverse_of,
            created_at=at,
            created_by=user,
        )
        record(release, "create", user=user)
    return release


def change_description(
    release: Release, *, title: str, description: str, owner: Any, user: Any
) -> Release:
    """Change what a release is called and who is told. An approval stands."""
    with transaction.atomic():
        release = locked(release)
        release.title, release.description, release.owner = title, description, owner
        release.save(update_fields=["title", "description", "owner"])
        record(release, "edit", user=user)
    return release


def cancel_release(release: Release, *, user: Any, reason: str = "") -> Release:
    """Give a release up before it has gone live; its items are free for others.

    Raises:
        ReleaseStateError: it is live, or over.
    """
    with transaction.atomic():
        release = _open(release, _("cancelled"))
        sources = [item.instance() for item in release.items.all()]
        change_state(release, ReleaseState.CANCELLED, scheduled_at=None)
        record(release, "cancel", user=user, reason=reason)
        for source in sources:
            forget_draft_of_source(source)
    return release


# --- Items ---------------------------------------------------------------------------------------


def add_item(
    release: Release,
    instance: Any,
    *,
    user: Any,
    at: datetime,
    action: ItemAction = ItemAction.PUBLISH,
    revision: Revision | None = None,
    take_over_schedule: bool = False,
) -> ReleaseItem:
    """Put a page or snippet into a release, pinned to `revision` or to its newest version.

    Adding what is in it already returns the item as it is. A record without any version gets one
    of what is in the database.

    Raises:
        NotReleasableError: an alias, or a type that has no drafts.
        InOtherReleaseError: it is in another release that is still to go live.
        OwnScheduleError: it has an approved schedule of its own and `take_over_schedule` is false.
        ReleaseStateError: the release has gone live, or is over.
    """
    instance = _specific(instance)
    _require_releasable(instance)
    with transaction.atomic():
        release = _open(release, _("added to"))
        key = key_of(instance)
        present = release.items.for_key(key).first()
        if present is not None:
            return present
        require_free(instance, key)
        _settle_own_schedule(instance, take_over=take_over_schedule, user=user)
        if action == ItemAction.WITHDRAW:
            revision = None
        else:
            revision = revision or newest_version(instance, user=user)
        item = insert_item(
            release,
            instance,
            action=action,
            revision=revision,
            user=user,
            at=at,
        )
        record(
            release,
            "add",
            user=user,
            item=item.title,
            action=str(item.action),
            revision=item.revision_id,
        )
        _changed(release, user=user, reason=_("“%(title)s” was added.") % {"title": item.title})
        _bring_languages(release, [item], user=user, at=at)
    return item


def add_items(
    release: Release,
    instances: Iterable[Any],
    *,
    user: Any,
    at: datetime,
    action: ItemAction = ItemAction.PUBLISH,
    take_over_schedule: bool = False,
) -> list[ReleaseItem]:
    """Add several things, all or none; see `add_item`. Parents come before children."""
    with transaction.atomic():
        return [
            add_item(
                release,
                instance,
                user=user,
                at=at,
                action=action,
                take_over_schedule=take_over_schedule,
            )
            for instance in instances
        ]


def remove_item(item: ReleaseItem, *, user: Any, reason: str = "") -> None:
    """Take a thing out of a release, with the translations that came with it.

    Raises:
        ReleaseStateError: the release has gone live, or is over.
    """
    with transaction.atomic():
        release = _open(item.release, _("changed"))
        title = item.title
        source = item.instance()
        item.delete()
        record(release, "remove", user=user, item=title, reason=reason)
        _changed(
            release,
            user=user,
            reason=reason or _("“%(title)s” was removed.") % {"title": title},
        )
        forget_draft_of_source(source)


def pin(item: ReleaseItem, *, user: Any, at: datetime, revision: Revision | None = None) -> bool:
    """Pin an item to a version (None: the newest one); returns whether that changed anything.

    Raises:
        NotReleasableError: the version is of another thing, or the item only comes down.
        ReleaseStateError: the release has gone live, or is over.
    """
    with transaction.atomic():
        release = _open(item.release, _("changed"))
        instance = item.instance()
        if item.action == ItemAction.WITHDRAW or instance is None:
            raise NotReleasableError(
                _("“%(title)s” only comes down: there is no version to choose.")
                % {"title": item.title}
            )
        revision = revision or newest_version(instance, user=user)
        if (revision.base_content_type_id, str(revision.object_id)) != item.key:
            raise NotReleasableError(
                _("That is no version of “%(title)s”.") % {"title": item.title}
            )
        content_hash = hash_of(revision.content)
        if item.revision_id == revision.pk and item.content_hash == content_hash:
            return False
        item.revision = revision
        item.content_hash = content_hash
        item.title = _title(revision.object_str or instance)
        item.save(update_fields=["revision", "content_hash", "title"])
        record(release, "pin", user=user, item=item.title, revision=revision.pk)
        _changed(
            release,
            user=user,
            reason=_("“%(title)s” was set to another version.") % {"title": item.title},
        )
        _bring_languages(release, [item], user=user, at=at)
    return True


def pin_all_to_newest(release: Release, *, user: Any, at: datetime) -> list[ReleaseItem]:
    """Pin every item to its newest version; returns those that changed."""
    with transaction.atomic():
        items = release.items.filter(action=ItemAction.PUBLISH)
        return [item for item in items if pin(item, user=user, at=at)]


def newest_version(instance: Any, *, user: Any = None) -> Revision:
    """The newest version of a thing; made from the database where there is none.

    A translation whose texts are complete and newer than its newest version gets one of them.
    """
    save_translated(instance, user=user)
    revision: Revision | None = (
        Revision.objects.for_instance(instance).order_by("-created_at", "-pk").first()
    )
    return revision or instance.save_revision(user=user, changed=False, clean=False)


def is_newest(item: ReleaseItem) -> bool:
    """Whether an item is pinned to the newest version, or to one that says the same."""
    if item.revision is None:
        return item.action == ItemAction.WITHDRAW
    newest = (
        Revision.objects.filter(base_content_type_id=item.content_type_id, object_id=item.object_id)
        .order_by("-created_at", "-pk")
        .first()
    )
    return newest is None or hash_of(newest.content) == item.content_hash


def note_takedown(instance: Any, *, user: Any, reason: str) -> None:
    """A page or snippet was taken down: it leaves the release that would bring it back."""
    item = ReleaseItem.objects.open().for_key(key_of(instance)).select_related("release").first()
    if item is not None:
        remove_item(
            item,
            user=user,
            reason=_("“%(title)s” was taken down: %(reason)s")
            % {"title": item.title, "reason": reason or _("no reason was given")},
        )


def note_deletion(key: Key, *, title: str, user: Any = None) -> None:
    """A page or snippet was deleted: it leaves the release that is still to go live."""
    item = ReleaseItem.objects.open().for_key(key).select_related("release").first()
    if item is not None:
        remove_item(
            item, user=user, reason=_("“%(title)s” was deleted.") % {"title": title or item.title}
        )


# --- Languages -----------------------------------------------------------------------------------


def set_language(
    release: Release, locale: Locale, *, policy: LanguagePolicy, user: Any, at: datetime
) -> ReleaseLanguage:
    """Make a language belong to the release, or change what its translations do.

    Raises:
        ReleaseStateError: the release has gone live, or is over.
    """
    with transaction.atomic():
        release = _open(release, _("changed"))
        language, created = ReleaseLanguage.objects.get_or_create(
            release=release, locale=locale, defaults={"policy": policy}
        )
        if not created and language.policy == policy:
            return language
        language.policy = policy
        language.save(update_fields=["policy"])
        record(release, "set_language", user=user, language=str(locale), policy=str(policy))
        _changed(
            release,
            user=user,
            reason=_("The language %(language)s was set to “%(policy)s”.")
            % {"language": locale, "policy": language.get_policy_display()},
        )
        _bring_languages(release, release.items.all(), user=user, at=at)
    return language


def remove_language(release: Release, locale: Locale, *, user: Any) -> None:
    """Take a language out of the release, with the translations that came with it.

    Raises:
        ReleaseStateError: the release has gone live, or is over.
    """
    with transaction.atomic():
        release = _open(release, _("changed"))
        deleted, _rows = release.languages.filter(locale=locale).delete()
        if not deleted:
            return
        for item in release.items.filter(translation_of__isnull=False):
            if getattr(item.instance(), "locale_id", None) == locale.pk:
                item.delete()
        record(release, "remove_language", user=user, language=str(locale))
        _changed(
            release,
            user=user,
            reason=_("The language %(language)s was removed.") % {"language": locale},
        )


def refresh_translations(release: Release, *, user: Any, at: datetime) -> None:
    """Bring the translations of a release up to date: those there are, at their newest version.

    Only while it is a draft: what was approved stays as it was approved.
    """
    with transaction.atomic():
        release = locked(release)
        if release.state == ReleaseState.DRAFT:
            _bring_languages(release, release.items.all(), user=user, at=at)


def bring_translation(
    item: ReleaseItem, instance: Any, *, user: Any, at: datetime
) -> ReleaseItem | None:
    """Put a translation beside its source; None when it is in another open release."""
    key = key_of(instance)
    elsewhere = ReleaseItem.objects.open().for_key(key).exclude(release=item.release)
    if elsewhere.exists():
        return None
    withdraws = item.action == ItemAction.WITHDRAW
    revision = None if withdraws else newest_version(instance, user=user)
    present = item.release.items.for_key(key).first()
    if present is None:
        return insert_item(
            item.release,
            instance,
            action=ItemAction(item.action),
            revision=revision,
            user=user,
            at=at,
            translation_of=item,
        )
    if revision is not None and present.translation_of_id is not None:
        present.revision = revision
        present.content_hash = hash_of(revision.content)
        present.title = _title(revision.object_str or instance)
        present.save(update_fields=["revision", "content_hash", "title"])
    return present


def _bring_languages(
    release: Release, items: Iterable[ReleaseItem], *, user: Any, at: datetime
) -> None:
    """Take in the translations of these items, in the languages that belong to the release.

    What is withdrawn takes every public translation along, whatever the languages say. Editors of
    translations are shown the pinned version as the text to translate.
    """
    languages = list(release.languages.select_related("locale"))
    for item in items:
        if item.translation_of_id is not None:
            continue
        instance: Any = item.instance()
        if getattr(instance, "translation_key", None) is None:
            continue
        if languages and item.revision is not None:
            offer_draft_of_source(item.revision.as_object())
        for language in languages:
            translation = translation_in(instance, language.locale)
            if translation is not None:
                _bring_or_leave(item, translation, language, user=user, at=at)


def _bring_or_leave(
    item: ReleaseItem, translation: Any, language: ReleaseLanguage, *, user: Any, at: datetime
) -> None:
    """A translation that nothing waits for is in the release only while it is ready."""
    save_translated(translation, user=user)
    pinned: Any = item.revision
    waits = language.policy == LanguagePolicy.WAIT or pinned is None
    if waits or readiness(pinned.as_object(), language.locale).is_ready:
        bring_translation(item, translation, user=user, at=at)
    else:
        item.translations.for_key(key_of(translation)).delete()


def staying_behind(release: Release) -> list[ReleaseItem]:
    """Translations of a release that are not ready (any more), and that nothing waits for.

    They are left out when it goes live, and follow later.
    """
    free = set(
        release.languages.exclude(policy=LanguagePolicy.WAIT).values_list("locale_id", flat=True)
    )
    behind = []
    for item in release.items.filter(translation_of__revision__isnull=False).select_related(
        "translation_of__revision", "content_type"
    ):
        instance: Any = item.instance()
        source: Any = item.translation_of
        if instance is None or instance.locale_id not in free:
            continue
        if not readiness(source.revision.as_object(), instance.locale).is_ready:
            behind.append(item)
    return behind


# --- Suggestions ---------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """Something that would be linked to by the release and is not public.

    Attributes:
        instance: the page (specific) or snippet that is not public.
        linked_from: titles of what links to it, in the release or suggested before it.
        blocked_by: another open release that has it, or None.
    """

    instance: Any
    linked_from: tuple[str, ...]
    blocked_by: Release | None


def suggestions(release: Release, *, limit: int = 100) -> list[Suggestion]:
    """What the release links to that will not be public then, and what that links to in turn.

    At most `limit`, nearest first.
    """
    inside = {item.key for item in release.items.all()}
    waiting = [
        (item.title, links_of(item.revision.as_object()))
        for item in release.items.select_related("revision")
        if item.revision is not None
    ]
    found: dict[Key, tuple[Any, list[str]]] = {}
    while waiting and len(found) < limit:
        title, links = waiting.pop(0)
        for target in _not_public(links, inside):
            key = key_of(target)
            if key in found:
                if title not in found[key][1]:
                    found[key][1].append(title)
            elif len(found) < limit:
                found[key] = (target, [title])
                draft = target.get_latest_revision_as_object()
                waiting.append((_title(target), links_of(draft)))
    elsewhere = {
        item.key: item.release
        for item in ReleaseItem.objects.open().exclude(release=release).select_related("release")
    }
    return [
        Suggestion(instance=target, linked_from=tuple(titles), blocked_by=elsewhere.get(key))
        for key, (target, titles) in found.items()
    ]


def _not_public(links: Iterable[Link], inside: set[Key]) -> Iterator[Any]:
    for link in links:
        target = link.target
        if (
            target is not None
            and isinstance(target, DraftStateMixin)
            and not target.live
            and key_of(target) not in inside
            and getattr(target, "alias_of_id", None) is None
        ):
            yield _specific(target)


# --- The gate ------------------------------------------------------------------------------------


def stop_members(transition: Transition) -> Iterable[Finding]:
    """What is in a release that is still to go live is not published, scheduled or withdrawn alone.

    It comes down all the same when its own time has ended, and with a takedown.
    """
    if transition.kind is TransitionKind.UNSCHEDULE or _passes(transition):
        return
    item = _open_item(transition.instance)
    if item is not None and not _belongs_to(transition.acting.release_id, item):
        yield _in_release(item)
        return
    item = _offered_source(transition)
    if item is not None:
        yield _source_in_release(item)


def _in_release(item: ReleaseItem) -> Finding:
    return Finding(
        rule=RULE_IN_RELEASE,
        severity=Severity.CRITICAL,
        why=_("“%(title)s” belongs to the release “%(release)s”, which is still to go live.")
        % {"title": item.title, "release": item.release.title},
        what_to_do=_(
            "Save your changes as a draft and take the new version into the release, or remove "
            "it from the release first."
        ),
    )


def _offered_source(transition: Transition) -> ReleaseItem | None:
    """The item from which this is translated, if translators were given its text already.

    What they write then says what the original does not say in public yet.
    """
    if transition.kind is TransitionKind.WITHDRAW or transition.acting.cause is Cause.RELEASE:
        return None
    source = source_of(transition.instance)
    item = None if source is None else _open_item(source)
    if item is None or item.revision_id is None or not item.release.languages.exists():
        return None
    return item


def _source_in_release(item: ReleaseItem) -> Finding:
    return Finding(
        rule=RULE_IN_RELEASE,
        severity=Severity.CRITICAL,
        why=_(
            "This translates “%(title)s” as it will be with the release “%(release)s”, which is "
            "still to go live."
        )
        % {"title": item.title, "release": item.release.title},
        what_to_do=_(
            "Save your changes as a draft. They can go live with that release, or after it."
        ),
    )


def _passes(transition: Transition) -> bool:
    cause = transition.acting.cause
    return cause in (Cause.TAKEDOWN, Cause.LANGUAGE_SET, Cause.MAINTENANCE) or (
        cause is Cause.SCHEDULE and transition.kind is TransitionKind.WITHDRAW
    )


def _open_item(instance: Any) -> ReleaseItem | None:
    if known_without(Having.OPEN_ITEM, instance):
        return None
    return ReleaseItem.objects.open().for_key(key_of(instance)).select_related("release").first()


def _belongs_to(release_id: int | None, item: ReleaseItem) -> bool:
    """Whether the release that acts has this thing too: then it is that release's own to move."""
    return release_id is not None and (
        release_id == item.release_id
        or ReleaseItem.objects.filter(release_id=release_id).for_key(item.key).exists()
    )


# --- What the functions above share --------------------------------------------------------------


def _open(release: Release, wanted: str) -> Release:
    release = locked(release)
    if not release.is_open:
        raise ReleaseStateError(release, wanted)
    return release


def _changed(release: Release, *, user: Any, reason: str) -> None:
    if release.state in APPROVED_RELEASE_STATES:
        void_approval(release, reason=reason, user=user)
        release.refresh_from_db()


def _specific(instance: Any) -> Any:
    return instance.specific if isinstance(instance, Page) else instance


def _require_releasable(instance: Any) -> None:
    title = _title(instance)
    if not isinstance(instance, DraftStateMixin):
        raise NotReleasableError(
            _("“%(title)s” has no drafts: it is public as soon as it is saved.") % {"title": title}
        )
    if getattr(instance, "alias_of_id", None) is not None:
        raise NotReleasableError(
            _("“%(title)s” is an alias and goes along with its original. Add the original.")
            % {"title": title}
        )


def require_free(instance: Any, key: Key) -> None:
    """Raise InOtherReleaseError when a thing is in a release that is still to go live."""
    elsewhere = ReleaseItem.objects.open().for_key(key).select_related("release").first()
    if elsewhere is not None:
        raise InOtherReleaseError(_title(instance), elsewhere.release)


def _settle_own_schedule(instance: Any, *, take_over: bool, user: Any) -> None:
    """Refuse a thing with an approved schedule of its own, or clear that."""
    scheduled = (
        Revision.objects.for_instance(instance)
        .filter(approved_go_live_at__isnull=False)
        .order_by("approved_go_live_at")
        .first()
    )
    if scheduled is None:
        return
    if not take_over:
        raise OwnScheduleError(_title(instance), to_the_second(scheduled.approved_go_live_at))
    with acting(user=user):
        scheduled.approved_go_live_at = None
        # `user` and no log entry besides: Wagtail logs a cancelled schedule itself.
        scheduled.save(user=user, update_fields=["approved_go_live_at"])


def insert_item(
    release: Release,
    instance: Any,
    *,
    action: ItemAction,
    revision: Revision | None,
    user: Any,
    at: datetime,
    translation_of: ReleaseItem | None = None,
    open: bool | None = None,
) -> ReleaseItem:
    """Write one item of a release; who may call it, and in which state, is the caller's to know.

    Raises:
        InOtherReleaseError: it is in another open release.
    """
    content_type_id, object_id = key_of(instance)
    try:
        with transaction.atomic():
            return ReleaseItem.objects.create(
                release=release,
                content_type=ContentType.objects.get_for_id(content_type_id),
                object_id=object_id,
                revision=revision,
                action=action,
                title=_title(revision.object_str if revision else instance),
                content_hash=hash_of(revision.content) if revision else "",
                translation_of=translation_of,
                position=release.items.count(),
                open=release.is_open if open is None else open,
                added_at=at,
                added_by=user,
            )
    except IntegrityError:
        # Somebody else added it at the same moment.
        require_free(instance, (content_type_id, object_id))
        raise


def _title(thing: Any) -> str:
    """The title of a page; what a record, or a version (as text), calls itself."""
    return str(thing.title if isinstance(thing, Page) else thing)[:255]
