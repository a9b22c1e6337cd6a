"""The search and reference indexes during a load: brought up to date once, at its end.

Wagtail brings both up to date at every save, and a load saves each record three times. Here all
that is saved is noted instead, whoever saves it (the load, or what listens to it), and each record
is indexed once, in the transaction of the load.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import Model
from django.db.models.signals import post_save
from modelcluster.fields import ParentalKey
from wagtail.models import ReferenceIndex
from wagtail.search.backends import get_search_backends_with_name
from wagtail.search.index import class_is_indexed
from wagtail.signal_handlers import disable_reference_index_auto_update

from campaign.releases.search_index import left_to_the_effect

logger = logging.getLogger(__name__)

_Touched = dict[type[Model], set[Any]]


@contextmanager
def indexed_once() -> Iterator[None]:
    """Index what is saved in this block at its end; nothing when the block fails.

    Open a transaction around it. Delete nothing in it that other records refer to: the reference
    index does not hear of it. What other threads save meanwhile is noted too, and indexed again.
    """
    touched: _Touched = defaultdict(set)

    def note(instance: Any, raw: bool = False, **_more: Any) -> None:
        if not raw:
            touched[type(instance)].add(instance.pk)
            owner = _owner(instance)
            touched[type(owner)].add(owner.pk)

    with disable_reference_index_auto_update(), left_to_the_effect():
        post_save.connect(note)
        try:
            yield
        finally:
            post_save.disconnect(note)
    for model, keys in list(touched.items()):
        if ReferenceIndex.is_indexed(model):
            for instance in _saved(model, keys):
                ReferenceIndex.create_or_update_for_object(instance)
    _index_for_search({model: touched[model] for model in touched if class_is_indexed(model)})


def _owner(instance: Any) -> Any:
    """What a child row belongs to: its references are recorded there."""
    for field in instance._meta.concrete_fields:
        if isinstance(field, ParentalKey) and (parent := getattr(instance, field.name)) is not None:
            return _owner(parent)
    return instance


def _saved(model: Any, keys: set[Any]) -> list[Any]:
    """The noted records as the database has them; some may be gone again."""
    return list(model._default_manager.in_bulk(keys).values())


def _index_for_search(touched: _Touched) -> None:
    keys_of: _Touched = defaultdict(set)
    for model, keys in touched.items():
        # Wagtail's page gives its specific instance, or None when there is no such row yet.
        found = (instance.get_indexed_instance() for instance in _saved(model, keys))
        for instance in filter(None, found):
            keys_of[type(instance)].add(instance.pk)
    for model, keys in keys_of.items():
        indexable: Any = model
        instances = list(indexable.get_indexed_objects().filter(pk__in=keys))
        for name, backend in get_search_backends_with_name(with_auto_update=True):
            try:
                backend.add_bulk(model, instances)
            except Exception:
                # As at a save: a search server that is down must not undo the load.
                if not backend.catch_indexing_errors:
                    raise
                logger.exception("Not indexed for search", extra={"backend": name})
