"""What happens when: releases, single schedules, reviews and clashes, for the calendar.

Other rooms add what they know with `register_source`. A source reads only, and yields entries for
a span of time; who may see an entry is decided here, for all of them alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Count, Q
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from wagtail.models import Page, Revision, TranslatableMixin
from wagtail.permissions import policy_registry

from campaign.assurance.rules import Key
from campaign.releases.enums import (
    OPEN_RELEASE_STATES,
    RELEASE_KINDS,
    ItemAction,
    ReleaseState,
    WorkKind,
)
from campaign.releases.models import Release, ReleaseItem
from campaign.releases.schedules import Schedule, schedules
from campaign.releases.wall_time import describe


class EntryKind(models.TextChoices):
    """What an entry of the calendar is about."""

    GO_LIVE = "go_live", "go live"
    END = "end", "end"
    REVIEW = "review", "review"
    ALERT = "alert", "alert"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing in the calendar.

    Attributes:
        kind: what happens.
        day: the day, in the campaign's zone.
        at: the moment (aware), or None for something that takes the whole day.
        text: what happens, in a few words: "Goes live".
        title: of what.
        source: the name of what knows of it; with `key` and `kind` it stays the same when the
            moment changes, so that a calendar program moves the entry.
        key: type and number of the thing.
        locale_ids: the languages it is in; empty when it has none.
        owner_id: whose it is, or None.
        note: what else there is to say, or empty.
        clashes: what it is at odds with, each a sentence.
        changed_at: when it last changed (aware), or None when nobody knows.
        permission: what somebody needs to see it; empty when it goes by the thing itself.
        shown_until: the end of what lasts longer than a moment (aware), or None.
    """

    kind: EntryKind
    day: date
    text: str
    title: str
    source: str
    key: Key
    at: datetime | None = None
    locale_ids: frozenset[int] = frozenset()
    owner_id: Any = None
    note: str = ""
    clashes: tuple[str, ...] = ()
    changed_at: datetime | None = None
    permission: str = ""
    shown_until: datetime | None = None

    @property
    def identity(self) -> str:
        """The same for the same event, whatever its moment."""
        return f"{self.source}-{self.kind}-{self.key[0]}-{self.key[1]}"

    @property
    def order(self) -> tuple[date, bool, datetime, str, str]:
        """By moment; what takes the whole day comes first on its day."""
        start = self.at or datetime.combine(self.day, time(0), tzinfo=UTC)
        return (self.day, self.at is not None, start, self.title, self.identity)


Source = Callable[[date, date], Iterable[Entry]]
_sources: dict[str, Source] = {}


def register_source(name: str, source: Source) -> None:
    """Let `source(start, end)` add entries: days in the campaign's zone, `end` not included."""
    _sources[name] = source


def unregister_source(name: str) -> None:
    """Take a source away; nothing happens if there is none of that name."""
    _sources.pop(name, None)


def campaign_zone() -> ZoneInfo:
    """The zone in which the calendar's days begin and end."""
    return ZoneInfo(settings.TIME_ZONE)


def day_of(at: datetime) -> date:
    """The day of a moment, as a wall calendar of the campaign shows it."""
    return at.astimezone(campaign_zone()).date()


def start_of(day: date) -> datetime:
    """The first moment (aware) of a day in the campaign's zone."""
    return datetime.combine(day, time(0), tzinfo=campaign_zone())


def entries(
    start: date,
    end: date,
    *,
    user: Any,
    locale_id: int | None = None,
    owner_id: Any = None,
) -> list[Entry]:
    """What `user` may see from `start` to before `end`, in order, clashes marked.

    Args:
        locale_id: only what is in this language; what has no language is left out then.
        owner_id: only what belongs to this person.
    """
    found = [entry for source in _sources.values() for entry in source(start, end)]
    if owner_id is not None:
        found = [entry for entry in found if entry.owner_id == owner_id]
    if locale_id is not None:
        found = [entry for entry in found if locale_id in entry.locale_ids]
    return sorted(visible_to(user, found), key=lambda entry: entry.order)


# --- Who sees what -------------------------------------------------------------------------------


def visible_to(user: Any, found: Iterable[Entry]) -> list[Entry]:
    """The entries of things that this person may work on, with nothing about the others."""
    found = list(found)
    allowed = _allowed_keys(user, {entry.key for entry in found if not entry.permission})
    return [
        entry
        for entry in found
        if (user.has_perm(entry.permission) if entry.permission else entry.key in allowed)
    ]


def visible_clashes(user: Any, found: Iterable[Clash]) -> list[Clash]:
    """The clashes in which everything that takes part is for this person to see."""
    found = list(found)
    release_type = ContentType.objects.get_for_model(Release).pk
    keys = {key for clash in found for key in clash.keys}
    releases_too = {key for key in keys if key[0] == release_type}
    allowed = _allowed_keys(user, keys - releases_too)
    if user.has_perm(VIEW_RELEASE):
        allowed |= releases_too
    return [clash for clash in found if clash.keys <= allowed]


def _allowed_keys(user: Any, keys: Iterable[Key]) -> set[Key]:
    by_type: dict[int, set[str]] = defaultdict(set)
    for type_id, object_id in keys:
        by_type[type_id].add(object_id)
    return {
        (type_id, object_id)
        for type_id, object_ids in by_type.items()
        for object_id in _allowed(user, type_id, object_ids)
    }


def _allowed(user: Any, type_id: int, object_ids: set[str]) -> set[str]:
    model: Any = ContentType.objects.get_for_id(type_id).model_class()
    if model is None:
        return set()
    if issubclass(model, Page):
        policy = policy_registry.get_by_type(Page)
        mine = policy.instances_user_has_any_permission_for(
            user, ["add", "change", "publish", "lock", "unlock"]
        )
        return {str(pk) for pk in mine.filter(pk__in=object_ids).values_list("pk", flat=True)}
    policy = policy_registry.get_by_type(model)
    may = policy is not None and policy.user_has_any_permission(
        user, ["add", "change", "delete", "publish", "view"]
    )
    return object_ids if may else set()


# --- Releases ------------------------------------------------------------------------------------

VIEW_RELEASE = "campaign_releases.view_release"
NOT_SHOWN = (ReleaseState.CANCELLED,)


def releases(start: date, end: date) -> Iterator[Entry]:
    """When releases go live and end, or did."""
    since, until = start_of(start), start_of(end)
    wanted = Release.objects.exclude(state__in=NOT_SHOWN).filter(
        Q(goes_live_at__gte=since, goes_live_at__lt=until)
        | Q(published_at__gte=since, published_at__lt=until)
        | Q(ends_at__gte=since, ends_at__lt=until)
        | Q(ended_at__gte=since, ended_at__lt=until)
    )
    found = list(wanted.annotate(item_count=Count("items")).prefetch_related("languages"))
    type_id = ContentType.objects.get_for_model(Release).pk
    locales = release_locales(found)
    for release in found:
        for entry in _of_release(release, type_id, locales.get(release.pk, frozenset())):
            if start <= entry.day < end:
                yield entry


def _of_release(release: Any, type_id: int, locale_ids: frozenset[int]) -> Iterator[Entry]:
    starts = release.published_at or release.goes_live_at
    ends = release.ended_at or release.ends_at
    base = Entry(
        kind=EntryKind.GO_LIVE,
        day=date.min,
        text="",
        title=release.title,
        source="release",
        key=(type_id, str(release.pk)),
        locale_ids=locale_ids,
        owner_id=release.owner_id,
        note=release.get_state_display(),
        changed_at=release.scheduled_at or release.approved_at or release.created_at,
        permission=VIEW_RELEASE,
    )
    if starts is not None:
        text = _("Went live") if release.published_at else _("Goes live")
        if release.is_open and release.state != ReleaseState.SCHEDULED:
            text = _("Planned to go live")
        yield replace(base, day=day_of(starts), at=starts, text=text)
    if ends is not None:
        text = _("Ended") if release.ended_at else _("Ends")
        yield replace(base, kind=EntryKind.END, day=day_of(ends), at=ends, text=text)


def release_locales(found: Iterable[Release]) -> dict[int, frozenset[int]]:
    """The languages of releases: those that belong to them, and those of their items."""
    languages: dict[int, set[int]] = defaultdict(set)
    for release in found:
        languages[release.pk].update(one.locale_id for one in release.languages.all())
    by_type: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for type_id, object_id, release_id in ReleaseItem.objects.filter(
        release__in=list(languages)
    ).values_list("content_type_id", "object_id", "release_id"):
        by_type[type_id][object_id].add(release_id)
    for type_id, owners in by_type.items():
        for object_id, locale_id in _locales_of(type_id, list(owners)).items():
            for release_id in owners[object_id]:
                languages[release_id].add(locale_id)
    return {release_id: frozenset(found) for release_id, found in languages.items()}


def _locales_of(type_id: int, object_ids: list[str]) -> dict[str, int]:
    model: Any = ContentType.objects.get_for_id(type_id).model_class()
    if model is None or not issubclass(model, TranslatableMixin):
        return {}
    rows = model._base_manager.filter(pk__in=object_ids).values_list("pk", "locale_id")
    return {str(pk): locale_id for pk, locale_id in rows}


# --- Single schedules ----------------------------------------------------------------------------


def single_schedules(start: date, end: date) -> Iterator[Entry]:
    """When single pages and snippets go live and come down by themselves."""
    since, until = start_of(start), start_of(end)
    found = [one for one in _single(until) if since <= one.due_at < until]
    by_type: dict[int, list[str]] = defaultdict(list)
    for one in found:
        by_type[one.content_type_id].append(one.object_id)
    locales = {
        (type_id, object_id): locale_id
        for type_id, object_ids in by_type.items()
        for object_id, locale_id in _locales_of(type_id, object_ids).items()
    }
    for one in found:
        key = (one.content_type_id, one.object_id)
        yield Entry(
            kind=EntryKind.GO_LIVE if one.kind == WorkKind.GO_LIVE else EntryKind.END,
            day=day_of(one.due_at),
            at=one.due_at,
            text=_("Goes live") if one.kind == WorkKind.GO_LIVE else _("Comes down"),
            title=one.title or _("Without a title"),
            source="schedule",
            key=key,
            locale_ids=frozenset({locales[key]} if key in locales else ()),
            owner_id=one.owner_id,
        )


def _single(until: datetime | None = None) -> list[Schedule]:
    """The schedules of single things; those of releases are the releases' own."""
    return [one for one in schedules(until=until) if one.kind not in RELEASE_KINDS]


# --- Reviews of records --------------------------------------------------------------------------

REVIEW_FIELD = "review_due"
TO_REVIEW = {"live": True, "alias_of": None}
"""What a row has to be for its review to matter, where its model has the field."""


def reviews_of(
    model: type[Any], start: date, end: date, *, owner_field: str | None = None
) -> Iterator[Entry]:
    """Entries for the rows of `model` whose `review_due` falls into a span of time.

    For any model with that field; aliases are left out. Where the model has drafts, only what is
    public has to be reviewed.
    """
    fields = {one.name for one in model._meta.get_fields()}
    wanted = {name: value for name, value in TO_REVIEW.items() if name in fields}
    rows = model._base_manager.filter(**wanted, review_due__gte=start, review_due__lt=end)
    base = Page if issubclass(model, Page) else model
    type_id = ContentType.objects.get_for_model(base, for_concrete_model=False).pk
    for row in rows:
        locale_id = getattr(row, "locale_id", None)
        yield Entry(
            kind=EntryKind.REVIEW,
            day=row.review_due,
            text=_("Review is due"),
            title=str(row),
            source="review",
            key=(type_id, str(row.pk)),
            locale_ids=frozenset({locale_id} if locale_id else ()),
            owner_id=getattr(row, owner_field, None) if owner_field else None,
        )


def record_reviews(start: date, end: date) -> Iterator[Entry]:
    """When snippets with a `review_due` have to be looked at again."""
    for model in apps.get_models():
        if issubclass(model, Page) or model._meta.proxy or not _has_review(model):
            continue
        yield from reviews_of(model, start, end)


def _has_review(model: type[models.Model]) -> bool:
    return any(one.name == REVIEW_FIELD for one in model._meta.local_fields)


# --- Clashes -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Clash:
    """Two things at odds.

    Attributes:
        text: what is at odds, in a sentence that says when.
        day: the day on which it would show.
        keys: what takes part in it, releases included.
    """

    text: str
    day: date
    keys: frozenset[Key]


@dataclass(frozen=True, kw_only=True)
class _Planned:
    """Something that goes live at a moment: by itself, or with a release."""

    key: Key
    at: datetime
    title: str
    content: dict[str, Any] = field(repr=False)
    release: Release | None = None

    @property
    def where(self) -> str:
        if self.release is None:
            return _("by itself")
        return _("with “%(release)s”") % {"release": self.release.title}

    @property
    def when(self) -> str:
        return describe(self.at, settings.TIME_ZONE)


def clashes(*, at: datetime) -> list[Clash]:
    """Everything that is planned from `at` on and at odds with something else that is planned.

    A thing with a schedule of its own that is also in a release; two pages that would take the
    same address; a version whose own end comes before it would go live.
    """
    single = _single()
    planned = [*_from_schedules(single), *_from_releases(at)]
    found = [
        *_twice(planned, single),
        *_same_address([one for one in planned if one.at >= at]),
        *_ends_first(planned),
    ]
    return sorted(found, key=lambda clash: (clash.day, clash.text))


def mark_clashes(found: Iterable[Entry], clashing: Iterable[Clash]) -> list[Entry]:
    """Write on each entry the clashes in which its thing takes part."""
    texts: dict[Key, list[str]] = defaultdict(list)
    for clash in clashing:
        for key in clash.keys:
            texts[key].append(clash.text)
    return [
        replace(entry, clashes=tuple(texts[entry.key]))
        if entry.key in texts and entry.kind in (EntryKind.GO_LIVE, EntryKind.END)
        else entry
        for entry in found
    ]


def _from_schedules(single: Iterable[Schedule]) -> Iterator[_Planned]:
    going = {one.revision_id: one for one in single if one.kind == WorkKind.GO_LIVE}
    for revision in Revision.objects.filter(pk__in=going):
        one = going[revision.pk]
        yield _Planned(
            key=(one.content_type_id, one.object_id),
            at=one.due_at,
            title=one.title,
            content=revision.content,
        )


def _from_releases(at: datetime) -> Iterator[_Planned]:
    items = ReleaseItem.objects.open().filter(
        action=ItemAction.PUBLISH,
        release__goes_live_at__gte=at,
        release__state__in=OPEN_RELEASE_STATES,
    )
    for item in items.select_related("release", "revision"):
        if item.revision is not None and item.release.goes_live_at is not None:
            yield _Planned(
                key=item.key,
                at=item.release.goes_live_at,
                title=item.title,
                content=item.revision.content,
                release=item.release,
            )


def _keys(*planned: _Planned) -> frozenset[Key]:
    type_id = ContentType.objects.get_for_model(Release).pk
    releases_of = {(type_id, str(one.release.pk)) for one in planned if one.release is not None}
    return frozenset({one.key for one in planned} | releases_of)


def _twice(planned: Iterable[_Planned], single: Iterable[Schedule]) -> Iterator[Clash]:
    """The same thing in a release and with a schedule of its own."""
    own: dict[Key, list[Schedule]] = defaultdict(list)
    for one in single:
        own[(one.content_type_id, one.object_id)].append(one)
    for going in planned:
        if going.release is None:
            continue
        for schedule in own.get(going.key, ()):
            if schedule.kind == WorkKind.EXPIRY and schedule.due_at <= going.at:
                continue
            does = _("goes live") if schedule.kind == WorkKind.GO_LIVE else _("comes down")
            yield Clash(
                text=_(
                    "“%(title)s” is in the release “%(release)s” (%(when)s), and %(does)s by "
                    "itself on %(own)s."
                )
                % {
                    "title": going.title,
                    "release": going.release.title,
                    "when": going.when,
                    "does": does,
                    "own": describe(schedule.due_at, settings.TIME_ZONE),
                },
                day=day_of(min(going.at, schedule.due_at)),
                keys=_keys(going),
            )


def _same_address(planned: Iterable[_Planned]) -> Iterator[Clash]:
    """Different pages that would have the same slug under the same parent."""
    takers: dict[tuple[str, str], dict[Key, _Planned]] = defaultdict(dict)
    for one in planned:
        path, slug = one.content.get("path"), one.content.get("slug")
        if path and slug:
            takers[(path[: -Page.steplen], slug)].setdefault(one.key, one)
    for (_parent, slug), some in takers.items():
        first, *others = sorted(some.values(), key=lambda one: (one.at, one.title))
        for other in others:
            yield Clash(
                text=_(
                    "“%(first)s” (%(first_where)s, %(first_when)s) and “%(other)s” "
                    "(%(other_where)s, %(other_when)s) would have the same address: “%(slug)s”."
                )
                % {
                    "first": first.title,
                    "first_where": first.where,
                    "first_when": first.when,
                    "other": other.title,
                    "other_where": other.where,
                    "other_when": other.when,
                    "slug": slug,
                },
                day=day_of(other.at),
                keys=_keys(first, other),
            )


def _ends_first(planned: Iterable[_Planned]) -> Iterator[Clash]:
    """Versions whose own end comes before they would go live."""
    for one in planned:
        ends = parse_datetime(one.content.get("expire_at") or "")
        if ends is not None and ends <= one.at:
            yield Clash(
                text=_(
                    "“%(title)s” is to go live %(where)s on %(when)s, but this version ends "
                    "before that, on %(end)s."
                )
                % {
                    "title": one.title,
                    "where": one.where,
                    "when": one.when,
                    "end": describe(ends, settings.TIME_ZONE),
                },
                day=day_of(one.at),
                keys=_keys(one),
            )


# --- Months --------------------------------------------------------------------------------------


def weeks_of(month: date, *, first_weekday: int) -> list[list[date]]:
    """The weeks that a month's page of a wall calendar shows, whole.

    Args:
        month: any day of it.
        first_weekday: 0 for Monday.
    """
    first = month.replace(day=1)
    day = first - timedelta(days=(first.weekday() - first_weekday) % 7)
    weeks = []
    while day <= first or day.month == month.month:
        weeks.append([day + timedelta(days=number) for number in range(7)])
        day += timedelta(days=7)
    return weeks


def name_of_month(month: date) -> str:
    """A month in words: "March 2026"."""
    return date_format(month, "F Y")


for _name, _source in (
    ("releases", releases),
    ("schedules", single_schedules),
    ("reviews", record_reviews),
):
    register_source(_name, _source)
