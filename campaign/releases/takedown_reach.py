"""How far a takedown reaches: which pages and snippets, and at which public addresses.

A page or snippet is taken down in every language and with every alias. A release, a language and
the whole campaign reach what they name, and whatever follows it: a translation is never public
without its source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from wagtail.contrib.routable_page.models import RoutablePageMixin
from wagtail.models import Locale, Page, ReferenceIndex, Revision, Site

from campaign.assurance.rules import Key, key_of
from campaign.releases.enums import TakedownAddressKind, TakedownScope
from campaign.releases.exposure import addresses_of_file, files_used_only_by
from campaign.releases.language_sets import followers_of
from campaign.releases.models import Release
from campaign.releases.schedules import draft_state_models

MOST_STEPS = 3
"""A snippet can be shown by a snippet that a page shows; nothing of ours goes deeper."""


@dataclass(frozen=True, kw_only=True)
class PublicAddress:
    """One address at which something is public now.

    Attributes:
        kind: what is found there.
        origin: scheme, host and port, without a slash at the end.
        path: decoded, with its leading slash.
        site_id: the Wagtail site that answers, if one does.
        covers_below: whether the page also answers at addresses below its own.
        language: the code of the language of what is shown; empty for files.
        title: what is there, for the editor.
        marker: words that must no longer be there, where the address itself stays.
    """

    kind: TakedownAddressKind
    origin: str
    path: str
    site_id: int | None = None
    covers_below: bool = False
    language: str = ""
    title: str = ""
    marker: str = ""


AddressFinder = Callable[[Sequence[Any]], Iterable[PublicAddress]]
_finders: dict[str, AddressFinder] = {}


def register_addresses(name: str, finder: AddressFinder) -> None:
    """Let a room above say where else pages and snippets are public: widgets, snapshots.

    `finder` is called with the pages and snippets that are about to be taken down.
    """
    _finders[name] = finder


def unregister_addresses(name: str) -> None:
    """Take a finder away; nothing happens if there is none of that name."""
    _finders.pop(name, None)


# --- Things -------------------------------------------------------------------------------------


def scope_of(target: Any) -> TakedownScope:
    """What kind of thing was named: a page, snippet, release, language, or the campaign itself."""
    if target is TakedownScope.CAMPAIGN:
        return TakedownScope.CAMPAIGN
    for model, scope in (
        (Page, TakedownScope.PAGE),
        (Release, TakedownScope.RELEASE),
        (Locale, TakedownScope.LANGUAGE),
    ):
        if isinstance(target, model):
            return scope
    return TakedownScope.SNIPPET


def things_under(target: Any, *, with_descendants: bool = False) -> list[Any]:
    """Every page (specific) and snippet under `target` that is public or scheduled.

    Originals come before aliases, and pages before snippets.

    Args:
        target: a page, a snippet with drafts, a `Release`, a `Locale`, or `TakedownScope.CAMPAIGN`.
        with_descendants: for a page, whether the pages below it, in any language, are meant too.
    """
    scope = scope_of(target)
    if scope is TakedownScope.PAGE:
        return _public_or_scheduled(Page, _whole_page_sets({target.pk}, with_descendants))
    if scope is TakedownScope.SNIPPET:
        return _public_or_scheduled(type(target), _whole_snippet_set(target))
    if scope is TakedownScope.RELEASE:
        return _with_followers(_items_of(target))
    rows = Q() if scope is TakedownScope.CAMPAIGN else Q(locale=target)
    found = [
        thing
        for model in draft_state_models()
        if rows == Q() or _has_language(model)
        for thing in _public_or_scheduled(model, rows)
    ]
    return found if scope is TakedownScope.CAMPAIGN else _with_followers(found)


def _has_language(model: type[Any]) -> bool:
    return any(field.name == "locale" for field in model._meta.get_fields())


def _whole_page_sets(start: set[int], with_descendants: bool) -> Q:
    """Pages with their originals, translations and aliases, and what is below each of them."""
    found: set[int] = set()
    grown = set(start)
    while grown:
        found |= grown
        rows = Page.objects.filter(pk__in=grown)
        keys = rows.values_list("translation_key", flat=True)
        originals = rows.exclude(alias_of=None).values_list("alias_of", flat=True)
        near = Q(translation_key__in=list(keys)) | Q(alias_of__in=grown) | Q(pk__in=list(originals))
        if with_descendants:
            for path in rows.values_list("path", flat=True):
                near |= Q(path__startswith=path)
        grown = set(Page.objects.filter(near).values_list("pk", flat=True)) - found
    return Q(pk__in=found)


def _whole_snippet_set(snippet: Any) -> Q:
    key = getattr(snippet, "translation_key", None)
    return Q(pk=snippet.pk) if key is None else Q(translation_key=key)


def _items_of(release: Release) -> list[Any]:
    found: list[Any] = []
    by_type: dict[ContentType, list[str]] = {}
    for item in release.items.select_related("content_type"):
        by_type.setdefault(item.content_type, []).append(item.object_id)
    for content_type, pks in by_type.items():
        model: Any = content_type.model_class()
        if model is Page:
            aliases = Q(alias_of__in=pks)
            found += _public_or_scheduled(Page, Q(pk__in=pks) | aliases)
        elif model is not None:
            found += _public_or_scheduled(model, Q(pk__in=pks))
    return found


def _with_followers(things: list[Any]) -> list[Any]:
    """These things, and the translations that are never public without them."""
    seen = {key_of(thing) for thing in things}
    found = list(things)
    for thing in things:
        if getattr(thing, "alias_of_id", None) or getattr(thing, "translation_key", None) is None:
            continue
        new = [follower for follower in followers_of(thing) if key_of(follower) not in seen]
        for follower in _still_public_or_scheduled(new):
            seen.add(key_of(follower))
            found.append(follower)
    return _originals_first(found)


def _public_or_scheduled(model: Any, rows: Q) -> list[Any]:
    content_type = ContentType.objects.get_for_model(model, for_concrete_model=False)
    scheduled = [
        model._meta.pk.to_python(pk)
        for pk in Revision.objects.filter(
            approved_go_live_at__isnull=False, base_content_type=content_type
        ).values_list("object_id", flat=True)
    ]
    found = model._base_manager.filter(rows, Q(live=True) | Q(pk__in=scheduled)).order_by("pk")
    if model is Page:
        found = Page.objects.filter(pk__in=found.values("pk")).order_by("path").specific()
    return _originals_first(found)


def _still_public_or_scheduled(things: Iterable[Any]) -> Iterator[Any]:
    for thing in things:
        scheduled = Revision.objects.for_instance(thing).filter(approved_go_live_at__isnull=False)
        if thing.live or scheduled.exists():
            yield thing


def _originals_first(things: Iterable[Any]) -> list[Any]:
    return sorted(things, key=lambda thing: getattr(thing, "alias_of_id", None) is not None)


# --- Addresses ----------------------------------------------------------------------------------


def addresses_of(things: Sequence[Any]) -> list[PublicAddress]:
    """Where these pages and snippets can be seen now, each address once; files are left out."""
    found: dict[tuple[str, str], PublicAddress] = {}
    for address in _all_addresses(things):
        found.setdefault((address.origin, address.path), address)
    return list(found.values())


def _all_addresses(things: Sequence[Any]) -> Iterator[PublicAddress]:
    shown = [thing for thing in things if thing.live]
    down = {key_of(thing) for thing in things}
    for thing in shown:
        yield from page_addresses(thing)
    for thing in shown:
        if not isinstance(thing, Page):
            yield from _pages_that_show(thing, down)
    for finder in _finders.values():
        yield from finder(shown)


def page_addresses(thing: Any, *, marker: str = "") -> Iterator[PublicAddress]:
    """The address of a page, public or not; nothing for a snippet or a page outside every site."""
    parts = thing.get_url_parts() if isinstance(thing, Page) else None
    if parts is None or parts[2] is None:
        return
    site_id, origin, path = parts
    yield PublicAddress(
        kind=TakedownAddressKind.SHOWS if marker else TakedownAddressKind.PAGE,
        origin=origin.rstrip("/"),
        path=unquote(path),
        site_id=site_id,
        covers_below=not marker and isinstance(thing, RoutablePageMixin),
        language=thing.locale.language_code,
        title=thing.title,
        marker=marker,
    )


def _pages_that_show(snippet: Any, down: set[Key]) -> Iterator[PublicAddress]:
    page_type = ContentType.objects.get_for_model(Page)
    seen: set[Key] = {key_of(snippet)}
    near: list[Any] = [snippet]
    page_pks: set[str] = set()
    for _step in range(MOST_STEPS):
        referrers = {
            (reference.base_content_type_id, reference.object_id)
            for thing in near
            for reference in ReferenceIndex.get_references_to(thing)
        } - seen
        seen |= referrers
        page_pks |= {pk for type_id, pk in referrers - down if type_id == page_type.pk}
        near = [row for row in map(_row_of, referrers) if row and not isinstance(row, Page)]
    for page in Page.objects.filter(pk__in=page_pks, live=True).specific():
        yield from page_addresses(page, marker=str(snippet)[:255])


def _row_of(key: Key) -> Any:
    model: Any = ContentType.objects.get_for_id(key[0]).model_class()
    return None if model is None else model._base_manager.filter(pk=key[1]).first()


def files_only_in(things: Sequence[Any]) -> list[PublicAddress]:
    """The pictures and documents that are used by these things and by nothing else public.

    Called when the things are down already: whatever is still live counts as another use.
    """
    origin = _default_origin()
    return [
        address for file in files_used_only_by(*things) for address in _file_addresses(file, origin)
    ]


def _file_addresses(file: Any, origin: str) -> Iterator[PublicAddress]:
    for url in addresses_of_file(file):
        parts = urlsplit(url)
        yield PublicAddress(
            kind=TakedownAddressKind.MEDIA,
            origin=f"{parts.scheme}://{parts.netloc}" if parts.netloc else origin,
            path=unquote(parts.path),
            title=str(file)[:255],
        )


def _default_origin() -> str:
    site = Site.objects.filter(is_default_site=True).first() or Site.objects.first()
    return site.root_url if site is not None else ""
