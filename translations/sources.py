"""What wagtail-localize knows of a page or record: where it was translated from, and how far."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models.signals import post_delete, post_save
from wagtail.models import Locale
from wagtail_localize.models import Translation, TranslationSource


@dataclass
class _Remembered:
    """What was read already: the default language, and of each set where it was submitted."""

    default: int | None = None
    submitted: dict[UUID, int | None] = field(default_factory=dict)


_remembered: ContextVar[_Remembered | None] = ContextVar("translations_remembered", default=None)


@contextmanager
def remembered_sources(*, of: Collection[UUID] = ()) -> Iterator[None]:
    """Inside, ask the database once for each language set: for one transaction, not for longer.

    Args:
        of: the keys of language sets that are asked for at once, all together.
    """
    outer = _remembered.get()
    if outer is not None:
        outer.submitted |= _submitted_locale_ids(of)
        yield
        return
    token = _remembered.set(_Remembered(submitted=_submitted_locale_ids(of)))
    try:
        yield
    finally:
        _remembered.reset(token)


def source_of(instance: Any) -> Any | None:
    """The page or record that `instance` is a translation of; None for a source itself.

    wagtail-localize knows the source of what was submitted to it. Otherwise the one in the
    default language is the source. The answer is a base instance, as it is in the database.
    """
    if getattr(instance, "locale_id", None) is None or instance.pk is None:
        return None
    locale_id = _source_locale_id(instance)
    if locale_id is None or locale_id == instance.locale_id:
        return None
    return (
        _base_model(instance)
        ._base_manager.filter(translation_key=instance.translation_key, locale_id=locale_id)
        .first()
    )


def translations_of(instance: Any) -> Any:
    """Every other row of the language set, if `instance` is its source; none otherwise.

    Aliases are among them: pages in another language that show their original's content.
    """
    rows = _base_model(instance)._base_manager
    if getattr(instance, "locale_id", None) is None:
        return rows.none()
    others = rows.filter(translation_key=instance.translation_key).exclude(pk=instance.pk)
    if _source_locale_id(instance) not in (None, instance.locale_id):
        return others.none()
    return others.exclude(locale_id=instance.locale_id)


def untranslated(instance: Any) -> tuple[int, int] | None:
    """How many texts of a translation have no translation yet, and how many there are.

    None when wagtail-localize does not manage this row: it was written by hand, or is a source.
    """
    if getattr(instance, "locale_id", None) is None or not _was_submitted(instance):
        return None
    translation = (
        Translation.objects.filter(
            source__object_id=instance.translation_key,
            target_locale_id=instance.locale_id,
            enabled=True,
        )
        .exclude(source__locale_id=instance.locale_id)
        .first()
    )
    if translation is None:
        return None
    total, translated = translation.get_progress()
    return total - translated, total


def note_source_changed(instance: Any) -> bool:
    """Take the new content of a source over, so that its translations no longer read as current.

    Returns whether it is a source that was ever submitted for translation.
    """
    if getattr(instance, "locale_id", None) is None or not _was_submitted(instance):
        return False
    source = TranslationSource.objects.filter(
        object_id=instance.translation_key, locale_id=instance.locale_id
    ).first()
    if source is None:
        return False
    source.update_from_db()
    return True


def _source_locale_id(instance: Any) -> int | None:
    submitted = _submitted_locale_id(instance.translation_key)
    return _default_locale_id() if submitted is None else submitted


def _was_submitted(instance: Any) -> bool:
    return _submitted_locale_id(instance.translation_key) is not None


def _submitted_locale_id(translation_key: UUID) -> int | None:
    known = _remembered.get()
    if known is not None and translation_key in known.submitted:
        return known.submitted[translation_key]
    found = _submitted_locale_ids([translation_key])[translation_key]
    if known is not None:
        known.submitted[translation_key] = found
    return found


def _submitted_locale_ids(translation_keys: Collection[UUID]) -> dict[UUID, int | None]:
    """The language in which each set was first submitted for translation; None for never."""
    if not translation_keys:
        return {}
    rows = TranslationSource.objects.filter(object_id__in=translation_keys)
    newest_first = rows.order_by("-created_at").values_list("object_id", "locale_id")
    return dict.fromkeys(translation_keys) | dict(newest_first)


def _default_locale_id() -> int | None:
    known = _remembered.get()
    if known is None:
        found: int | None = Locale.get_default().pk
        return found
    if known.default is None:
        known.default = Locale.get_default().pk
    return known.default


def _forget(instance: Any, **_kwargs: Any) -> None:
    """What was submitted for translation just now is asked for again."""
    known = _remembered.get()
    if known is not None:
        known.submitted.pop(instance.object_id, None)


post_save.connect(_forget, sender=TranslationSource, dispatch_uid="translations.forget_source")
post_delete.connect(_forget, sender=TranslationSource, dispatch_uid="translations.forget_deleted")


def _base_model(instance: Any) -> Any:
    """The model that holds the translation key: Page for every page."""
    return type(instance)._meta.get_field("translation_key").model
