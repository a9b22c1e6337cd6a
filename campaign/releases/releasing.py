"""Carry releases out: set their times, schedule, publish, end. All or nothing, each of them."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from wagtail.models import Page

from campaign.releases.approval import digest_of, first_forbidden, fresh_check
from campaign.releases.enums import (
    APPROVED_RELEASE_STATES,
    OPEN_RELEASE_STATES,
    AttemptOutcome,
    CheckTrigger,
    ItemAction,
    LanguagePolicy,
    ReleaseState,
    WorkKind,
)
from campaign.releases.exceptions import (
    ApprovalBrokenError,
    ItemFailedError,
    NonexistentTimeError,
    PreflightFailedError,
    PreflightPendingError,
    ReleaseStateError,
    ReleaseTimeError,
    UnknownZoneError,
)
from campaign.releases.membership import bring_translation, staying_behind
from campaign.releases.models import DueWork, OwedTranslation, Release, ReleaseItem
from campaign.releases.moving import (
    StepBack,
    clear_slugs,
    in_order,
    leave_to_takedown,
    lock_rows,
    make_way,
    move,
    moved_by,
    remember,
    step_back,
    steps_at_end,
    steps_back,
)
from campaign.releases.owed import note_owed
from campaign.releases.preflight import ask_for_check, check_release, is_large
from campaign.releases.release_notices import tell
from campaign.releases.schedules import trigger_of_check
from campaign.releases.signals import (
    announce,
    release_ended,
    release_time_moved,
    release_went_live,
)
from campaign.releases.states import change_state, locked, record, void_approval
from campaign.releases.wall_time import is_older, resolve, zone_data_version
from translations.progress import (
    live_translations,
    readiness,
    save_translated,
    translation_in,
)

logger = logging.getLogger(__name__)

WALL_FORMAT = "%Y-%m-%dT%H:%M:%S"


# --- Times ---------------------------------------------------------------------------------------


def set_release_times(
    release: Release,
    *,
    goes_live: datetime | None,
    ends: datetime | None = None,
    zone: str,
    goes_live_fold: int | None = None,
    ends_fold: int | None = None,
    user: Any,
    at: datetime,
) -> Release:
    """Set when a release goes live and ends, as clocks in `zone` show it (naive; None: not set).

    An approval that stands is void when anything changes. The end of a live release may be moved
    or taken away, its start no more.

    Raises:
        NonexistentTimeError, AmbiguousTimeError, UnknownZoneError: see `wall_time.resolve`.
        ReleaseTimeError: a time has passed, or the end is not after the start.
        ReleaseStateError: the release is over.
    """
    starts_at = None if goes_live is None else resolve(goes_live, zone, fold=goes_live_fold)
    ends_at = None if ends is None else resolve(ends, zone, fold=ends_fold)
    with transaction.atomic():
        release = locked(release)
        live = release.state == ReleaseState.LIVE
        if not (release.is_open or live):
            raise ReleaseStateError(release, _("given another time"))
        if live and starts_at != release.goes_live_at:
            raise ReleaseTimeError(_("It is live already: only its end can change."))
        _require_times(starts_at if not live else None, ends_at, at=at)
        values = {
            "zone": zone,
            "goes_live_wall": _wall(goes_live),
            "goes_live_fold": goes_live_fold or 0,
            "goes_live_at": starts_at,
            "ends_wall": _wall(ends),
            "ends_fold": ends_fold or 0,
            "ends_at": ends_at,
            "zone_data": zone_data_version(zone),
        }
        if all(getattr(release, name) == value for name, value in values.items()):
            return release
        if release.state in APPROVED_RELEASE_STATES:
            void_approval(release, reason=_("Its times were changed."), user=user)
            release.refresh_from_db()
        for name, value in values.items():
            setattr(release, name, value)
        release.save(update_fields=list(values))
        record(
            release,
            "set_times",
            user=user,
            zone=zone,
            goes_live=values["goes_live_wall"],
            ends=values["ends_wall"],
        )
    return release


def recompute_times(*, at: datetime) -> list[Release]:
    """Compute moments again that older data of time zones gave; returns the releases that moved.

    What was promised is the time on the wall, so an approval stands; the owner is told. Where
    clocks now skip that time, the next one that there is counts. Moments that have passed stay as
    they were. Reads only, as long as the data are the same.
    """
    moved = []
    for pk in _with_older_zone_data(at):
        with transaction.atomic():
            release = Release.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
            moves = [_recompute(release, field, at=at) for field in ("goes_live", "ends")]
            if True in moves:
                moved.append(release)
            release.zone_data = zone_data_version(release.zone)
            release.save(update_fields=["zone_data", "goes_live_at", "ends_at"])
    return moved


def _with_older_zone_data(at: datetime) -> list[int]:
    ahead = Release.objects.filter(
        Q(goes_live_at__gt=at) | Q(ends_at__gt=at),
        state__in=(*OPEN_RELEASE_STATES, ReleaseState.LIVE),
    )
    found = []
    for pk, zone, known in ahead.values_list("pk", "zone", "zone_data"):
        try:
            version = zone_data_version(zone)
        except UnknownZoneError:
            logger.exception("A zone is gone", extra={"event": "release_without_zone"})
            continue
        if version != known and not is_older(version, known):
            found.append(pk)
    return found


def _recompute(release: Release, field: str, *, at: datetime) -> bool:
    wall, was = getattr(release, f"{field}_wall"), getattr(release, f"{field}_at")
    if not wall or was is None or was <= at:
        return False
    now = _moment_of(wall, release.zone, getattr(release, f"{field}_fold"))
    if now == was:
        return False
    setattr(release, f"{field}_at", now)
    moments = {"was": was.isoformat(), "now": now.isoformat()}
    record(release, "recompute", user=None, field=field, **moments)
    tell(release, "time_moved", people=[release.owner], field=field, **moments)
    announce(release_time_moved, sender=Release, release=release, field=field, was=was, now=now)
    return True


def _moment_of(wall: str, zone: str, fold: int) -> datetime:
    local = datetime.strptime(wall, WALL_FORMAT)  # noqa: DTZ007 - a wall time has no zone
    try:
        return resolve(local, zone, fold=fold)
    except NonexistentTimeError as error:
        return resolve(error.gap_end, zone, fold=0)


def _require_times(starts_at: datetime | None, ends_at: datetime | None, *, at: datetime) -> None:
    if starts_at is not None and starts_at <= at:
        raise ReleaseTimeError(_("The time at which it goes live has passed. Choose a later one."))
    if ends_at is not None and ends_at <= at:
        raise ReleaseTimeError(_("The time at which it ends has passed. Choose a later one."))
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        raise ReleaseTimeError(_("It has to end after it goes live."))


def _wall(value: datetime | None) -> str:
    return "" if value is None else value.strftime(WALL_FORMAT)


# --- Scheduling ----------------------------------------------------------------------------------


def schedule_release(release: Release, *, user: Any, at: datetime) -> Release:
    """Let an approved release go live at its time, after a preflight for that moment.

    Raises:
        ReleaseStateError: it is not approved.
        ReleaseTimeError: it has no time, or its time has passed.
        PreflightFailedError: it would fail; `check` says why. The check is kept, nothing else.
        PreflightPendingError: it is large, and a worker has to check it first.
    """
    if release.state != ReleaseState.APPROVED:
        raise ReleaseStateError(release, _("scheduled"))
    _require_time(release, at=at)
    _require_check(release, trigger=CheckTrigger.SCHEDULE, at=at)
    with transaction.atomic():
        release = locked(release)
        if release.state != ReleaseState.APPROVED:
            raise ReleaseStateError(release, _("scheduled"))
        _require_time(release, at=at)
        change_state(release, ReleaseState.SCHEDULED, scheduled_at=at)
        record(release, "schedule", user=user, goes_live_at=_iso(release.goes_live_at))
    return release


def _require_check(
    release: Release, *, trigger: CheckTrigger, at: datetime, for_now: bool = False
) -> None:
    """Check a small release; of a large one, require a check that says how things stand."""
    if not is_large(release):
        check = check_release(release, trigger=trigger, at=at, for_now=for_now)
    elif (fresh := fresh_check(release, at=at, for_now=for_now)) is not None:
        check = fresh
    else:
        ask_for_check(release, at=at, for_now=for_now)
        raise PreflightPendingError(release)
    if not check.ok:
        raise PreflightFailedError(check)


def unschedule_release(release: Release, *, user: Any) -> Release:
    """Take a release off its schedule. The approval stands.

    Raises:
        ReleaseStateError: it is not scheduled.
    """
    with transaction.atomic():
        release = locked(release)
        if release.state not in (ReleaseState.SCHEDULED, ReleaseState.FAILED):
            raise ReleaseStateError(release, _("taken off the schedule"))
        change_state(release, ReleaseState.APPROVED, scheduled_at=None)
        record(release, "unschedule", user=user)
    return release


def _require_time(release: Release, *, at: datetime) -> None:
    if release.goes_live_at is None:
        raise ReleaseTimeError(_("Set the time at which it goes live first."))
    _require_times(release.goes_live_at, release.ends_at, at=at)


def _iso(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


# --- Going live ----------------------------------------------------------------------------------


def publish_now(release: Release, *, user: Any, at: datetime) -> Release:
    """Let an approved release go live at once, after a preflight for this moment.

    Raises:
        ReleaseStateError: it is not approved.
        PreflightFailedError: it would fail; nothing has changed.
        PreflightPendingError: it is large, and a worker has to check it for now first.
        ItemFailedError, ApprovalBrokenError: it failed; nothing has changed.
    """
    if release.state not in APPROVED_RELEASE_STATES:
        raise ReleaseStateError(release, _("published"))
    _require_check(release, trigger=CheckTrigger.ASKED, at=at, for_now=True)
    with transaction.atomic():
        release = locked(release)
        if release.state not in APPROVED_RELEASE_STATES:
            raise ReleaseStateError(release, _("published"))
        go_live(release, user=user, at=at)
    return release


def go_live(release: Release, *, user: Any, at: datetime) -> None:
    """Move every item of a locked, approved release, or raise so that none moves.

    Raises:
        ApprovalBrokenError: what would go out is not what was approved, or the approver may no
            longer publish it.
        ItemFailedError: one item could not be moved; it is named, and the error is the cause.
    """
    _require_approval(release)
    _take_languages_along(release, at=at)
    lock_rows(release.items.all())
    pairs = in_order(release.items.select_related("content_type", "revision"))
    remember(pairs)
    make_way(pairs)
    with moved_by(release, user=user, at=at):
        for item, row in pairs:
            try:
                move(item, row, user=user)
            except Exception as error:
                raise ItemFailedError(item, error) from error
    change_state(release, ReleaseState.LIVE, published_at=at)
    record(release, "publish", user=user, items=len(pairs))
    note_owed(release, at=at)
    if release.inverse_of is not None and release.inverse_of.state == ReleaseState.LIVE:
        replaced = locked(release.inverse_of)
        steps = steps_back(replaced)
        _leave_to_takedowns(replaced, steps, user=user, at=at)
        close(replaced, user=user, at=at, left=[step for step in steps if step.held_by])
    announce(release_went_live, sender=Release, release=release)


def _require_approval(release: Release) -> None:
    if release.approved_digest != digest_of(release):
        raise ApprovalBrokenError(
            _("“%(title)s” is not what was approved any more. Approve it again.")
            % {"title": release.title}
        )
    items = list(release.items.select_related("content_type"))
    if (forbidden := first_forbidden(items, user=release.approved_by)) is not None:
        raise ApprovalBrokenError(
            _("Whoever approved this may no longer publish “%(title)s”.")
            % {"title": forbidden.title}
        )


def _take_languages_along(release: Release, *, at: datetime) -> None:
    """Add what the approval covers without naming it.

    Translations that became complete after the approval, in languages that go when ready; and the
    public translations of what is withdrawn, so that an inverse can bring them back.
    """
    for behind in staying_behind(release):
        # It was complete when approved, and is not any more.
        behind.delete()
    ready = list(
        release.languages.filter(policy=LanguagePolicy.GO_WHEN_READY).select_related("locale")
    )
    for item in release.items.filter(translation_of=None).select_related("revision"):
        instance: Any = item.instance()
        if getattr(instance, "translation_key", None) is None:
            continue
        if item.action == ItemAction.WITHDRAW:
            for translation in live_translations(instance):
                bring_translation(item, translation, user=None, at=at)
            continue
        for language in ready:
            translation = translation_in(instance, language.locale)
            if translation is None:
                continue
            save_translated(translation)
            if readiness(_as_pinned(item, instance), language.locale).is_ready:
                bring_translation(item, translation, user=None, at=at)


def _as_pinned(item: ReleaseItem, instance: Any) -> Any:
    return instance if item.revision is None else item.revision.as_object()


# --- The end -------------------------------------------------------------------------------------


def end_release(release: Release, *, user: Any, at: datetime) -> Release:
    """End a live release now: what it brought comes down, what it replaced comes back.

    Raises:
        ReleaseStateError: it is not live.
        ItemFailedError: one item could not be moved; nothing has changed.
    """
    with transaction.atomic():
        release = locked(release)
        if release.state != ReleaseState.LIVE:
            raise ReleaseStateError(release, _("ended"))
        end(release, user=user, at=at)
    return release


def end(release: Release, *, user: Any, at: datetime) -> None:
    """End a locked, live release: all of its items, or none (then it raises).

    What was not public before it comes down, what it replaced or withdrew comes back; what was
    published since stays (see `moving.steps_at_end`).
    """
    steps = steps_at_end(release)
    clear_slugs(
        (step.row, (step.item.previous_content or {})["slug"])
        for step in steps
        if step.action == ItemAction.PUBLISH and isinstance(step.row, Page)
    )
    with moved_by(release, user=user, at=at, reason=_("The release has ended.")):
        for step in steps:
            try:
                step_back(step, user=user, before=release.published_at or at)
            except Exception as error:
                raise ItemFailedError(step.item, error) from error
    _leave_to_takedowns(release, steps, user=user, at=at)
    close(release, user=user, at=at, left=steps)
    announce(release_ended, sender=Release, release=release)


def _leave_to_takedowns(
    release: Release, steps: Iterable[StepBack], *, user: Any, at: datetime
) -> None:
    """What stands under a takedown stays gone; that takedown, and the owner, are told."""
    left = []
    for step in steps:
        if step.held_by is not None:
            before = release.published_at or at
            leave_to_takedown(step, step.held_by, user=user, before=before)
            left.append([step.item.title, step.why])
    if left:
        tell(release, "held_down", people=[release.owner], left=left)


def close(release: Release, *, user: Any, at: datetime, left: Iterable[StepBack] = ()) -> None:
    """Write down that a live release is over, and what was left as it is."""
    change_state(release, ReleaseState.ENDED, ended_at=at)
    OwedTranslation.objects.unsettled().filter(release=release).update(settled_at=at)
    record(
        release,
        "end",
        user=user,
        left=[[step.item.title, step.why] for step in left if step.action is None],
    )


# --- Due work ------------------------------------------------------------------------------------


def perform_start(work: DueWork, release: Release, *, at: datetime) -> AttemptOutcome:
    """Carry out due work of the kind `release_start`. `release` is locked."""
    if release.scheduled_at is None or release.goes_live_at != work.due_at:
        return AttemptOutcome.SUPERSEDED
    if release.ends_at is not None and release.ends_at <= at:
        work.reason = _(
            "Not shown: its whole time had passed before it could go live. Give it other times if "
            "it is still wanted."
        )
        change_state(release, ReleaseState.CANCELLED, scheduled_at=None)
        record(release, "cancel", user=None, reason=work.reason)
        return AttemptOutcome.CANCELLED
    go_live(release, user=release.owner, at=at)
    return AttemptOutcome.DONE


def perform_end(work: DueWork, release: Release, *, at: datetime) -> AttemptOutcome:
    """Carry out due work of the kind `release_end`. `release` is locked."""
    if release.state != ReleaseState.LIVE or release.ends_at != work.due_at:
        return AttemptOutcome.SUPERSEDED
    end(release, user=release.owner, at=at)
    return AttemptOutcome.DONE


def perform_check(work: DueWork, release: Release, *, at: datetime) -> AttemptOutcome:
    """Carry out due work of the kind `release_check`. `release` is locked."""
    trigger = trigger_of_check(release, work.due_at)
    if trigger is None:
        return AttemptOutcome.SUPERSEDED
    for_now = trigger == CheckTrigger.ASKED and release.check_asked_for_now
    check_release(release, trigger=trigger, at=at, for_now=for_now)
    if trigger == CheckTrigger.ASKED:
        release.check_asked_at, release.check_asked_for_now = None, False
        release.save(update_fields=["check_asked_at", "check_asked_for_now"])
    return AttemptOutcome.DONE


def note_failure(work: DueWork) -> None:
    """Due work of a release used up its attempts: a release that should have gone live failed."""
    if work.kind != WorkKind.RELEASE_START:
        return
    with transaction.atomic():
        release = (
            Release.objects.select_for_update(of=("self",), no_key=True)
            .filter(pk=work.object_id, state=ReleaseState.SCHEDULED)
            .first()
        )
        if release is not None:
            change_state(release, ReleaseState.FAILED)
            record(release, "fail", user=None, error=work.last_error)
