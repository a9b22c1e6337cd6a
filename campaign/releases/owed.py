"""Translations that stay behind when their source goes live, and what becomes of them.

A release may let a language go when it is ready, or go with a notice. What was not ready at the
moment is owed: written down, until a complete translation is public.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from campaign.assurance.rules import key_of
from campaign.releases.enums import Cause, ItemAction, LanguagePolicy, ReleaseState
from campaign.releases.gate import acting
from campaign.releases.membership import newest_version
from campaign.releases.models import OwedTranslation, Release, ReleaseItem
from campaign.releases.states import record
from campaign.releases.together import Having, known_without
from translations.progress import (
    Readiness,
    last_changes,
    readiness,
    save_translated,
    translation_in,
)

logger = logging.getLogger(__name__)


def note_owed(release: Release, *, at: datetime) -> None:
    """Write down which translations stayed behind, in languages that do not make it wait."""
    languages = list(release.languages.exclude(policy=LanguagePolicy.WAIT).select_related("locale"))
    if not languages:
        return
    inside = {item.key for item in release.items.all()}
    for item in release.items.filter(translation_of=None, action=ItemAction.PUBLISH):
        instance: Any = item.instance()
        if getattr(instance, "translation_key", None) is None:
            continue
        for language in languages:
            if language.locale_id == instance.locale_id:
                continue
            found = readiness(instance, language.locale)
            if found.is_ready and key_of(found.translation) in inside:
                continue
            OwedTranslation.objects.create(
                release=release,
                item=item,
                content_type_id=item.content_type_id,
                translation_key=instance.translation_key,
                locale=language.locale,
                policy=language.policy,
                owed_since=at,
                looked_at=at,
            )


def settle_owed(*, at: datetime, instance: Any = None) -> list[Any]:
    """Publish translations that are owed, go when ready, and are complete now.

    Args:
        at: now (aware).
        instance: look at this translation; None: at all whose texts changed since the last look.

    Returns what was published. Each is its own transaction: one that fails stays owed, is logged,
    and does not stop the others.
    """
    standing = OwedTranslation.objects.unsettled().filter(policy=LanguagePolicy.GO_WHEN_READY)
    if instance is not None:
        standing = standing.filter(
            translation_key=instance.translation_key, locale_id=instance.locale_id
        )
    owed = list(standing.select_related("release__approved_by", "item__content_type", "locale"))
    if instance is None:
        owed = _changed_since(owed)
    published = []
    for one in owed:
        try:
            if (translation := _follow_later(one, at=at)) is not None:
                published.append(translation)
        except Exception:
            logger.exception(
                "A translation could not follow",
                extra={"event": "owed_translation_failed", "owed_id": one.pk},
            )
    OwedTranslation.objects.filter(pk__in=[one.pk for one in owed]).update(looked_at=at)
    return published


def _changed_since(owed: list[OwedTranslation]) -> list[OwedTranslation]:
    if not owed:
        return []
    changes = last_changes({one.translation_key for one in owed})
    return [
        one
        for one in owed
        if (last := changes.get((one.translation_key, one.locale_id))) and last > one.looked_at
    ]


def _follow_later(owed: OwedTranslation, *, at: datetime) -> Any | None:
    release = owed.release
    with transaction.atomic():
        still = OwedTranslation.objects.unsettled().select_for_update(of=("self",), no_key=True)
        found = _ready_to_follow(owed) if still.filter(pk=owed.pk).exists() else None
        if found is None:
            return None
        revision = newest_version(found.translation)
        with acting(
            cause=Cause.RELEASE,
            release_id=release.pk,
            approved_by=release.approved_by,
            at=at,
            reason=_("It follows its source, which went live with the release."),
        ):
            revision.publish(skip_permission_checks=True)
        record(release, "follow", user=None, item=str(found.translation), revision=revision.pk)
    return found.translation


def _ready_to_follow(owed: OwedTranslation) -> Readiness | None:
    source: Any = owed.item.instance()
    translation = None if source is None else translation_in(source, owed.locale)
    if translation is None or not source.live:
        return None
    if ReleaseItem.objects.open().for_key(key_of(translation)).exists():
        return None
    save_translated(translation)
    found = readiness(source, owed.locale)
    return found if found.is_ready else None


def note_published(instance: Any, *, at: datetime) -> None:
    """A translation has become public: nothing is owed for it any more, if it is complete."""
    if getattr(instance, "translation_key", None) is None:
        return
    if known_without(Having.OWED_TRANSLATION, instance):
        return
    owed = OwedTranslation.objects.unsettled().filter(
        translation_key=instance.translation_key, locale_id=instance.locale_id
    )
    for one in owed.select_related("item__content_type", "locale"):
        source = one.item.instance()
        if source is not None and readiness(source, one.locale).is_ready:
            one.settled_at = at
            one.save(update_fields=["settled_at"])


@dataclass(frozen=True, kw_only=True)
class TranslationNotice:
    """What a page has to say: the page it was translated from has moved on.

    Attributes:
        release: the release with which the source moved on.
        since: when it did (aware).
    """

    release: Release
    since: datetime


def translation_notice(instance: Any) -> TranslationNotice | None:
    """The notice that a translation has to show, or None. One query."""
    if getattr(instance, "translation_key", None) is None:
        return None
    owed = (
        OwedTranslation.objects.unsettled()
        .filter(
            policy=LanguagePolicy.GO_WITH_NOTICE,
            translation_key=instance.translation_key,
            locale_id=instance.locale_id,
            item__release__state=ReleaseState.LIVE,
        )
        .select_related("release")
        .order_by("owed_since")
        .first()
    )
    return None if owed is None else TranslationNotice(release=owed.release, since=owed.owed_since)
