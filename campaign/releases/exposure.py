"""Which files strangers may fetch: those that something public uses, and no others.

A picture or document is found by its address alone, and addresses can be guessed or sent on. One
that only a draft, a scheduled page or a page that was taken down uses is not public yet, or not any
more. Neither is one that nothing uses: Wagtail's reference index is made from the rows of pages and
records, so the files of a draft that was never published are in it only in part.

Rows without drafts (the campaign's settings, say) are always public, and so are their files.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Collection, Iterator
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import DraftStateMixin, Page, ReferenceIndex

from campaign.assurance.rules import Key, key_of
from campaign.releases.enums import FileKind

NAME_KEPT_SECONDS = 600
"""How long it is remembered which picture a file belongs to; never whether that is public."""


def is_public(instance: Any) -> bool:
    """Whether a page or record is public now, by its row in the database."""
    if instance.pk is None:
        return False
    if not isinstance(instance, DraftStateMixin):
        return True
    model: Any = Page if isinstance(instance, Page) else type(instance)
    return bool(model._base_manager.filter(pk=instance.pk, live=True).exists())


def is_public_file(kind: FileKind, pk: int) -> bool:
    """Whether anything public uses a picture or a document.

    One indexed query, one more for each type of page or record that uses it, and one for each
    model with such files that Wagtail's reference index leaves out (the campaign's settings).
    """
    return _has_public_user((_type_of(kind).pk, str(pk)))


def picture_of(name: str) -> int | None:
    """The number of the picture that a file is a rendition of; None for any other file.

    Args:
        name: the file's name in its storage, as `images/hotel.width-800.jpg`.
    """
    renditions = get_image_model().get_rendition_model().objects.filter(file=name)
    found: int | None = renditions.values_list("image_id", flat=True).first()
    return found


def is_public_picture(name: str) -> bool:
    """Whether the picture that a file is a rendition of is public; False for any other file.

    Wagtail has no index of the names of files, so which picture it is is remembered for a while.
    """
    key = f"campaign_releases.picture_of.{hashlib.sha256(name.encode()).hexdigest()}"
    remembered: int | None = cache.get(key)
    if remembered is not None and is_public_file(FileKind.IMAGE, remembered):
        return True
    pk = picture_of(name)
    if pk is None or pk == remembered:
        return False
    cache.set(key, pk, NAME_KEPT_SECONDS)
    return is_public_file(FileKind.IMAGE, pk)


def files_used_only_by(*things: Any) -> list[Any]:
    """The pictures and documents that pages and records use, and nothing else that is public.

    They follow them: when these come down, they are gone. Whether these are public themselves is
    not asked, but for a file that one uses by a many-to-many relation.
    """
    here = {key_of(thing) for thing in things}
    files = {key_of(file): file for thing in things for file in _files_of(thing)}
    return [file for key, file in files.items() if not _has_public_user(key, but=here)]


def addresses_of_file(file: Any) -> list[str]:
    """Where a file can be fetched: each rendition of a picture, the address of a document."""
    renditions = getattr(file, "renditions", None)
    return [file.url] if renditions is None else [one.url for one in renditions.all()]


def addresses_used_only_by(*things: Any) -> list[str]:
    """The addresses of `files_used_only_by`, each once: what a cache must forget with them."""
    found = (url for file in files_used_only_by(*things) for url in addresses_of_file(file))
    return list(dict.fromkeys(found))


def _type_of(kind: FileKind) -> ContentType:
    model = get_image_model() if kind is FileKind.IMAGE else get_document_model()
    return ContentType.objects.get_for_model(model)


def _has_public_user(file: Key, *, but: Collection[Key] = ()) -> bool:
    users = (
        ReferenceIndex.objects.filter(to_content_type_id=file[0], to_object_id=file[1])
        .order_by()
        .values_list("base_content_type_id", "object_id")
        .distinct()
    )
    by_type: dict[int, list[str]] = {}
    for key in users:
        if key not in but:
            by_type.setdefault(key[0], []).append(key[1])
    models = ((ContentType.objects.get_for_id(pk).model_class(), by_type[pk]) for pk in by_type)
    return any(
        model is not None and _one_is_public(model._base_manager.filter(pk__in=pks))
        for model, pks in models
    ) or any(map(_one_is_public, _users_outside_the_index(file)))


def _users_outside_the_index(file: Key) -> Iterator[Any]:
    """Rows that use a file and are not in Wagtail's reference index.

    It leaves out many-to-many relations, and models that no viewset of the admin shows: the
    campaign's settings are such a model.
    """
    model: Any = ContentType.objects.get_for_id(file[0]).model_class()
    return (
        relation.related_model._base_manager.filter(**{relation.field.name: file[1]})
        for relation in _relations_to(model)
        if relation.many_to_many or relation.related_model not in ReferenceIndex.tracked_models
    )


@functools.cache
def _relations_to(model: type[Any]) -> tuple[Any, ...]:
    """The relations by which other models use one, but for those that only belong to it."""
    return tuple(
        field
        for field in model._meta.get_fields(include_hidden=True)
        if field.is_relation
        and field.auto_created
        and not field.concrete
        and not field.related_model._meta.auto_created
        and not getattr(field.related_model, "wagtail_reference_index_ignore", False)
    )


def _one_is_public(rows: Any) -> bool:
    if issubclass(rows.model, DraftStateMixin):
        rows = rows.filter(live=True)
    return bool(rows.exists())


def _files_of(instance: Any) -> Iterator[Any]:
    kinds = [_type_of(kind) for kind in FileKind]
    used = (
        ReferenceIndex.get_references_for_object(instance)
        .filter(to_content_type__in=kinds)
        .order_by("to_content_type", "to_object_id")
        .values_list("to_content_type_id", "to_object_id")
        .distinct()
    )
    for type_id, pk in used:
        model: Any = ContentType.objects.get_for_id(type_id).model_class()
        yield from model._base_manager.filter(pk=pk)
