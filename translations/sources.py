"""What wagtail-localize knows of a page or record: where it was translated from, and how far."""

from __future__ import annotations

from typing import Any

from wagtail.models import Locale
from wagtail_localize.models import Translation, TranslationSource


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
    translation = (
        Translation.objects.filter(
            source__object_id=instance.translation_key,
            target_locale_id=instance.locale_id,
            enabled=True,
        )
        .exclude(source__locale_id=instance.locale_id)
        .first()
        if getattr(instance, "locale_id", None) is not None
        else None
    )
    if translation is None:
        return None
    total, translated = translation.get_progress()
    return total - translated, total


def note_source_changed(instance: Any) -> bool:
    """Take the new content of a source over, so that its translations no longer read as current.

    Returns whether it is a source that was ever submitted for translation.
    """
    if getattr(instance, "locale_id", None) is None:
        return False
    source = TranslationSource.objects.filter(
        object_id=instance.translation_key, locale_id=instance.locale_id
    ).first()
    if source is None:
        return False
    source.update_from_db()
    return True


def _source_locale_id(instance: Any) -> int | None:
    submitted: int | None = (
        TranslationSource.objects.filter(object_id=instance.translation_key)
        .order_by("created_at")
        .values_list("locale_id", flat=True)
        .first()
    )
    if submitted is not None:
        return submitted
    default: int | None = Locale.get_default().pk
    return default


def _base_model(instance: Any) -> Any:
    """The model that holds the translation key: Page for every page."""
    return type(instance)._meta.get_field("translation_key").model
