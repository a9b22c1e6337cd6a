"""How far a translation is, measured against one exact version of its source.

wagtail-localize counts against the text that it took from the source the last time; that may be
older or newer than the version which is to go out. Here the texts of that very version are looked
for among the translated ones.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify
from wagtail.coreutils import find_available_slug
from wagtail.models import Locale, Page, Revision, WorkflowMixin
from wagtail_localize.models import (
    StringTranslation,
    Translation,
    TranslationLog,
    TranslationSource,
)
from wagtail_localize.segments import StringSegmentValue
from wagtail_localize.segments.extract import extract_segments


class Progress(StrEnum):
    """How far one translation is."""

    MISSING = "missing"
    """There is none, or only a page that shows the original's text."""

    INCOMPLETE = "incomplete"
    """Some of its texts are not translated."""

    UNSAVED = "unsaved"
    """All texts are translated, but its newest version was saved before the last of them."""

    UNREVIEWED = "unreviewed"
    """It is waiting for somebody in a workflow."""

    READY = "ready"


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """How far the translation of one version into one language is.

    Attributes:
        progress: how far.
        translation: the translated page (specific) or record, or None when there is none.
        missing: how many texts are not translated; 0 when nobody counts them.
        total: how many texts there are to translate; 0 when nobody counts them.
    """

    progress: Progress
    translation: Any = None
    missing: int = 0
    total: int = 0

    @property
    def is_ready(self) -> bool:
        """Whether it may go out."""
        return self.progress is Progress.READY


def readiness(source: Any, locale: Locale) -> Readiness:
    """How far the translation of `source`, exactly as it is given, is in `locale`.

    A translation that wagtail-localize does not manage was written by hand: nobody can count its
    texts, and it is ready unless it waits for a review.
    """
    translation = translation_in(source, locale)
    if translation is None:
        return Readiness(progress=Progress.MISSING)
    total = missing = 0
    progress = Progress.READY
    if _is_managed(source, locale):
        wanted = _texts(source)
        translated = _translated(source, locale)
        total, missing = len(wanted), len(wanted - translated.keys())
        if missing:
            progress = Progress.INCOMPLETE
        elif not _is_saved_after(translation, [translated[text] for text in wanted]):
            progress = Progress.UNSAVED
    if progress is Progress.READY and _awaits_review(translation):
        progress = Progress.UNREVIEWED
    return Readiness(progress=progress, translation=translation, missing=missing, total=total)


def save_translated(translation: Any, *, user: Any = None) -> bool:
    """Save a version of a translation with all its texts, if it is complete and there is none.

    wagtail-localize keeps texts apart from the page until somebody publishes it. What goes out with
    others needs a version before that. Nothing public changes.
    """
    managed = _managed(translation)
    if managed is None:
        return False
    total, done = managed.get_progress()
    newest = _last_change(translation)
    if done < total or newest is None or _is_saved_after(translation, [newest]):
        return False
    draft = managed.source.get_ephemeral_translated_instance(managed.target_locale, fallback=True)
    if isinstance(draft, Page):
        draft.slug = find_available_slug(
            draft.get_parent(), slugify(draft.slug), ignore_page_id=draft.pk
        )
    revision = draft.save_revision(user=user)
    TranslationLog.objects.create(
        source=managed.source, locale=managed.target_locale, revision=revision
    )
    return True


def last_changes(keys: Collection[UUID]) -> dict[tuple[UUID, int], datetime]:
    """When a text of each translation key and language (id) was last translated. One query."""
    rows = (
        StringTranslation.objects.filter(context__object_id__in=keys)
        .values_list("context__object_id", "locale_id")
        .annotate(last=Max("updated_at"))
    )
    return {(key, locale_id): last for key, locale_id, last in rows}


def translation_in(source: Any, locale: Locale) -> Any | None:
    """The translation of a page (specific) or record; None when there is none but an alias."""
    if getattr(source, "translation_key", None) is None or source.locale_id == locale.pk:
        return None
    found = _set_of(source).filter(locale=locale).first()
    if found is None or getattr(found, "alias_of_id", None) is not None:
        return None
    return found.specific if isinstance(found, Page) else found


def live_translations(source: Any) -> list[Any]:
    """The public translations of a page or record, without aliases."""
    if getattr(source, "translation_key", None) is None:
        return []
    rows = _set_of(source).filter(live=True).exclude(locale_id=source.locale_id)
    return [
        row.specific if isinstance(row, Page) else row
        for row in rows
        if getattr(row, "alias_of_id", None) is None
    ]


def offer_draft_of_source(draft: Any) -> bool:
    """Let translators work on this version of a source, before it is public.

    wagtail-localize itself offers only what is in the database, so a change of a public page could
    be translated only after it was published. Nothing happens, and False is returned, when the
    source was never submitted for translation or says the same already.
    """
    source = _translation_source(draft)
    if source is None:
        return False
    content = _serialised(draft)
    if json.loads(content) == json.loads(source.content_json):
        return False
    source.content_json = content
    source.object_repr = str(draft)[:200]
    source.last_updated_at = timezone.now()
    source.save(update_fields=["content_json", "object_repr", "last_updated_at"])
    source.refresh_segments()
    return True


def forget_draft_of_source(instance: Any) -> None:
    """Let translators work on what is in the database again: the draft will not go out."""
    source = None if instance is None else _translation_source(instance)
    if source is not None:
        source.update_from_db()


def _set_of(source: Any) -> Any:
    model: Any = type(source)._meta.get_field("translation_key").model
    return model._base_manager.filter(translation_key=source.translation_key)


def _translation_source(instance: Any) -> TranslationSource | None:
    if getattr(instance, "translation_key", None) is None:
        return None
    return TranslationSource.objects.filter(
        object_id=instance.translation_key, locale_id=instance.locale_id
    ).first()


def _is_managed(source: Any, locale: Locale) -> bool:
    return bool(
        Translation.objects.filter(
            source__object_id=source.translation_key,
            source__locale_id=source.locale_id,
            target_locale=locale,
            enabled=True,
        ).exists()
    )


def _managed(translation: Any) -> Translation | None:
    """What wagtail-localize keeps of a translation; None for a source or one by hand."""
    if getattr(translation, "translation_key", None) is None:
        return None
    return (
        Translation.objects.filter(
            source__object_id=translation.translation_key,
            target_locale_id=translation.locale_id,
            enabled=True,
        )
        .exclude(source__locale_id=translation.locale_id)
        .select_related("source", "target_locale")
        .first()
    )


def _last_change(translation: Any) -> datetime | None:
    key = (translation.translation_key, translation.locale_id)
    return last_changes([translation.translation_key]).get(key)


def _texts(source: Any) -> set[tuple[str, str]]:
    """Where each text to translate stands, and what it says."""
    return {
        (segment.path, segment.string.data)
        for segment in extract_segments(source)
        if isinstance(segment, StringSegmentValue)
    }


def _translated(source: Any, locale: Locale) -> dict[tuple[str, str], Any]:
    """The texts that are translated, with when each was."""
    rows = StringTranslation.objects.filter(
        context__object_id=source.translation_key, locale=locale, has_error=False
    )
    return {
        (path, text): changed
        for path, text, changed in rows.values_list(
            "context__path", "translation_of__data", "updated_at"
        )
    }


def _is_saved_after(translation: Any, changes: list[Any]) -> bool:
    saved = (
        Revision.objects.for_instance(translation)
        .order_by("-created_at", "-pk")
        .values_list("created_at", flat=True)
        .first()
    )
    return not changes or (saved is not None and saved >= max(changes))


def _awaits_review(translation: Any) -> bool:
    return isinstance(translation, WorkflowMixin) and bool(translation.current_workflow_state)


def _serialised(instance: Any) -> str:
    return json.dumps(instance.serializable_data(), cls=DjangoJSONEncoder)
