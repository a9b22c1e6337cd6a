"""Record what each address shows, and answer what it showed.

`record` is called for every change of what the public sees, inside the transaction that makes it.
The answers come from the ledger alone: pages, versions and people may be gone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext as _
from modelcluster.fields import ParentalKey
from modelcluster.models import get_all_child_relations
from wagtail.fields import StreamField
from wagtail.models import DraftStateMixin, Page, ReferenceIndex

from campaign.releases.addresses import (
    RECORD_PREFIX,
    PublicAddress,
    address_of,
    path_of,
    record_address,
)
from campaign.releases.content import NOT_CONTENT, canonical, digest
from campaign.releases.enums import Cause, LedgerChange
from campaign.releases.gate import Acting, PublicChange
from campaign.releases.models import LedgerContent, LedgerEntry

ON_TIME = timedelta(seconds=5)
"""A change recorded this soon after its moment counts from its moment; a later one is late."""

NOT_SHOWN = NOT_CONTENT | {
    # Which row it is; and its end, which readers see when it comes.
    "pk", "id", "uuid", "content_type", "translation_key", "locale", "alias_of", "owner",
    "expire_at",
}  # fmt: skip
"""Fields that may differ while readers see the same."""

Reference = tuple[str, str]
"""A record that content shows: its type as `app.model`, and its number as text."""


# --- Recording ----------------------------------------------------------------------------------


def record(change: PublicChange) -> list[LedgerEntry]:
    """Write down one change, in the caller's transaction. Nothing is written if nothing changed.

    A page that moved is gone from its old address and shown at its new one. A change that is
    recorded late, after downtime, counts from when it was made: before that, the address did not
    show it.
    """
    instance = change.instance
    here = address_of(instance)
    rows = []
    if change.was_public and change.old_path:
        before = address_of(instance, url_path=change.old_path)
        if (before.path, before.site_id) != (here.path, here.site_id):
            rows += _entry(change, before, content=None)
    content = _content_of(instance) if change.is_public else None
    if change.is_public or change.was_public:
        rows += _entry(change, here, content=content)
    if rows and content is not None:
        LedgerContent.objects.bulk_create([content], ignore_conflicts=True)
    for row in rows:
        row.save(force_insert=True)
    return rows


def _entry(
    change: PublicChange, address: PublicAddress, *, content: LedgerContent | None
) -> list[LedgerEntry]:
    """The entry for one address, or nothing if the last one says the same."""
    instance, acting = change.instance, change.acting
    language = _language_of(instance)
    label, object_id = _identity(instance)
    last = _last(address.path, address.site_id, language)
    if last is not None:
        same_thing = (last.content_type, last.object_id) == (label, object_id)
        if content is None and (last.content_id is None or not same_thing):
            # Gone already, or another thing has taken this address.
            return []
        if content is not None and same_thing and last.content_id == content.hash:
            return []
    recorded_at = timezone.now()
    return [
        LedgerEntry(
            address=address.path,
            site_id=address.site_id,
            language=language,
            content_type=label,
            object_id=object_id,
            translation_key=getattr(instance, "translation_key", None),
            title=_title_of(instance),
            revision_id=_revision_id(change) if content is not None else "",
            content_id=None if content is None else content.hash,
            change=_kind_of(change, last, content),
            at=_moment_of(change, last, recorded_at=recorded_at),
            recorded_at=recorded_at,
            **_on_behalf_of(acting),
        )
    ]


def _last(path: str, site_id: str, language: str) -> LedgerEntry | None:
    found: LedgerEntry | None = (
        LedgerEntry.objects.filter(address=path, language=language, site_id=site_id)
        .order_by("-at", "-pk")
        .first()
    )
    return found


def _kind_of(
    change: PublicChange, last: LedgerEntry | None, content: LedgerContent | None
) -> LedgerChange:
    if content is None:
        return LedgerChange.GONE
    if last is None:
        # Public before the ledger began, and still where it was.
        stayed = change.was_public and change.old_path in (
            "",
            getattr(change.instance, "url_path", ""),
        )
        return LedgerChange.CHANGED if stayed else LedgerChange.SHOWN
    return LedgerChange.SHOWN if last.change == LedgerChange.GONE else LedgerChange.CHANGED


def _moment_of(
    change: PublicChange, last: LedgerEntry | None, *, recorded_at: datetime
) -> datetime:
    at = change.at if recorded_at - change.at <= ON_TIME else recorded_at
    # Never before what it follows.
    return at if last is None else max(at, last.at)


def _on_behalf_of(acting: Acting) -> dict[str, Any]:
    return {
        **_who("user", acting.user),
        **_who("approved_by", acting.approved_by),
        "release_id": acting.release_id,
        "release_title": _release_title(acting.release_id),
        "cause": acting.cause,
        "reason": acting.reason,
    }


def _who(name: str, user: Any) -> dict[str, str]:
    if user is None or user.pk is None:
        return {f"{name}_id": "", f"{name}_name": ""}
    return {
        f"{name}_id": str(user.pk),
        f"{name}_name": (user.get_full_name() or user.get_username())[:255],
    }


def _release_title(release_id: int | None) -> str:
    if release_id is None:
        return ""
    release: Any = apps.get_model("campaign_releases", "Release")
    return release._base_manager.filter(pk=release_id).values_list("title", flat=True).first() or ""


def _revision_id(change: PublicChange) -> str:
    pk = getattr(change.revision, "pk", None) or getattr(change.instance, "live_revision_id", None)
    return str(pk or "")


def _language_of(instance: Any) -> str:
    locale = getattr(instance, "locale", None)
    return "" if locale is None else str(locale.language_code)


def _identity(instance: Any) -> tuple[str, str]:
    return instance._meta.label_lower, str(instance.pk)


def _title_of(instance: Any) -> str:
    return str(getattr(instance, "title", None) or instance)[:255]


# --- Beginning, and proving ---------------------------------------------------------------------


@transaction.atomic
def reconcile(*, at: datetime) -> list[LedgerEntry]:
    """Record what is public and not in the ledger, and what stands there and is public no more.

    For a site that is older than its ledger, and after a repair that went round the gate. Each
    entry says so. When nothing differs, nothing is recorded.
    """
    acting = Acting(
        cause=Cause.MAINTENANCE, reason=_("Found when the ledger was compared with the site.")
    )
    return [
        *_record_found(_everything_public(), acting, at=at),
        *_end_what_is_not(_everything_public(), acting, at=at),
    ]


@transaction.atomic
def follow_sites(*, at: datetime, user: Any = None) -> list[LedgerEntry]:
    """Record the addresses that changed because a site begins at another page, or is no more.

    The pages themselves have not changed, so nobody announces them.
    """
    acting = Acting(cause=Cause.PERSON, user=user, reason=_("The settings of a site changed."))
    standing = {
        (one.address, one.site_id, one.content_type, one.object_id)
        for one in LedgerEntry.objects.in_force().filter(content__isnull=False)
    }
    moved = (page for page in _public_pages() if _place_of(page) not in standing)
    return [
        *_record_found(moved, acting, at=at),
        *_end_what_is_not(_everything_public(), acting, at=at),
    ]


def _record_found(found: Iterable[Any], acting: Acting, *, at: datetime) -> list[LedgerEntry]:
    return [
        row
        for instance in found
        for row in record(
            PublicChange(instance=instance, was_public=False, is_public=True, at=at, acting=acting)
        )
    ]


def _end_what_is_not(
    public: Iterable[Any], acting: Acting, *, at: datetime
) -> Iterator[LedgerEntry]:
    """End the entries that say of an address that it shows something which is not public there."""
    places = {_place_of(instance) for instance in public}
    for last in LedgerEntry.objects.in_force().filter(content__isnull=False):
        if (last.address, last.site_id, last.content_type, last.object_id) not in places:
            row = _gone(last, acting, at=max(at, last.at))
            row.save(force_insert=True)
            yield row


def _place_of(instance: Any) -> tuple[str, str, str, str]:
    here = address_of(instance)
    return here.path, here.site_id, *_identity(instance)


def count_unrecorded() -> int:
    """How many public pages and records the ledger has never heard of: it is to be begun.

    One query, by the ledger's index of types and numbers.
    """
    label: Any = Concat("content_type__app_label", Value("."), "content_type__model")
    pages = _without_entry(Page.objects.live().filter(depth__gt=1), label)
    records = (
        _without_entry(model._base_manager.filter(live=True), Value(model._meta.label_lower))
        for model in _models_with_drafts()
    )
    count: int = pages.union(*records, all=True).count()
    return count


def _without_entry(rows: Any, label: Any) -> Any:
    entries = LedgerEntry.objects.filter(
        content_type=OuterRef("ledger_type"), object_id=OuterRef("ledger_number")
    )
    rows = rows.annotate(
        ledger_type=Cast(label, CharField()), ledger_number=Cast("pk", CharField())
    )
    return rows.filter(~Exists(entries)).order_by().values("ledger_type", "ledger_number")


def broken_contents() -> list[str]:
    """The hashes of contents that are not what was recorded: somebody changed the database."""
    contents = LedgerContent.objects.order_by("pk").iterator(chunk_size=200)
    return [one.hash for one in contents if digest(canonical(one.content)) != one.hash]


def _everything_public() -> Iterator[Any]:
    yield from _public_pages()
    for model in _models_with_drafts():
        yield from model._base_manager.filter(live=True).order_by("pk").iterator(chunk_size=100)


def _public_pages() -> Iterator[Page]:
    # The first row of the tree is no page that anybody can open.
    pages = Page.objects.live().filter(depth__gt=1).order_by("path")
    yield from pages.specific().iterator(chunk_size=100)


def _gone(last: LedgerEntry, acting: Acting, *, at: datetime) -> LedgerEntry:
    """The end of an entry whose page or record need not be there any more."""
    return LedgerEntry(
        **{
            name: getattr(last, name)
            for name in (
                "address",
                "site_id",
                "language",
                "content_type",
                "object_id",
                "translation_key",
                "title",
            )
        },
        change=LedgerChange.GONE,
        at=at,
        recorded_at=timezone.now(),
        **_on_behalf_of(acting),
    )


# --- Asking -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an address showed at a moment.

    Attributes:
        address: the path that was asked for, as the ledger keeps it.
        language: the language that was asked for or found; empty when neither.
        at: the moment (aware).
        entry: the entry that was in force, with `until`; None if nothing was ever recorded there
            up to then.
        records: the entries of the records that it showed, at that moment, by title.
    """

    address: str
    language: str
    at: datetime
    entry: LedgerEntry | None = None
    records: tuple[LedgerEntry, ...] = ()

    @property
    def shown(self) -> bool:
        """Whether the address showed anything."""
        return self.entry is not None and self.entry.change != LedgerChange.GONE

    @property
    def content(self) -> dict[str, Any] | None:
        """What it showed; None when it showed nothing."""
        return self.entry.content.content if self.entry and self.entry.content else None


def shown(
    path: str, language: str = "", at: datetime | None = None, *, site_id: str = ""
) -> Answer:
    """Say what an address showed at a moment.

    Args:
        path: `/ur/…`, a whole address, or `record:<type>/<number>`.
        language: a language code; without one, whichever language was shown there.
        at: the moment (aware); the present if left out.
        site_id: the number of the site, where several sites have the same path.
    """
    moment = at or timezone.now()
    address = path_of(path)
    entries = LedgerEntry.objects.filter(address=address)
    if language:
        entries = entries.filter(language=language)
    if site_id:
        entries = entries.filter(site_id=site_id)
    entry = _in_force(entries, moment)
    if entry is None:
        return Answer(address=address, language=language, at=moment)
    return Answer(
        address=address,
        language=entry.language,
        at=moment,
        entry=entry,
        records=tuple(_records_in(entry, moment)),
    )


def _in_force(entries: Any, at: datetime) -> LedgerEntry | None:
    """The newest entry; one that shows something before one that does not, if there are several.

    One path can belong to several sites and languages, each with its own history.
    """
    newest: dict[tuple[str, str], LedgerEntry] = {}
    for entry in entries.until_moment(at).with_until().select_related("content")[:200]:
        newest.setdefault((entry.site_id, entry.language), entry)
    found = list(newest.values())
    return next((one for one in found if one.content_id), found[0] if found else None)


def _records_in(entry: LedgerEntry, at: datetime) -> list[LedgerEntry]:
    """The records that content showed, and those that they showed in turn, as they were then."""
    found: dict[Reference, LedgerEntry] = {}
    wanted = _references_of(entry)
    seen: set[Reference] = set()
    while wanted:
        seen |= wanted
        for record in _records_at(wanted, entry.language, at):
            found[(record.content_type, record.object_id)] = record
        wanted = {one for row in found.values() for one in _references_of(row)} - seen
    return sorted(found.values(), key=lambda row: (row.title, row.pk))


def _references_of(entry: LedgerEntry) -> set[Reference]:
    return {(one, other) for one, other in entry.content.refers_to} if entry.content else set()


def _records_at(wanted: Iterable[Reference], language: str, at: datetime) -> Iterator[LedgerEntry]:
    """The entries in force of these records, each in the reader's language if it had one then."""
    rows = LedgerEntry.objects.filter(address__in=[record_address(*one) for one in wanted])
    chosen = _newest_of_each(rows, at)
    keys = {
        row.translation_key for row in chosen if row.translation_key and row.language != language
    }
    translated = LedgerEntry.objects.filter(
        translation_key__in=keys, language=language, address__startswith=RECORD_PREFIX
    )
    by_key = {row.translation_key: row for row in _newest_of_each(translated, at) if row.content_id}
    for row in chosen:
        better = by_key.get(row.translation_key)
        if better is not None:
            yield better
        elif row.content_id:
            yield row


def _newest_of_each(rows: Any, at: datetime) -> list[LedgerEntry]:
    newest: dict[tuple[str, str], LedgerEntry] = {}
    for row in rows.until_moment(at).with_until().select_related("content"):
        newest.setdefault((row.address, row.language), row)
    return list(newest.values())


# --- Content ------------------------------------------------------------------------------------


def _content_of(instance: Any) -> LedgerContent:
    """What readers see of a page or record, without anything that differs while they do not."""
    text = canonical(_without_bookkeeping(type(instance), instance.serializable_data()))
    return LedgerContent(
        hash=digest(text),
        # As it comes back from the database, so that equal content is equal text.
        content=json.loads(text),
        refers_to=sorted(map(list, references_in(instance))),
    )


def content_hash(instance: Any) -> str:
    """The hash under which the ledger keeps what readers see of this page or record."""
    return _content_of(instance).hash


def _without_bookkeeping(model: Any, data: dict[str, Any]) -> dict[str, Any]:
    left_out, streams, children = _shape(model)
    content: dict[str, Any] = {}
    for name, value in data.items():
        if name in left_out:
            continue
        if name in streams and isinstance(value, str):
            content[name] = json.loads(value or "[]")
        elif name in children:
            content[name] = [_without_bookkeeping(children[name], child) for child in value]
        else:
            content[name] = value
    return content


@cache
def _shape(model: Any) -> tuple[frozenset[str], frozenset[str], dict[str, Any]]:
    """Which fields of a model are no content, which are streams, which are children."""
    fields = model._meta.get_fields()
    keys = {one.name for one in fields if isinstance(one, ParentalKey)}
    keys |= {
        one.name
        for one in fields
        if one.is_relation and getattr(one.remote_field, "parent_link", False)
    }
    keys |= {model._meta.pk.name}
    streams = {one.name for one in fields if isinstance(one, StreamField)}
    children = {
        one.get_accessor_name(): one.related_model for one in get_all_child_relations(model)
    }
    return NOT_SHOWN | keys, frozenset(streams), children


def references_in(instance: Any) -> set[Reference]:
    """The records with drafts of their own that a page or record shows."""
    kinds = _kinds_with_drafts()
    return {
        (kinds[type_id], object_id)
        for type_id, object_id, _model_path, _content_path in (
            ReferenceIndex._extract_references_from_object(instance)
        )
        if type_id in kinds
    }


def _kinds_with_drafts() -> dict[int, str]:
    """The content types of records whose changes the ledger records; pages have addresses."""
    return {
        ContentType.objects.get_for_model(model).pk: model._meta.label_lower
        for model in _models_with_drafts()
    }


@cache
def _models_with_drafts() -> tuple[Any, ...]:
    return tuple(
        model
        for model in apps.get_models()
        if issubclass(model, DraftStateMixin) and not issubclass(model, Page)
    )
