"""What was promised on the clock: kept beside each schedule, computed again, said in words.

Wagtail's columns hold moments (UTC). People were promised a time on the clock: "09:00 in London".
The two part when a country changes the rules of its clocks between the day something is scheduled
and the day it happens. So the wall time of the campaign's zone (`TIME_ZONE`) is kept for every
schedule; new zone data move the moments, through the gate, and the owner is told. A release keeps
its own wall times (`releasing`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Set
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Page, Revision

from campaign.assurance.rules import Key, key_of
from campaign.releases.enums import Cause, SetTimeField
from campaign.releases.exceptions import NonexistentTimeError, UnknownZoneError
from campaign.releases.gate import acting, acting_now
from campaign.releases.language_sets import move_schedule
from campaign.releases.models import SetTime
from campaign.releases.schedules import draft_state_models
from campaign.releases.signals import set_time_moved
from campaign.releases.wall_time import describe, is_older, resolve, wall_of, zone_data_version

logger = logging.getLogger(__name__)

TIME_MOVED_ACTION = "campaign_releases.time_moved"

Place = tuple[int, str, int | None, str]
"""Where a moment stands: content type, object id, revision or None, which end."""


_put_off: ContextVar[set[Key] | None] = ContextVar("set_times_put_off", default=None)


@dataclass(frozen=True, slots=True)
class Standing:
    """One moment (UTC) as the columns hold it."""

    place: Place
    utc: datetime


# --- Kept beside each schedule ------------------------------------------------------------------


def record(thing: Any) -> None:
    """Bring the set times of one page or snippet in line with its columns."""
    key, put_off = key_of(thing), _put_off.get()
    if put_off is None:
        _record({key})
    else:
        put_off.add(key)


@contextmanager
def recorded_at_the_end() -> Iterator[None]:
    """Inside, what is to be recorded waits, and is recorded at the end, all of it together.

    For what nobody sets a time by, and in the transaction that moves the things.
    """
    put_off: set[Key] = set()
    token = _put_off.set(put_off)
    try:
        yield
    finally:
        _put_off.reset(token)
    if put_off:
        _record(put_off)


def record_all() -> None:
    """Bring every set time in line with the columns: what was scheduled before, or by other means.

    Reads only, as long as nothing changed.
    """
    _reconcile(_standing(None), SetTime.objects.all())


def _record(keys: Set[Key]) -> None:
    # A number may be that of a page and of a snippet; both are looked at then.
    rows = SetTime.objects.filter(object_id__in={object_id for _type_id, object_id in keys})
    _reconcile(
        (one for one in _standing(keys) if one.place[:2] in keys),
        (row for row in rows if (row.content_type_id, row.object_id) in keys),
    )


def _reconcile(standing: Iterable[Standing], rows: Iterable[SetTime]) -> None:
    kept = {_place_of(row): row for row in rows}
    new = []
    for found in standing:
        row = kept.pop(found.place, None)
        if row is not None and row.utc == found.utc:
            continue
        fresh = _row_for(found)
        if row is None:
            new.append(fresh)
        else:
            fresh.pk = row.pk
            fresh.save()
    if new:
        # Another process may have seen the same schedule.
        SetTime.objects.bulk_create(new, ignore_conflicts=True)
    if kept:
        SetTime.objects.filter(pk__in=[row.pk for row in kept.values()]).delete()


def _row_for(found: Standing) -> SetTime:
    content_type_id, object_id, revision_id, field = found.place
    wall, fold = wall_of(found.utc, settings.TIME_ZONE)
    return SetTime(
        content_type_id=content_type_id,
        object_id=object_id,
        revision_id=revision_id,
        field=field,
        wall=wall.isoformat(),
        zone=settings.TIME_ZONE,
        fold=fold,
        utc=found.utc,
        zone_data=zone_data_version(settings.TIME_ZONE),
        set_by=acting_now().user,
    )


def _place_of(row: SetTime) -> Place:
    return (row.content_type_id, row.object_id, row.revision_id, row.field)


def _standing(keys: Set[Key] | None) -> Iterator[Standing]:
    """The moments in the columns of all things, or of those with these numbers."""
    yield from _of_versions(keys)
    for model in draft_state_models():
        yield from _of_rows(model, keys)


def _of_versions(keys: Set[Key] | None) -> Iterator[Standing]:
    scheduled = Revision.objects.filter(approved_go_live_at__isnull=False)
    if keys is not None:
        scheduled = scheduled.filter(object_id__in={object_id for _type_id, object_id in keys})
    for revision in scheduled.only(
        "base_content_type_id", "object_id", "approved_go_live_at", "content"
    ):
        place = (revision.base_content_type_id, revision.object_id, revision.pk)
        yield Standing((*place, SetTimeField.GO_LIVE), revision.approved_go_live_at)
        end = parse_datetime(revision.content.get("expire_at") or "")
        if end is not None:
            yield Standing((*place, SetTimeField.EXPIRE), end)


def _of_rows(model: type[Any], keys: Set[Key] | None) -> Iterator[Standing]:
    type_id = ContentType.objects.get_for_model(model, for_concrete_model=False).pk
    of_type = None if keys is None else {pk for found, pk in keys if found == type_id}
    if of_type is not None and not of_type:
        return
    rows = model._base_manager.filter(live=True, expire_at__isnull=False)
    if model is Page:
        # An alias comes down with its original.
        rows = rows.filter(alias_of__isnull=True)
    if of_type is not None:
        rows = rows.filter(pk__in=of_type)
    for pk, expire_at in rows.values_list("pk", "expire_at"):
        yield Standing((type_id, str(pk), None, SetTimeField.EXPIRE), expire_at)


# --- Computed again -----------------------------------------------------------------------------


def keep() -> list[SetTime]:
    """Take note of every schedule, and compute those again that other zone data computed.

    For the worker, now and then, before it does what is due. Returns what moved. Never raises for
    what is wrong with one schedule.
    """
    record_all()
    return recompute()


def recompute() -> list[SetTime]:
    """Compute every moment again that older zone data computed; return what moved.

    What is overdue counts too: it is not done yet, and may not be due yet either. One transaction
    for each, and an error of one never stops the others: it is logged and tried again the next
    time. A process with older zone data than those in use changes nothing.
    """
    moved = []
    for row in _computed_with_other_data():
        try:
            if _recompute_one(row, version=zone_data_version(row.zone)):
                moved.append(row)
        except Exception:
            logger.exception(
                "A set time could not be computed again",
                extra={"event": "set_time_not_recomputed", "set_time": row.pk},
            )
    return moved


def _computed_with_other_data() -> Iterator[SetTime]:
    used = SetTime.objects.order_by().values_list("zone", "zone_data").distinct()
    for zone, zone_data in list(used):
        try:
            version = zone_data_version(zone)
        except UnknownZoneError:
            logger.exception("A zone is gone", extra={"event": "set_time_without_zone"})
            continue
        if version != zone_data and not is_older(version, zone_data):
            yield from SetTime.objects.filter(zone=zone, zone_data=zone_data)


def _recompute_one(row: SetTime, *, version: str) -> bool:
    """Move one moment to what its wall time means now; False when nothing moves.

    The thing is locked before its set time, in the order in which a publication writes them.
    """
    with transaction.atomic():
        thing = _locked(row)
        if thing is None or not SetTime.objects.filter(pk=row.pk, utc=row.utc).exists():
            return False
        former, row.utc = row.utc, _moment_of(row)
        if _column_of(row, thing) != former:
            # The columns are the truth: somebody has set another time meanwhile.
            record(thing)
            return False
        former_data, row.zone_data = row.zone_data, version
        row.save(update_fields=["utc", "zone_data"])
        if row.utc == former:
            return False
        reason = _("New time zone data (%(version)s): %(wall)s in %(zone)s is another moment.") % {
            "version": version.partition("/")[0],
            "wall": row.wall.replace("T", " "),
            "zone": row.zone,
        }
        with acting(cause=Cause.MAINTENANCE, reason=reason):
            _move(row, thing, former)
        log(
            instance=thing.specific if isinstance(thing, Page) else thing,
            action=TIME_MOVED_ACTION,
            revision=row.revision,
            data={
                "from": former.isoformat(),
                "to": row.utc.isoformat(),
                "wall": row.wall,
                "zone": row.zone,
                "zone_data": [former_data, version],
            },
        )
        transaction.on_commit(
            partial(set_time_moved.send_robust, sender=SetTime, set_time=row, former=former)
        )
    return True


def _locked(row: SetTime) -> Any | None:
    model: Any = row.content_type.model_class()
    if model is None:
        return None
    locked = model._base_manager.select_for_update(of=("self",), no_key=True)
    return locked.filter(pk=row.object_id).first()


def _moment_of(row: SetTime) -> datetime:
    """What the wall time means now; where clocks skip it now, the next time that there is."""
    try:
        return resolve(row.wall_time, row.zone, fold=row.fold)
    except NonexistentTimeError as error:
        return resolve(error.gap_end, row.zone, fold=0)


def _column_of(row: SetTime, thing: Any) -> datetime | None:
    """The moment that the columns hold for a set time, read again."""
    place = _place_of(row)
    found = (one.utc for one in _standing({key_of(thing)}) if one.place == place)
    return next(found, None)


def _move(row: SetTime, thing: Any, former: datetime) -> None:
    if row.revision is None:
        _move_end(row, thing, former)
    elif row.field == SetTimeField.GO_LIVE:
        move_schedule(row.revision, to=row.utc)
        if not thing.live and thing.go_live_at == former:
            _save_time(thing, "go_live_at", row.utc)
    else:
        _move_in_version(row.revision, "expire_at", row.utc)


def _move_end(row: SetTime, thing: Any, former: datetime) -> None:
    """Move the end of what is public, and of the versions in which an editor would see it."""
    _save_time(thing, "expire_at", row.utc)
    if isinstance(thing, Page):
        for alias in Page.objects.filter(alias_of=thing, expire_at=former):
            _save_time(alias, "expire_at", row.utc)
    for revision in {thing.live_revision, thing.latest_revision} - {None}:
        if parse_datetime(revision.content.get("expire_at") or "") == former:
            _move_in_version(revision, "expire_at", row.utc)


def _move_in_version(revision: Revision, name: str, utc: datetime) -> None:
    revision.content[name] = utc.isoformat()
    revision.save(update_fields=["content"])


def _save_time(thing: Any, name: str, utc: datetime) -> None:
    """Write one time of a row, and nothing else of it: a draft elsewhere need not be valid."""
    setattr(thing, name, utc)
    options = {"clean": False} if isinstance(thing, Page) else {}
    thing.save(update_fields=[name], **options)


# --- Said in words ------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to happen to one thing, as far as a sentence needs it.

    Attributes:
        version: the number of the version that is meant; None for one not yet saved.
        goes_live, ends: its times (aware), where it has them.
        is_public: whether people see something of it now.
        public_version: the number of what they see; None when it is not known.
        public_ends: when that comes down by itself.
    """

    version: int | None = None
    goes_live: datetime | None = None
    ends: datetime | None = None
    is_public: bool = False
    public_version: int | None = None
    public_ends: datetime | None = None


def plan_of(
    thing: Any,
    *,
    version: int | None,
    goes_live: datetime | None,
    ends: datetime | None,
) -> Plan:
    """What a page or snippet would do with these times, next to what is public of it now."""
    model: Any = Page if isinstance(thing, Page) else type(thing)
    row = thing.pk and model._base_manager.filter(pk=thing.pk).first()
    is_public = bool(row) and row.live
    return Plan(
        version=version,
        goes_live=goes_live,
        ends=ends,
        is_public=is_public,
        public_version=number_of(row.live_revision_id, row) if is_public else None,
        public_ends=row.expire_at if is_public else None,
    )


def sentences_for(thing: Any, *, at: datetime) -> list[str]:
    """What is to happen to a thing as an editor has it open: what stands, then what a draft plans.

    `thing` carries the times of its newest version, as the edit views show it.
    """
    scheduled = thing.scheduled_revision if thing.pk else None
    said = []
    if scheduled is not None:
        end = parse_datetime(scheduled.content.get("expire_at") or "")
        number = number_of(scheduled.pk, thing)
        standing = (scheduled.approved_go_live_at, end)
        plan = plan_of(thing, version=number, goes_live=standing[0], ends=end)
        said.append(say(plan, at=at))
    else:
        plan = plan_of(thing, version=None, goes_live=None, ends=None)
        standing = (None, plan.public_ends)
        plan = replace(plan, version=plan.public_version, ends=plan.public_ends)
        said.append(say(plan, at=at))
    is_draft = not thing.pk or thing.has_unpublished_changes
    planned = tuple(map(_in_utc, (thing.go_live_at, thing.expire_at)))
    if is_draft and planned != tuple(map(_in_utc, standing)):
        said.append(_planned(thing, at=at))
    return [sentence for sentence in said if sentence]


def _in_utc(moment: datetime | None) -> datetime | None:
    """Python calls a time that clocks show twice unequal to the same moment in another zone."""
    return moment and moment.astimezone(UTC)


def _planned(thing: Any, *, at: datetime) -> str:
    number = number_of(thing.latest_revision_id, thing) if thing.pk else None
    plan = plan_of(thing, version=number, goes_live=thing.go_live_at, ends=thing.expire_at)
    sentence = say(plan, at=at)
    if not sentence:
        return ""
    if plan.goes_live and plan.goes_live > at:
        return _("Not scheduled yet. Once it is: %(sentence)s") % {"sentence": sentence}
    return _("Not published yet. Once it is: %(sentence)s") % {"sentence": sentence}


def number_of(revision_id: int | None, thing: Any) -> int | None:
    """Which version of a thing a revision is, counted from 1; None when there is no revision."""
    if revision_id is None:
        return None
    return Revision.objects.for_instance(thing).filter(pk__lte=revision_id).count()


def numbers_of(keys: Iterable[Key]) -> dict[int, int]:
    """The numbers of all versions of several things, by revision, with one query for each type."""
    by_type: dict[int, set[str]] = {}
    for type_id, object_id in keys:
        by_type.setdefault(type_id, set()).add(object_id)
    numbers: dict[int, int] = {}
    for type_id, object_ids in by_type.items():
        counted: dict[str, int] = {}
        rows = Revision.objects.filter(base_content_type_id=type_id, object_id__in=object_ids)
        for pk, object_id in rows.order_by("pk").values_list("pk", "object_id"):
            counted[object_id] = numbers[pk] = counted.get(object_id, 0) + 1
    return numbers


def say(plan: Plan, *, at: datetime) -> str:
    """One plain sentence, or two; empty when nothing is to happen after `at`.

    "Version 7 goes live on Tue 4 March, 09:00 London time; until then people see version 5."
    """
    starts = plan.goes_live is not None and plan.goes_live > at
    ends = plan.ends is not None and plan.ends > at
    if starts:
        sentence = _start_in_words(plan, at=at)
        return f"{sentence} {_end_in_words(plan, at=at)}" if ends else sentence
    return _end_in_words(plan, at=at, alone=True) if ends else ""


def _start_in_words(plan: Plan, *, at: datetime) -> str:
    words = {"what": _name(plan.version), "when": on_our_clock(plan.goes_live, now=at)}
    return _("%(what)s goes live on %(when)s; %(meanwhile)s.") % {
        **words,
        "meanwhile": _meanwhile(plan, at=at),
    }


def _meanwhile(plan: Plan, *, at: datetime) -> str:
    if not plan.is_public:
        return _("until then nobody sees it")
    words: dict[str, object] = {"number": plan.public_version}
    if plan.public_ends and plan.goes_live and at < plan.public_ends < plan.goes_live:
        words["end"] = on_our_clock(plan.public_ends, now=at)
        if plan.public_version is None:
            return _("people see what is public now until %(end)s, then nothing") % words
        return _("people see version %(number)s until %(end)s, then nothing") % words
    if plan.public_version is None:
        return _("until then people see what is public now")
    return _("until then people see version %(number)s") % words


def _end_in_words(plan: Plan, *, at: datetime, alone: bool = False) -> str:
    words = {"what": _name(plan.version), "when": on_our_clock(plan.ends, now=at)}
    return (_("%(what)s comes down on %(when)s.") if alone else _("It comes down on %(when)s.")) % (
        words
    )


def _name(version: int | None) -> str:
    return _("This version") if version is None else _("Version %(number)s") % {"number": version}


def on_our_clock(moment: datetime | None, *, now: datetime | None = None) -> str:
    """A moment on the campaign's clock, and on the reader's own where that shows another time."""
    if moment is None:
        return ""
    ours = describe(moment, settings.TIME_ZONE, now=now)
    own_zone = timezone.get_current_timezone_name()
    if wall_of(moment, own_zone) == wall_of(moment, settings.TIME_ZONE):
        return ours
    return _("%(ours)s (%(own)s)") % {"ours": ours, "own": describe(moment, own_zone, now=now)}
