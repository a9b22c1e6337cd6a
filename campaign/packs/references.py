"""Names in a campaign folder, and the records they stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page

from campaign.packs.kinds import KINDS


def snake_case(model: Any) -> str:
    """The name of a page type in a file: `GuidancePage` is `guidance_page`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", model.__name__).lower()


def called(model: Any) -> str:
    """What a writer calls a model: a page type by its name in files, a record by its own."""
    return snake_case(model) if issubclass(model, Page) else str(model._meta.verbose_name)


def base_of(model: type[Model]) -> type[Model] | None:
    """The model under which instances of `model` are named; None when it has no names."""
    for base in (Page, get_image_model(), get_document_model(), *(kind.model for kind in KINDS)):
        if issubclass(model, base):
            return base
    return None


class References:
    """A two-way register: name to instance, instance to name.

    Pages are named by their path (`/places/hotels/`), images and documents by their file name,
    records by their key (a slug, or the code of a sign).
    """

    def __init__(self) -> None:
        self._instances: dict[type[Model], dict[str, Any]] = {}
        self._names: dict[tuple[type[Model], Any], str] = {}

    def add(self, name: str, instance: Model) -> None:
        """Register an instance; a later one of the same name takes its place."""
        base = base_of(type(instance))
        if base is None:
            raise TypeError(f"{type(instance).__name__} has no names in a campaign folder")
        self._instances.setdefault(base, {})[name] = instance
        self._names[base, instance.pk] = name

    def get(self, model: type[Model], name: str) -> Any:
        """The instance of that name, or None. It may be of another subclass than `model`."""
        base = base_of(model)
        return None if base is None else self._instances.get(base, {}).get(name)

    def names(self, model: type[Model]) -> Iterable[str]:
        """All names of a model."""
        base = base_of(model)
        return () if base is None else self._instances.get(base, {})

    def name_of(self, model: type[Model], pk: Any) -> str | None:
        """The name of the instance with that primary key, or None."""
        base = base_of(model)
        return None if base is None else self._names.get((base, pk))

    def page_path(self, number: int) -> str | None:
        """The path of a page."""
        return self.name_of(Page, number)
