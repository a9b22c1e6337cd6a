"""Drills: how long would a takedown take? Measured on copies; nothing that readers use changes.

Two things are measured, since one alone would flatter:

- the whole act, over everything that it would reach, in a transaction that is rolled back;
- the way to the reader, on a real copy of a page: it is published at an address that nobody can
  guess, kept out of menus, lists, search and the sitemap, fetched until it is there, taken down,
  fetched until it is gone, and deleted.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Locale, Page

from campaign.releases.conf import DRILL_SLUG
from campaign.releases.enums import Cause, TakedownAddressKind, TakedownScope, TakedownState
from campaign.releases.exceptions import NothingToTakeDownError, ReleasesError
from campaign.releases.gate import acting
from campaign.releases.models import Takedown, TakedownAddress
from campaign.releases.querysets import TakedownQuerySet
from campaign.releases.takedown import note_addresses, reference_to, remove, title_of
from campaign.releases.takedown_fetching import Fetcher, fetch_all, note
from campaign.releases.takedown_reach import addresses_of, page_addresses, scope_of, things_under

logger = logging.getLogger(__name__)

DRILL_ACTION = "campaign_releases.takedown_drill"
MOST_COPIES = 3
"""One page for each language, and no more than this."""

WAIT_SECONDS = 30.0
PAUSE_SECONDS = 0.2
GIVEN_UP_AFTER = timedelta(minutes=10)
"""A drill that runs longer lost its worker; the next one tidies up after it."""


def ask_for_drill(
    target: Any, *, user: Any, at: datetime, reason: str = "", with_descendants: bool = False
) -> Takedown:
    """Have the worker carry out a drill of a takedown of `target`.

    Raises:
        NothingToTakeDownError: nothing of it is public or scheduled.
    """
    title = title_of(target)
    if not things_under(target, with_descendants=with_descendants):
        raise NothingToTakeDownError(title)
    drill = Takedown.objects.create(
        scope=scope_of(target),
        **reference_to(target),
        title=title[:255],
        with_descendants=with_descendants,
        reason=reason.strip() or _("Drill"),
        drill=True,
        state=TakedownState.DRILL_WAITING,
        taken_down_at=at,
        taken_down_by=user,
    )
    log(instance=drill, action=DRILL_ACTION, user=user, data={"title": drill.title})
    return drill


def drills_to_run(at: datetime) -> TakedownQuerySet:
    """Drills to be carried out, or tidied up after, at `at`."""
    unfinished = Q(state=TakedownState.DRILL_RUNNING, taken_down_at__lt=at - GIVEN_UP_AFTER)
    return Takedown.objects.filter(Q(state=TakedownState.DRILL_WAITING) | unfinished)


def run_drills(*, at: datetime, fetch: Fetcher | None = None) -> int:
    """Carry out every drill that waits; first tidy up after one whose worker died.

    Not to be called inside a transaction. Returns how many drills were carried out.
    """
    tidy_up(at=at)
    done = 0
    for drill in Takedown.objects.drills_waiting():
        done += _run(drill, at=at, fetch=fetch)
    return done


def tidy_up(*, at: datetime) -> None:
    """Remove the copies of drills that were never finished."""
    for drill in Takedown.objects.filter(
        state=TakedownState.DRILL_RUNNING, taken_down_at__lt=at - GIVEN_UP_AFTER
    ):
        _remove_copies(drill)
        _finish(drill, TakedownState.DRILL_FAILED, error=_("The worker stopped during the drill."))


def _run(drill: Takedown, *, at: datetime, fetch: Fetcher | None) -> bool:
    mine = Takedown.objects.filter(pk=drill.pk, state=TakedownState.DRILL_WAITING).update(
        state=TakedownState.DRILL_RUNNING, taken_down_at=at
    )
    if not mine:
        return False
    drill.refresh_from_db()
    state, error = TakedownState.DRILL_DONE, ""
    try:
        things = things_under(_target_of(drill), with_descendants=drill.with_descendants)
        # Before the rehearsal, after which the things in memory think that they are down.
        pages = _pages_to_copy(things)
        drill.results = {**_rehearse(drill, things), **_measure(drill, pages, fetch=fetch)}
    except (ReleasesError, ValidationError) as found:
        state, error = (
            TakedownState.DRILL_FAILED,
            " ".join(getattr(found, "messages", [str(found)])),
        )
    except Exception as found:
        logger.exception("A drill failed", extra={"event": "takedown_drill_failed"})
        state, error = TakedownState.DRILL_FAILED, f"{type(found).__name__}: {found}"
    finally:
        _remove_copies(drill)
    _finish(drill, state, error=error)
    return True


def _target_of(drill: Takedown) -> Any:
    if drill.scope == TakedownScope.CAMPAIGN:
        return TakedownScope.CAMPAIGN
    target = drill.target
    if target is None:
        raise NothingToTakeDownError(drill.title)
    return target.specific if isinstance(target, Page) else target


def _finish(drill: Takedown, state: TakedownState, *, error: str = "") -> None:
    drill.state = state
    drill.results = {**drill.results, "error": error} if error else drill.results
    drill.save(update_fields=["state", "results"])


# --- The whole act, taken back ------------------------------------------------------------------


def _rehearse(drill: Takedown, things: Sequence[Any]) -> dict[str, Any]:
    """Take all of it down and take that back; say what it reaches and how long it took."""
    started = time.monotonic()
    with transaction.atomic():
        remove(drill, things, user=drill.taken_down_by, at=timezone.now())
        reached = {
            "things": len(things),
            "addresses": drill.addresses.count(),
            "files": drill.addresses.filter(kind=TakedownAddressKind.MEDIA).count(),
        }
        seconds = time.monotonic() - started
        transaction.set_rollback(True)
    return {**reached, "act_seconds": round(seconds, 2)}


# --- A real copy --------------------------------------------------------------------------------


def _measure(drill: Takedown, pages: Sequence[Page], *, fetch: Fetcher | None) -> dict[str, Any]:
    copies = [_publish_copy(drill, page) for page in pages]
    if not copies:
        return {"copies": []}
    note_addresses(drill, [address for copy in copies for address in page_addresses(copy)], at=None)
    found = _fetch_until(drill, fetch=fetch, there=True)
    if not found:
        return {
            "copies": [],
            "unreachable": list(drill.addresses.values_list("last_error", flat=True))[:1],
        }
    began = timezone.now()
    Takedown.objects.filter(pk=drill.pk).update(taken_down_at=began)
    with transaction.atomic(), _as_drill(drill, began):
        for copy in copies:
            copy.unpublish()
    drill.refresh_from_db()
    _fetch_until(drill, fetch=fetch, there=False)
    return {
        "copies": [
            {
                "language": address.language,
                "status": address.last_status,
                "seconds": address.seconds_to_gone,
            }
            for address in drill.addresses.all()
        ]
    }


def _as_drill(drill: Takedown, at: datetime) -> Any:
    return acting(
        cause=Cause.TAKEDOWN,
        user=drill.taken_down_by,
        at=at,
        reason=_("Drill: %(reason)s") % {"reason": drill.reason},
    )


def _pages_to_copy(things: Sequence[Any]) -> list[Page]:
    """One public page for each language; for a snippet, of the pages that show it."""
    pages = [thing for thing in things if isinstance(thing, Page) and thing.live]
    if not pages:
        shown_at = {address.path: address for address in addresses_of(things)}
        pages = [
            page
            for page in Page.objects.live().specific().filter(locale__in=Locale.objects.all())
            if any(address.path in shown_at for address in page_addresses(page))
        ]
    found: dict[int, Page] = {}
    for page in pages:
        if page.alias_of_id is None and page.get_url_parts() and not page.is_site_root():
            found.setdefault(page.locale_id, page)
    return list(found.values())[:MOST_COPIES]


def _publish_copy(drill: Takedown, page: Page) -> Page:
    slug = f"{drill_slug(drill)}-{secrets.token_hex(8)}"
    with transaction.atomic(), _as_drill(drill, timezone.now()):
        copy = page.copy(
            update_attrs={"slug": slug, "show_in_menus": False, **_unlisted(page)},
            keep_live=False,
            copy_revisions=False,
            reset_translation_key=True,
            log_action=None,
        )
        revision = copy.save_revision(log_action=False)
        revision.publish(skip_permission_checks=True, log_action=False)
    return Page.objects.get(pk=copy.pk).specific


def _unlisted(page: Page) -> dict[str, Any]:
    return {"noindex": True} if any(one.name == "noindex" for one in page._meta.fields) else {}


def drill_slug(drill: Takedown) -> str:
    """How the addresses of a drill's copies begin."""
    return f"{DRILL_SLUG}{drill.pk}"


def _remove_copies(drill: Takedown) -> None:
    with _as_drill(drill, timezone.now()):
        for copy in Page.objects.filter(slug__startswith=f"{drill_slug(drill)}-").specific():
            copy.delete()


def _fetch_until(drill: Takedown, *, fetch: Fetcher | None, there: bool) -> bool:
    """Fetch the copies until all of them are there, or gone; False if they are not in time."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        answers = fetch_all(_still_to_fetch(drill, there=there), fetch=fetch)
        for address, found, at in answers:
            if there:
                TakedownAddress.objects.filter(pk=address.pk).update(
                    last_status=found.status, last_error=found.error[:300], last_checked_at=at
                )
            else:
                note(address, found, at=at)
        if not _still_to_fetch(drill, there=there):
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE_SECONDS)


def _still_to_fetch(drill: Takedown, *, there: bool) -> list[TakedownAddress]:
    rows = drill.addresses.select_related("takedown")
    return list(rows.exclude(last_status=200) if there else rows.filter(gone_at=None))
