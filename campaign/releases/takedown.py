"""Takedown: take things off the site in one act, answer for them at their addresses, put them back.

Everything happens in one transaction: what was public is noted, the schedules are cancelled, every
language and alias is withdrawn through the gate, and the addresses answer 410 or lead elsewhere as
soon as it commits. A gatekeeper then keeps what was taken down from being published or scheduled
until the takedown is undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from wagtail.actions.unpublish import UnpublishAction
from wagtail.actions.unpublish_page import UnpublishPageAction
from wagtail.log_actions import log
from wagtail.models import Locale, Page, Revision

from campaign.assurance.enums import Severity
from campaign.assurance.findings import Finding
from campaign.assurance.rules import key_of
from campaign.releases.enums import (
    Cause,
    TakedownAnswer,
    TakedownScope,
    TakedownState,
    TransitionKind,
)
from campaign.releases.exceptions import (
    MissingReasonError,
    NothingToTakeDownError,
    PutBackFailedError,
    ReleasesError,
    TakedownNotStandingError,
)
from campaign.releases.gate import Transition, acting
from campaign.releases.models import Takedown, TakedownAddress, TakedownItem
from campaign.releases.search_index import left_to_the_effect
from campaign.releases.signals import takedown_undone, taken_down
from campaign.releases.takedown_answers import check_redirect
from campaign.releases.takedown_reach import (
    PublicAddress,
    addresses_of,
    files_only_in,
    page_addresses,
    scope_of,
    things_under,
)
from campaign.releases.together import Having, known_without
from campaign.releases.wall_time import to_the_second
from translations.sources import source_of

RULE_TAKEN_DOWN = "releases.taken_down"
TAKE_DOWN_ACTION = "campaign_releases.take_down"
PUT_BACK_ACTION = "campaign_releases.put_back"

LONGEST_PATH = 1000
"""Longer addresses are not noted; browsers and servers refuse them long before."""


# --- Taking down --------------------------------------------------------------------------------


@transaction.atomic
def take_down(
    target: Any,
    *,
    user: Any,
    reason: str,
    at: datetime,
    with_descendants: bool = False,
    answer: TakedownAnswer = TakedownAnswer.GONE,
    explanations: dict[str, str] | None = None,
    redirect_page: Page | None = None,
    redirect_path: str = "",
) -> Takedown:
    """Take a page, a snippet, a release, a language or the whole campaign off the site.

    Args:
        target: the page, snippet, `Release` or `Locale`; `TakedownScope.CAMPAIGN` for everything.
        user: who does it.
        reason: why, in that person's words; kept, and shown to editors only.
        at: now (aware).
        with_descendants: for a page, take down the pages below it too.
        answer: what the addresses answer from now on.
        explanations: what readers are told at a 410, by language code.
        redirect_page: where readers are led, or
        redirect_path: an address of this site.

    Raises:
        MissingReasonError: the reason is empty.
        NothingToTakeDownError: nothing of it is public or scheduled.
        RedirectRefusedError: readers would be led in a circle, off the site or to nothing public.
        GateRefusedError: a gatekeeper stopped it; nothing was taken down.
    """
    reason = reason.strip()
    if not reason:
        raise MissingReasonError
    title = title_of(target)
    things = things_under(target, with_descendants=with_descendants)
    if not things:
        raise NothingToTakeDownError(title)
    if answer == TakedownAnswer.REDIRECT:
        redirect_path = check_redirect(page=redirect_page, path=redirect_path, going_down=things)
    else:
        redirect_page, redirect_path = None, ""
    takedown = Takedown.objects.create(
        scope=scope_of(target),
        **reference_to(target),
        title=title[:255],
        with_descendants=with_descendants,
        reason=reason,
        answer=answer,
        explanations=_spoken(explanations),
        redirect_page=redirect_page,
        redirect_path=redirect_path,
        taken_down_at=at,
        taken_down_by=user,
    )
    remove(takedown, things, user=user, at=at)
    log(
        instance=takedown,
        action=TAKE_DOWN_ACTION,
        user=user,
        data={"scope": takedown.scope, "title": takedown.title, "reason": reason},
    )
    transaction.on_commit(lambda: taken_down.send_robust(sender=Takedown, takedown=takedown))
    return takedown


def remove(takedown: Takedown, things: Sequence[Any], *, user: Any, at: datetime) -> None:
    """Note what is public of these things, then withdraw all of it. Inside a transaction."""
    items = _note_items(takedown, things)
    addresses = addresses_of(things)
    quiet = _quiet_aliases(things)
    with (
        left_to_the_effect(),
        acting(cause=Cause.TAKEDOWN, user=user, at=at, reason=takedown.reason),
    ):
        for thing, item in _followers_first(zip(things, items, strict=True)):
            _withdraw(thing, item, user=user)
    note_addresses(takedown, [*addresses, *files_only_in(things)], at=at)
    if quiet:
        takedown.results = {**takedown.results, "quiet_aliases": quiet}
        takedown.save(update_fields=["results"])


def title_of(target: Any) -> str:
    """What the editor calls it."""
    if target is TakedownScope.CAMPAIGN:
        return _("The whole campaign")
    if scope_of(target) is TakedownScope.LANGUAGE:
        return str(target.get_display_name())
    if isinstance(target, Page):
        return str(target.get_admin_display_title())
    return str(getattr(target, "title", "") or target)


def reference_to(target: Any) -> dict[str, Any]:
    """The columns of `Takedown` that name the target."""
    if target is TakedownScope.CAMPAIGN:
        return {}
    if scope_of(target) in (TakedownScope.PAGE, TakedownScope.SNIPPET):
        type_id, object_id = key_of(target)
    else:
        type_id = ContentType.objects.get_for_model(target).pk
        object_id = str(target.pk)
    return {"content_type_id": type_id, "object_id": object_id}


def _spoken(explanations: dict[str, str] | None) -> dict[str, str]:
    given = explanations or {}
    return {code: text.strip() for code, text in given.items() if text.strip()}


def _note_items(takedown: Takedown, things: Sequence[Any]) -> list[TakedownItem]:
    schedules = _schedules_by_key()
    items = []
    for thing in things:
        type_id, object_id = key_of(thing)
        is_alias = getattr(thing, "alias_of_id", None) is not None
        locale = getattr(thing, "locale", None)
        items.append(
            TakedownItem(
                takedown=takedown,
                content_type_id=type_id,
                object_id=object_id,
                title=str(getattr(thing, "title", "") or thing)[:255],
                language=locale.language_code if locale is not None else "",
                translation_key=getattr(thing, "translation_key", None),
                alias=is_alias,
                was_live=thing.live,
                revision_id=thing.live_revision_id,
                content=thing.serializable_data() if thing.live and not is_alias else None,
                published_at=thing.last_published_at,
                expire_at=thing.expire_at if thing.live else None,
                schedules=schedules.get((type_id, object_id), []),
            )
        )
    return TakedownItem.objects.bulk_create(items)


def _schedules_by_key() -> dict[tuple[int, str], list[dict[str, Any]]]:
    found: dict[tuple[int, str], list[dict[str, Any]]] = {}
    rows = Revision.objects.filter(approved_go_live_at__isnull=False).values_list(
        "base_content_type_id", "object_id", "pk", "approved_go_live_at"
    )
    for type_id, object_id, pk, moment in rows:
        one = {"revision": pk, "at": moment.isoformat()}
        found.setdefault((type_id, object_id), []).append(one)
    return found


def _quiet_aliases(things: Sequence[Any]) -> list[int]:
    """Aliases that were taken down by themselves before: publishing their original revives them."""
    pages = [thing.pk for thing in things if isinstance(thing, Page) and thing.live]
    return list(Page.objects.filter(alias_of__in=pages, live=False).values_list("pk", flat=True))


def _followers_first(
    pairs: Iterable[tuple[Any, TakedownItem]],
) -> list[tuple[Any, TakedownItem]]:
    """Aliases, then translations, then sources, so that each comes down by itself."""
    default = Locale.get_default().pk

    def rank(pair: tuple[Any, TakedownItem]) -> int:
        thing, item = pair
        return 0 if item.alias else 1 if getattr(thing, "locale_id", default) != default else 2

    return sorted(pairs, key=rank)


def _withdraw(thing: Any, item: TakedownItem, *, user: Any) -> None:
    # First: a thing with a schedule is locked.
    for schedule in item.schedules:
        revision = Revision.objects.filter(
            pk=schedule["revision"], approved_go_live_at__isnull=False
        ).first()
        if revision is not None:
            revision.approved_go_live_at = None
            revision.save(update_fields=["approved_go_live_at"], user=user)
    # What follows another may have come down with it.
    if thing.live and _row(thing).filter(live=True).exists():
        # Whoever may take down may take down everything: rights on single pages do not count.
        action = UnpublishPageAction if isinstance(thing, Page) else UnpublishAction
        action(thing, user=user).execute(skip_permission_checks=True)


def _row(thing: Any) -> Any:
    model: Any = Page if isinstance(thing, Page) else type(thing)
    return model._base_manager.filter(pk=thing.pk)


def note_addresses(
    takedown: Takedown, addresses: Iterable[PublicAddress], *, at: datetime | None
) -> None:
    """Note addresses that are emptied, to be fetched from `at` on (None: the caller does it)."""
    TakedownAddress.objects.bulk_create(
        TakedownAddress(
            takedown=takedown,
            kind=address.kind,
            site_id=address.site_id,
            origin=address.origin,
            path=address.path,
            covers_below=address.covers_below,
            language=address.language,
            title=address.title[:255],
            marker=address.marker,
            next_check_at=at,
        )
        for address in addresses
        if len(address.path) <= LONGEST_PATH
    )


# --- Keeping it down ----------------------------------------------------------------------------


def stop_what_is_taken_down(transition: Transition) -> Iterable[Finding]:
    """Nothing under a standing takedown is published or scheduled, on any path."""
    if transition.kind not in (TransitionKind.PUBLISH, TransitionKind.SCHEDULE):
        return
    thing = transition.instance
    if getattr(thing, "alias_of_id", None):
        # It only follows its original, which may be published: the row is written, and stays down.
        return
    takedown = takedown_against(thing, cause=transition.acting.cause)
    if takedown is not None:
        yield Finding(
            rule=RULE_TAKEN_DOWN,
            severity=Severity.CRITICAL,
            why=_("“%(title)s” was taken down on %(when)s because: %(reason)s")
            % {
                "title": takedown.title,
                "when": to_the_second(takedown.taken_down_at),
                "reason": takedown.reason,
            },
            what_to_do=_("Undo that takedown first, under “Takedowns”. Your text is kept."),
        )


def takedown_against(thing: Any, *, cause: Cause) -> Takedown | None:
    """The takedown that keeps a page or snippet from becoming public; undoing one is not kept."""
    if cause is Cause.TAKEDOWN or known_without(Having.TAKEDOWN, thing):
        return None
    return covering(thing)


def covering(thing: Any, *, other_than: Takedown | None = None) -> Takedown | None:
    """The standing takedown that keeps a page or snippet off the site; None if none does."""
    standing = [
        takedown
        for takedown in Takedown.objects.standing()
        if other_than is None or takedown.pk != other_than.pk
    ]
    if not standing:
        return None
    for takedown in standing:
        if _covers_all_like(takedown, thing):
            return takedown
    return _covering_by_item(thing, standing) or _covering_from_above(thing, standing)


def _covers_all_like(takedown: Takedown, thing: Any) -> bool:
    if takedown.scope == TakedownScope.CAMPAIGN:
        return True
    locale_id = getattr(thing, "locale_id", None)
    return takedown.scope == TakedownScope.LANGUAGE and str(locale_id) == takedown.object_id


def _covering_by_item(thing: Any, standing: Sequence[Takedown]) -> Takedown | None:
    type_id, object_id = key_of(thing)
    items = TakedownItem.objects.filter(takedown__in=standing, content_type_id=type_id)
    found = items.filter(object_id=object_id).first()
    key = getattr(thing, "translation_key", None)
    if found is None and key is not None:
        whole_sets = [TakedownScope.PAGE, TakedownScope.SNIPPET]
        found = items.filter(translation_key=key, takedown__scope__in=whole_sets).first()
    return None if found is None else found.takedown


def _covering_from_above(thing: Any, standing: Sequence[Takedown]) -> Takedown | None:
    """A page that was put below a page that is down with all that is below it."""
    wide = {takedown.pk: takedown for takedown in standing if takedown.with_descendants}
    if not wide or not isinstance(thing, Page) or not thing.path:
        return None
    above = [str(pk) for pk in thing.get_ancestors().values_list("pk", flat=True)]
    found = TakedownItem.objects.filter(
        takedown__in=wide, content_type=ContentType.objects.get_for_model(Page), object_id__in=above
    ).first()
    return None if found is None else wide[found.takedown_id]


# --- Putting back -------------------------------------------------------------------------------


@dataclass(kw_only=True)
class Return:
    """What becomes of one thing when a takedown is undone.

    Attributes:
        item: the thing.
        thing: the page (specific) or snippet as it is now; None if it was deleted.
        is_public_again: whether the version that was public comes back.
        schedules: what is scheduled again: the version's id and its moment (aware).
        stays_under: another takedown that keeps it off the site.
        notes: what the person should know, in sentences.
    """

    item: TakedownItem
    thing: Any
    is_public_again: bool = False
    schedules: list[tuple[int, datetime]] = field(default_factory=list)
    stays_under: Takedown | None = None
    notes: list[str] = field(default_factory=list)


def plan_undo(takedown: Takedown, *, at: datetime) -> list[Return]:
    """Say, for each thing that was taken down, what undoing it at `at` would do."""
    return [_plan_return(item, takedown, at=at) for item in takedown.items.all()]


@transaction.atomic
def undo(takedown: Takedown, *, user: Any, at: datetime, reason: str = "") -> Takedown:
    """Put back exactly what was public, at the version that was public, and what is still ahead.

    What was edited since stays a draft. Schedules whose moment has passed are not carried out:
    `results["not_put_back"]` says so.

    Raises:
        TakedownNotStandingError: somebody was faster.
        PutBackFailedError: something could not be put back, so nothing was; the message says what.
    """
    takedown = Takedown.objects.select_for_update(no_key=True).get(pk=takedown.pk)
    if not takedown.is_standing:
        raise TakedownNotStandingError(takedown.title)
    plan = plan_undo(takedown, at=at)
    takedown.state = TakedownState.UNDONE
    takedown.undone_at, takedown.undone_by = at, user
    takedown.undo_reason = reason.strip()
    takedown.results = {
        **takedown.results,
        "not_put_back": [
            {"title": one.item.title, "language": one.item.language, "note": note}
            for one in plan
            for note in one.notes
        ],
    }
    takedown.save()
    takedown.addresses.update(next_check_at=None)
    with (
        left_to_the_effect(),
        acting(cause=Cause.TAKEDOWN, user=user, at=at, reason=takedown.undo_reason),
    ):
        _carry_out(plan, user=user)
        _silence(takedown.results.get("quiet_aliases", []), user=user)
    log(
        instance=takedown,
        action=PUT_BACK_ACTION,
        user=user,
        data={"title": takedown.title, "reason": takedown.undo_reason},
    )
    transaction.on_commit(lambda: takedown_undone.send_robust(sender=Takedown, takedown=takedown))
    return takedown


def _plan_return(item: TakedownItem, takedown: Takedown, *, at: datetime) -> Return:
    thing = _thing_of(item)
    found = Return(item=item, thing=thing)
    if thing is None:
        found.notes.append(_("It has been deleted since."))
        return found
    found.stays_under = covering(thing, other_than=takedown)
    if found.stays_under is not None:
        found.notes.append(
            _("It stays down because of another takedown: “%(title)s”. Undoing that puts it back.")
            % {"title": found.stays_under.title}
        )
        return found
    if item.was_live and item.expire_at is not None and item.expire_at <= at:
        found.notes.append(
            _("It was to come down on %(when)s, so it does not come back.")
            % {"when": to_the_second(item.expire_at)}
        )
    else:
        found.is_public_again = item.was_live
    _plan_schedules(found, at=at)
    return found


def _plan_schedules(found: Return, *, at: datetime) -> None:
    for schedule in found.item.schedules:
        moment = parse_datetime(schedule["at"])
        if moment is None or moment <= at:
            found.notes.append(
                _(
                    "A version was to go live on %(when)s. That has passed: publish it by hand if "
                    "it is still wanted."
                )
                % {"when": to_the_second(moment) if moment else "?"}
            )
        elif not Revision.objects.filter(pk=schedule["revision"]).exists():
            found.notes.append(
                _("The version that was to go live on %(when)s has been deleted since.")
                % {"when": to_the_second(moment)}
            )
        else:
            found.schedules.append((schedule["revision"], moment))


def _thing_of(item: TakedownItem) -> Any:
    model: Any = item.content_type.model_class()
    row = None if model is None else model._base_manager.filter(pk=item.object_id).first()
    return row.specific if isinstance(row, Page) else row


def _carry_out(plan: Sequence[Return], *, user: Any) -> None:
    for one in plan:
        if one.stays_under is not None:
            _hand_over(one, to=one.stays_under)
    for one in _sources_first(plan):
        try:
            # Its own savepoint, so that the error can still be told in words.
            with transaction.atomic():
                _put_back(one, user=user)
        except (ValidationError, ReleasesError) as error:
            raise PutBackFailedError(one.item.title, error) from error


def _hand_over(one: Return, *, to: Takedown) -> None:
    """The other takedown answers for it from now on, and puts it back when that one is undone."""
    item = one.item
    if not to.items.filter(content_type=item.content_type, object_id=item.object_id).exists():
        TakedownItem.objects.filter(pk=item.pk).update(takedown=to)
    for address in page_addresses(one.thing):
        if not to.addresses.filter(origin=address.origin, path=address.path).exists():
            item.takedown.addresses.filter(origin=address.origin, path=address.path).update(
                takedown=to
            )


def _sources_first(plan: Sequence[Return]) -> list[Return]:
    """A translation is never public before its source, nor an alias before its original."""

    def rank(one: Return) -> int:
        if one.item.alias:
            return 2
        return 0 if source_of(one.thing) is None else 1

    return sorted((one for one in plan if one.thing is not None), key=rank)


def _put_back(one: Return, *, user: Any) -> None:
    thing = one.thing
    if one.is_public_again and not _row(thing).filter(live=True).exists():
        if one.item.alias:
            # Publishing the original has brought its content; it may be public by now.
            thing = _thing_of(one.item)
            thing.live = True
            thing.has_unpublished_changes = False
            thing.save(clean=False)
        else:
            _public_version(one.item, thing).publish(user=user, skip_permission_checks=True)
    for revision_id, moment in one.schedules:
        revision = Revision.objects.get(pk=revision_id)
        revision.approved_go_live_at = moment
        revision.save(update_fields=["approved_go_live_at"])


def _public_version(item: TakedownItem, thing: Any) -> Revision:
    """The version that was public; made again from what was kept if it is not there any more."""
    if item.revision is not None:
        return item.revision
    content = {**(item.content or {}), "expire_at": item.expire_at and item.expire_at.isoformat()}
    revision = Revision(
        content_object=thing,
        base_content_type_id=item.content_type_id,
        object_id=item.object_id,
        object_str=item.title,
        # As old as it is: a draft that was begun since stays the newest version.
        created_at=item.published_at or item.takedown.taken_down_at,
        content=content,
    )
    revision.save()
    if thing.latest_revision_id is None:
        thing.latest_revision = revision
        thing.save(update_fields=["latest_revision"])
    return revision


def _silence(pks: Sequence[int], *, user: Any) -> None:
    for alias in Page.objects.filter(pk__in=pks, live=True).specific():
        alias.unpublish(user=user)
