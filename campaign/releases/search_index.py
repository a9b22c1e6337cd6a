"""Keep the search index in line with what is public.

Wagtail updates the index of a record while it is saved, inside the request and the transaction:
right for the index in the site's own database, wrong for a search server (`AUTO_UPDATE: False`
switches it off, and a system check asks for that). Neither notices a page whose index holds words
of *another* record, as a page about a kind of place holds its name.

That update writes, with the row of the record, every row whose weight is not worked out yet, and
reads every title for it. Publications that come together, in one transaction that is held until its
moment, would wait for each other at rows that are none of theirs, and for editors' saves. So
`left_to_the_effect` switches it off around them; a save by hand keeps it.

The effect `search_index` brings both up to date in every search backend, for each thing whose
public state changed and for the pages that show it, and fails when a backend fails.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models.signals import post_save
from django.utils.translation import gettext_lazy as _
from modelsearch.backends import get_search_backends
from modelsearch.index import class_is_indexed, get_indexed_models
from modelsearch.signal_handlers import post_save_signal_handler
from wagtail.models import Page

from campaign.releases import effects
from campaign.releases.addresses import record_address
from campaign.releases.effects import NewEffect
from campaign.releases.gate import PublicChange
from campaign.releases.models import Effect
from campaign.releases.purging import pages_showing

SEARCH_INDEX = "search_index"
RECORDS_AT_ONCE = 50
HANDLER_ID = "campaign_releases.search_index"
IN_OUR_DATABASE = ("modelsearch.backends.database", "wagtail.search.backends.database")

_left: ContextVar[bool] = ContextVar("search_index_left_to_the_effect", default=False)
_taking_over = threading.Lock()


@contextmanager
def left_to_the_effect() -> Iterator[None]:
    """Inside, what is saved is not written to the search index: who opens this does it later."""
    with _taking_over:
        _take_over_updates()
    token = _left.set(True)
    try:
        yield
    finally:
        _left.reset(token)


@cache
def _take_over_updates() -> None:
    """Ask `_left` before what the library does after each save, for every model it indexes.

    When it is first needed: by then every app is ready, in whatever order they are installed.
    """
    updated = [
        model
        for model in get_indexed_models()
        if post_save.disconnect(post_save_signal_handler, sender=model)
    ]
    for model in updated:
        post_save.connect(_update_unless_left, sender=model, dispatch_uid=HANDLER_ID)


def _update_unless_left(**options: Any) -> None:
    if not _left.get():
        post_save_signal_handler(**options)


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
