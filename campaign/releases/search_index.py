"""Keep the search index in line with what is public.

Wagtail updates the index of a record while it is saved, inside the request and the transaction:
right for the index in the site's own database, wrong for a search server (`AUTO_UPDATE: False`
switches it off, and a system check asks for that). Neither notices a page whose index holds words
of *another* record, as a page about a kind of place holds its name.

The effect `search_index` brings both up to date in every search backend, for each thing whose
public state changed and for the pages that show it, and fails when a backend fails.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from modelsearch.backends import get_search_backends
from modelsearch.index import class_is_indexed
from wagtail.models import Page

from campaign.releases import effects
from campaign.releases.addresses import record_address
from campaign.releases.effects import NewEffect
from campaign.releases.gate import PublicChange
from campaign.releases.models import Effect
from campaign.releases.purging import pages_showing

SEARCH_INDEX = "search_index"
RECORDS_AT_ONCE = 50
IN_OUR_DATABASE = ("modelsearch.backends.database", "wagtail.search.backends.database")


def effects_of(change: PublicChange) -> Iterator[NewEffect]:
    """One effect for a thing that is searched."""
    instance = change.instance
    if class_is_indexed(type(instance)):
        label = instance._meta.label_lower
        yield NewEffect(
            kind=SEARCH_INDEX,
            address=f"search:{record_address(label, instance.pk)}",
            payload={"model": label, "pk": str(instance.pk)},
        )


def update_index(wanted: Sequence[Effect]) -> None:
    """Index things as they are now, with the pages that show them; forget those that are gone."""
    present: dict[Any, dict[Any, Any]] = defaultdict(dict)
    for effect in wanted:
        model: Any = apps.get_model(effect.payload["model"])
        pk = effect.payload["pk"]
        instance = model._base_manager.filter(pk=pk).first()
        if instance is None:
            _forget(model(pk=model._meta.pk.to_python(pk)))
            continue
        _collect([instance], present)
        shown_by = Page.objects.filter(pk__in=pages_showing(instance), live=True)
        _collect(shown_by.specific().iterator(chunk_size=200), present)
    for backend in get_search_backends():
        for model, instances in present.items():
            for portion in _portions(backend, list(instances.values())):
                # As one: the backend writes a row, and then each row whose weight is not worked
                # out yet. Between the two, another transaction would see that of this row, and lock
                # it with its own.
                with transaction.atomic():
                    backend.add_bulk(model, portion)


def _portions(backend: Any, instances: list[Any]) -> list[list[Any]]:
    """What goes to a backend in one call: all of it, or row by row in the site's own database.

    A statement for many rows and a release that writes the same rows in its own order would wait
    for each other, until the database ends one of them: PostgreSQL, and then perhaps the release.
    """
    if type(backend).__module__.startswith(IN_OUR_DATABASE):
        return [[instance] for instance in instances]
    return [instances]


def _collect(instances: Iterable[Any], into: dict[Any, dict[Any, Any]]) -> None:
    for instance in instances:
        indexed = instance.get_indexed_instance()
        if indexed is not None and class_is_indexed(type(indexed)):
            into[type(indexed)][indexed.pk] = indexed


def _forget(instance: Any) -> None:
    for backend in get_search_backends():
        backend.delete(instance)


def register() -> None:
    """Make the kind known."""
    effects.register_kind(
        SEARCH_INDEX, update_index, label=_("Update the search index"), batch=RECORDS_AT_ONCE
    )
