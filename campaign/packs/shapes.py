"""Which keys a record or a page may have: found from the model, so that a new field needs nothing.

Left out is what Wagtail and the database keep for themselves: ids, dates of publication, locks,
revisions, schedules, the place in the tree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models
from modelcluster.models import get_all_child_m2m_relations, get_all_child_relations
from wagtail.contrib.settings.models import BaseSiteSetting
from wagtail.fields import RichTextField, StreamField
from wagtail.models import (
    DraftStateMixin,
    LockableMixin,
    Orderable,
    Page,
    RevisionMixin,
    TranslatableMixin,
)

from campaign.packs.special_keys import SpecialKey

#: What a page file may say of the fields that all Wagtail pages have; the slug is the file's name.
_PAGE_FIELDS = frozenset({"title", "seo_title", "search_description", "show_in_menus"})
_KEEPERS = (
    *(Page, DraftStateMixin, LockableMixin, RevisionMixin, TranslatableMixin),
    *(Orderable, BaseSiteSetting),
)


@dataclass(frozen=True)
class Shape:
    """The keys of one model, in the order in which they are written."""

    model: Any
    fields: Mapping[str, Any]
    children: Mapping[str, Any]
    special: Mapping[str, SpecialKey]

    @property
    def keys(self) -> list[str]:
        """All keys."""
        return [*self.fields, *self.children, *self.special]

    @property
    def texts(self) -> list[str]:
        """The fields that a page file may write below its front matter, `body` first."""
        found = [
            key
            for key, field in self.fields.items()
            if isinstance(field, (StreamField, RichTextField))
        ]
        return sorted(found, key=lambda key: key != "body")


def is_relation(field: Any) -> bool:
    """Whether the field refers to other records."""
    return isinstance(field, (models.ForeignKey, models.ManyToManyField))


def make_shape(
    model: Any,
    *,
    special: Mapping[str, SpecialKey] | None = None,
    renamed: Mapping[str, str] | None = None,
    parent: str = "",
) -> Shape:
    """Find the keys of a model. `parent` is the field of a child that points to its owner."""
    special = special or {}
    written_as = {name: key for key, name in (renamed or {}).items()}
    hidden = {parent}.union(*(key.covers for key in special.values()))
    kept = _kept_by_wagtail(model)
    found = [
        *model._meta.concrete_fields,
        *model._meta.many_to_many,
        *(field for field in get_all_child_m2m_relations(model)),
    ]
    fields = {
        written_as.get(field.name, field.name): field
        for field in found
        if field.name not in hidden | kept and not field.primary_key
    }
    children = {
        written_as.get(name, name): relation
        for relation in get_all_child_relations(model)
        if (name := relation.get_accessor_name()) not in hidden
        and relation.field.remote_field.model is not Page
    }
    return Shape(model, fields, children, special)


def _kept_by_wagtail(model: Any) -> set[str]:
    """The fields that the model has from Wagtail and that are not content."""
    kept = {
        field.name
        for keeper in _KEEPERS
        if issubclass(model, keeper)
        for field in keeper._meta.get_fields()
    }
    return kept - _PAGE_FIELDS if issubclass(model, Page) else kept


@cache
def page_shape(model: Any) -> Shape:
    """The keys of a page type."""
    return make_shape(model)


@cache
def child_shape(relation: Any) -> Shape:
    """The keys of a row that belongs to a record or a page."""
    return make_shape(relation.related_model, parent=relation.field.name)
