"""What the publications of one commit ask the database once, instead of each for itself.

A publication asks much that most things have not: an item in a release, a translation that is owed,
followers, a takedown. Inside `together` that is asked once for all of them, after their rows were
locked, and the answer "none" is believed. What has any is looked at as ever.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Any
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count

from campaign.assurance.rules import Key, key_of
from campaign.releases.exceptions import TakenDownMeanwhileError
from campaign.releases.models import OwedTranslation, ReleaseItem, Takedown
from translations.sources import remembered_sources


class Having(StrEnum):
    """What a thing may have, and most have not."""

    OPEN_ITEM = auto()
    OWED_TRANSLATION = auto()
    FOLLOWERS = auto()
    TAKEDOWN = auto()


@dataclass(frozen=True, kw_only=True)
class Together:
    """The answers.

    Attributes:
        keys: the things that were asked for.
        having: of those, the keys of what has something; all of them where it is not known.
        takedowns: the ids of the takedowns that stood then.
    """

    keys: Collection[Key]
    having: Mapping[Having, Collection[Key]]
    takedowns: frozenset[int]

    def require_no_new_takedown(self) -> None:
        """Raise when a takedown was committed since, by a person who could not see these things.

        A takedown of a language or of the campaign finds what is public when it is made. What is
        written by then, and shown later, it cannot find.

        Raises:
            TakenDownMeanwhileError: so that everything is taken back; the next attempt asks again.
        """
        if _standing() - self.takedowns:
            raise TakenDownMeanwhileError


_known: ContextVar[Together | None] = ContextVar("campaign_releases_together", default=None)


@contextmanager
def together(rows: Mapping[Key, Any]) -> Iterator[Together]:
    """Inside, these pages and snippets (base rows, locked) are published with one commit."""
    sets = {
        key: row.translation_key
        for key, row in rows.items()
        if getattr(row, "translation_key", None) is not None
    }
    standing = _standing()
    known = Together(
        keys=rows.keys(),
        having={
            Having.OPEN_ITEM: _in_open_releases(rows),
            Having.OWED_TRANSLATION: _with_owed_translations(sets),
            Having.FOLLOWERS: _in_larger_sets(rows, sets),
            Having.TAKEDOWN: rows.keys() if standing else (),
        },
        takedowns=standing,
    )
    token = _known.set(known)
    try:
        with remembered_sources(of=set(sets.values())):
            yield known
    finally:
        _known.reset(token)


def known_without(having: Having, thing: Any) -> bool:
    """Whether it is known that a page or snippet has none of this; if not, it has to be asked."""
    known = _known.get()
    if known is None:
        return False
    key = key_of(thing)
    return key in known.keys and key not in known.having[having]


def _standing() -> frozenset[int]:
    return frozenset(Takedown.objects.standing().values_list("pk", flat=True))


def _in_open_releases(rows: Iterable[Key]) -> set[Key]:
    found = ReleaseItem.objects.open().filter(
        object_id__in=[object_id for _type, object_id in rows]
    )
    return set(found.values_list("content_type_id", "object_id"))


def _with_owed_translations(sets: Mapping[Key, UUID]) -> set[Key]:
    owed = OwedTranslation.objects.unsettled().filter(translation_key__in=set(sets.values()))
    found = set(owed.values_list("translation_key", flat=True))
    return {key for key, translation_key in sets.items() if translation_key in found}


def _in_larger_sets(rows: Mapping[Key, Any], sets: Mapping[Key, UUID]) -> set[Key]:
    by_type: dict[int, set[UUID]] = defaultdict(set)
    for (type_id, _object_id), translation_key in sets.items():
        by_type[type_id].add(translation_key)
    larger: set[tuple[int, UUID]] = set()
    for type_id, translation_keys in by_type.items():
        model: Any = ContentType.objects.get_for_id(type_id).model_class()
        counted = (
            model._base_manager.filter(translation_key__in=translation_keys)
            .order_by()
            .values("translation_key")
            .annotate(rows=Count("pk"))
            .filter(rows__gt=1)
        )
        larger |= {(type_id, found) for found in counted.values_list("translation_key", flat=True)}
    return {key for key in rows if key in sets and (key[0], sets[key]) in larger}
