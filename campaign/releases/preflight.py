"""Say, for each item of a release, what would fail at its moment, while there is time.

A check looks at the whole release as it would be at that moment, then rehearses it. Of a draft it
first takes in what translators have finished; beyond that it changes nothing but its own record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q
from django.utils.dateparse import parse_datetime
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.models import Page, ReferenceIndex, Revision

from campaign.assurance.enums import Severity
from campaign.assurance.findings import Finding
from campaign.assurance.links import is_public_at
from campaign.assurance.rules import Key, Situation, key_of, run_rules
from campaign.releases.approval import digest_of, may_move, note_contents
from campaign.releases.due_work import record_schedules
from campaign.releases.enums import (
    CheckTrigger,
    ItemAction,
    LanguagePolicy,
    ReleaseState,
    WorkKind,
    WorkState,
)
from campaign.releases.exceptions import ApprovalBrokenError, GateRefusedError
from campaign.releases.membership import is_newest, refresh_translations, staying_behind
from campaign.releases.models import DueWork, Release, ReleaseCheck, ReleaseItem
from campaign.releases.moving import in_order, pinned_revision
from campaign.releases.rehearsal import explain, rehearse
from campaign.releases.release_notices import tell
from campaign.releases.signals import announce, release_checked
from campaign.releases.states import locked
from campaign.releases.wall_time import to_the_second
from translations.progress import Progress, Readiness, readiness
from translations.sources import source_of

FEW_ITEMS = 5
"""A release of no more items is checked at once; a larger one by a worker."""

STOPPING = frozenset({Severity.CRITICAL, Severity.MAJOR})
"""A release with a finding of one of these severities is not scheduled and not published."""


@dataclass(frozen=True, kw_only=True)
class ItemFindings:
    """What was found about one item; without an item, about the release as a whole."""

    item: ReleaseItem | None
    findings: tuple[Finding, ...]

    @property
    def stops(self) -> bool:
        """Whether the release would not go live because of it."""
        return any(finding.severity in STOPPING for finding in self.findings)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A release as it would be at its moment.

    Attributes:
        release: the release.
        moment: when it goes live (aware).
        pairs: its items with their rows, in the order in which they move.
    """

    release: Release
    moment: datetime
    pairs: list[tuple[ReleaseItem, Any]]
    drafts: dict[int, Any] = field(default_factory=dict)

    @cached_property
    def situation(self) -> Situation:
        """What is public at that moment, for the rules."""
        return Situation(
            at=self.moment,
            becomes_public=self._keys(ItemAction.PUBLISH),
            comes_down=self._keys(ItemAction.WITHDRAW),
        )

    def _keys(self, action: ItemAction) -> frozenset[Key]:
        return frozenset(item.key for item, _row in self.pairs if item.action == action)

    def as_pinned(self, item: ReleaseItem, row: Any) -> Any:
        """The thing as it would be public: its pinned version, or its row."""
        if item.pk not in self.drafts:
            self.drafts[item.pk] = row if item.revision is None else item.revision.as_object()
        return self.drafts[item.pk]

    def will_be_public(self, thing: Any) -> bool:
        """Whether a page or record is public at that moment."""
        return is_public_at(thing, self.situation)


def check_release(
    release: Release,
    *,
    trigger: CheckTrigger,
    at: datetime,
    for_now: bool = False,
) -> ReleaseCheck:
    """Check a release for the moment when it goes live, or `for_now`, and keep the result.

    The result is announced (`release_checked`). Unless somebody asked for the check, and so sees
    the result, the owner is told what would fail.
    """
    with transaction.atomic():
        release = locked(release)
        goes_live_at = None if for_now else release.goes_live_at
        moment = max(goes_live_at or at, at)
        refresh_translations(release, user=None, at=at)
        if release.state == ReleaseState.DRAFT:
            note_contents(release)
        found, took = _look(release, moment=moment)
        check = ReleaseCheck.objects.create(
            release=release,
            trigger=trigger,
            run_at=at,
            goes_live_at=goes_live_at,
            digest=digest_of(release),
            ok=not any(one.stops for one in found),
            took=took,
            results=[_as_data(one) for one in found],
        )
        if not check.ok and trigger != CheckTrigger.ASKED:
            tell(release, "check", people=[release.owner], check=check.pk)
        announce(release_checked, sender=ReleaseCheck, release=release, check=check)
    return check


def is_large(release: Release) -> bool:
    """Whether checking it takes too long for somebody to wait in front of the screen."""
    return release.items.count() > FEW_ITEMS


def ask_for_check(release: Release, *, at: datetime, for_now: bool = False) -> ReleaseCheck | None:
    """Check a small release at once; have a worker check a large one (None).

    Asked for twice, it is checked once. A wish whose check was given up is made anew.
    """
    if not is_large(release):
        return check_release(release, trigger=CheckTrigger.ASKED, at=at, for_now=for_now)
    with transaction.atomic():
        release = locked(release)
        work = waiting_check(release)
        asked = work is not None and work.state != WorkState.FAILED
        if not asked or (for_now and not release.check_asked_for_now):
            release.check_asked_at, release.check_asked_for_now = at, for_now
            release.save(update_fields=["check_asked_at", "check_asked_for_now"])
            record_schedules(at=at, until=at)
    return None


def waiting_check(release: Release) -> DueWork | None:
    """The due work of a check that was asked for and is not there yet, or was given up."""
    if release.check_asked_at is None or not release.is_open:
        return None
    return DueWork.objects.filter(
        kind=WorkKind.RELEASE_CHECK,
        content_type=ContentType.objects.get_for_model(Release),
        object_id=str(release.pk),
        due_at=release.check_asked_at,
    ).first()


def find(release: Release, *, moment: datetime) -> list[ItemFindings]:
    """What a check would find, without a record of it. Items with no finding are among them."""
    return _look(release, moment=moment)[0]


def _look(release: Release, *, moment: datetime) -> tuple[list[ItemFindings], float]:
    plan = Plan(
        release=release,
        moment=moment,
        pairs=in_order(release.items.select_related("content_type", "revision")),
    )
    behind = [item.pk for item in staying_behind(release)]
    rehearsal = rehearse(release, moment=moment, leave_out=behind)
    found = [ItemFindings(item=None, findings=tuple(_about_release(plan)))]
    for item, row in plan.pairs:
        findings = _about_item(plan, item, row)
        if (error := rehearsal.errors.get(item.pk)) is not None:
            findings += _about_error(error, findings)
        found.append(ItemFindings(item=item, findings=tuple(findings)))
    return found, rehearsal.took


def _as_data(one: ItemFindings) -> dict[str, Any]:
    return {
        "item": one.item and one.item.pk,
        "title": one.item.title if one.item else "",
        "findings": [
            {
                "rule": finding.rule,
                "severity": str(finding.severity),
                "where": str(finding.where),
                "why": str(finding.why),
                "what_to_do": str(finding.what_to_do),
            }
            for finding in one.findings
        ],
    }


def _about_error(error: Exception, found: list[Finding]) -> list[Finding]:
    """What the rehearsal ran into, unless a finding has said it already."""
    if isinstance(error, GateRefusedError):
        said = {finding.why for finding in found}
        return [finding for finding in error.findings if finding.why not in said]
    if isinstance(error, ApprovalBrokenError) and found:
        return []
    return [
        _stop(
            "rehearsal_failed",
            why=_("Publishing it failed when it was tried: %(error)s") % {"error": explain(error)},
            what_to_do=_("Open it, put right what the error names, and take in the new version."),
        )
    ]


def _stop(rule: str, *, why: str, what_to_do: str, where: str = "") -> Finding:
    return Finding(
        rule=f"releases.{rule}",
        severity=Severity.MAJOR,
        where=where,
        why=why,
        what_to_do=what_to_do,
    )


def _hint(rule: str, *, why: str, what_to_do: str) -> Finding:
    return Finding(rule=f"releases.{rule}", severity=Severity.MINOR, why=why, what_to_do=what_to_do)


# --- The release as a whole ----------------------------------------------------------------------


def _about_release(plan: Plan) -> Iterator[Finding]:
    release = plan.release
    if not plan.pairs:
        yield _stop(
            "empty",
            why=_("There is nothing in this release yet."),
            what_to_do=_("Add the pages and records that are to go live."),
        )
    if release.ends_at is not None and release.ends_at <= plan.moment:
        yield _stop(
            "ends_before_it_goes_live",
            why=_("It ends on %(end)s, before it goes live.")
            % {"end": to_the_second(release.ends_at)},
            what_to_do=_("Set a later end, or none."),
        )
    if release.approved_by is not None and not release.approved_by.is_active:
        yield _stop(
            "approver_has_left",
            why=_("%(name)s, who approved it, has no account any more.")
            % {"name": release.approved_by},
            what_to_do=_("Let somebody else approve it."),
        )


# --- One item ------------------------------------------------------------------------------------


def _about_item(plan: Plan, item: ReleaseItem, row: Any) -> list[Finding]:
    if row is None:
        return [
            _stop(
                "deleted",
                why=_("It has been deleted."),
                what_to_do=_("Remove it from the release."),
            )
        ]
    looks = LOOKS_AT_PUBLISH if item.action == ItemAction.PUBLISH else LOOKS_AT_WITHDRAW
    found: list[Finding] = []
    for look in looks:
        found += look(plan, item, row)
        if any(finding.rule == "releases.pin_broken" for finding in found):
            break
    return found


def _pin(_plan: Plan, item: ReleaseItem, _row: Any) -> Iterator[Finding]:
    try:
        with transaction.atomic():
            pinned_revision(item)
    except ApprovalBrokenError as error:
        yield _stop(
            "pin_broken",
            why=str(error),
            what_to_do=_("Take the newest version into the release, and approve it again."),
        )
        return
    if not is_newest(item):
        yield _hint(
            "newer_version",
            why=_("There is a newer version, which does not go live with this release."),
            what_to_do=_("Take it into the release if it is wanted."),
        )


def _rules(plan: Plan, item: ReleaseItem, row: Any) -> Iterable[Finding]:
    return run_rules(plan.as_pinned(item, row), plan.situation)


def _languages(plan: Plan, item: ReleaseItem, row: Any) -> Iterator[Finding]:
    if item.translation_of_id is not None or getattr(row, "translation_key", None) is None:
        return
    for language in plan.release.languages.select_related("locale"):
        if language.locale_id == row.locale_id:
            continue
        found = readiness(plan.as_pinned(item, row), language.locale)
        why = _why_not_ready(found, language.locale)
        if why is None:
            continue
        policy = LanguagePolicy(language.policy)
        if policy is LanguagePolicy.WAIT:
            yield _stop(
                "translation_not_ready",
                why=why,
                what_to_do=_("Finish the translation, or let this language go when it is ready."),
            )
        else:
            yield _hint(
                "translation_follows",
                why=why,
                what_to_do=_("It follows by itself when it is complete.")
                if policy is LanguagePolicy.GO_WHEN_READY
                else _("Until it is complete, its page says that it is behind."),
            )


def _why_not_ready(found: Readiness, locale: Any) -> str | None:
    texts = {
        Progress.MISSING: _("There is no translation into %(language)s."),
        Progress.INCOMPLETE: _(
            "The translation into %(language)s misses %(missing)d of %(total)d texts."
        ),
        Progress.UNSAVED: _(
            "The translation into %(language)s is complete, but its page was not saved since."
        ),
        Progress.UNREVIEWED: _("The translation into %(language)s waits for a review."),
    }
    text = texts.get(found.progress)
    return text and text % {"language": locale, "missing": found.missing, "total": found.total}


def _own_schedule(plan: Plan, item: ReleaseItem, row: Any) -> Iterator[Finding]:
    scheduled = Revision.objects.for_instance(row).filter(approved_go_live_at__isnull=False).first()
    if scheduled is not None:
        yield _stop(
            "own_schedule",
            why=_("It is also scheduled by itself, for %(when)s.")
            % {"when": to_the_second(scheduled.approved_go_live_at)},
            what_to_do=_("Cancel that schedule."),
        )
    end = _end_of_version(item)
    if end is None:
        return
    if end <= plan.moment:
        yield _stop(
            "expires_before",
            why=_("This version expires on %(when)s, before it goes live.")
            % {"when": to_the_second(end)},
            what_to_do=_("Take the expiry date out of the page, and take in the new version."),
        )
    elif plan.release.ends_at is not None and end < plan.release.ends_at:
        yield _hint(
            "expires_early",
            why=_("It comes down by itself on %(when)s, before the release ends.")
            % {"when": to_the_second(end)},
            what_to_do=_("Take the expiry date out if it is to stay until the end."),
        )


def _end_of_version(item: ReleaseItem) -> datetime | None:
    content = item.revision.content if item.revision else {}
    return parse_datetime(content.get("expire_at") or "")


def _other_releases(plan: Plan, item: ReleaseItem, row: Any) -> Iterator[Finding]:
    """Other releases with a translation of the same thing, or which this one comes on top of."""
    key = getattr(row, "translation_key", None)
    for other in _neighbours(plan, item, row) if key is not None else ():
        when = other.release.goes_live_at
        source = source_of(other.instance())
        if source is not None and key_of(source) == item.key and when and when < plan.moment:
            yield _stop(
                "translation_goes_first",
                why=_("Its translation “%(title)s” goes live earlier, with “%(release)s”.")
                % {"title": other.title, "release": other.release},
                what_to_do=_("Put both into one release, or move one of the two times."),
            )
        else:
            yield _hint(
                "translation_elsewhere",
                why=_("“%(title)s”, the same in another language, is in “%(release)s”.")
                % {"title": other.title, "release": other.release},
                what_to_do=_("Look at both times: the languages will differ in between."),
            )
    ending = (
        ReleaseItem.objects.for_key(item.key)
        .filter(release__state=ReleaseState.LIVE, release__ends_at__gt=plan.moment)
        .select_related("release")
        .first()
    )
    if ending is not None and ending.release.ends_at is not None:
        yield _hint(
            "in_a_live_release",
            why=_("It is public with “%(release)s”, which ends on %(when)s.")
            % {"release": ending.release, "when": to_the_second(ending.release.ends_at)},
            what_to_do=_("What this release brings stays when that one ends."),
        )


def _neighbours(plan: Plan, item: ReleaseItem, row: Any) -> list[ReleaseItem]:
    """Items of other open releases that are of the same language set."""
    model: Any = type(row)._meta.get_field("translation_key").model
    ids = model._base_manager.filter(translation_key=row.translation_key).values_list(
        "pk", flat=True
    )
    return list(
        ReleaseItem.objects.open()
        .filter(content_type_id=item.content_type_id, object_id__in=[str(pk) for pk in ids])
        .exclude(release=plan.release)
        .select_related("release", "content_type")
    )


def _parent(plan: Plan, item: ReleaseItem, row: Any) -> Iterator[Finding]:
    """Nobody finds a page whose parent is not public, and its breadcrumbs lead nowhere."""
    if not isinstance(row, Page) or item.action != ItemAction.PUBLISH:
        return
    parent = row.get_parent()
    if parent is not None and parent.depth > 1 and not plan.will_be_public(parent):
        yield _stop(
            "parent_not_public",
            why=_("“%(title)s”, the page above it, is not public then.") % {"title": parent.title},
            what_to_do=_("Add that page to the release, or publish it before."),
        )


def _slug(plan: Plan, item: ReleaseItem, row: Any) -> Iterator[Finding]:
    """Another page beside it has the same address then. Two of this release: the rehearsal says."""
    if not isinstance(row, Page):
        return
    slug = plan.as_pinned(item, row).slug
    beside = row.get_siblings(inclusive=False)
    renamed = Revision.objects.filter(
        base_content_type_id=item.content_type_id,
        object_id__in=[str(pk) for pk in beside.values_list("pk", flat=True)],
        approved_go_live_at__lte=plan.moment,
        content__slug=slug,
    ).values_list("object_id", flat=True)
    for page in beside.filter(Q(slug=slug) | Q(pk__in=[int(pk) for pk in renamed])):
        if key_of(page) not in plan.situation.becomes_public:
            yield _stop(
                "slug_taken",
                why=_("“%(title)s” has the address “%(slug)s” then.")
                % {"title": page.title, "slug": slug},
                what_to_do=_("Change the slug of one of the two, and take in the new version."),
            )


def _permission(plan: Plan, _item: ReleaseItem, row: Any) -> Iterator[Finding]:
    approver = plan.release.approved_by
    if approver is not None and approver.is_active and not may_move(approver, row):
        yield _stop(
            "approver_may_not_publish",
            why=_("%(name)s, who approved it, may not publish this.") % {"name": approver},
            what_to_do=_("Let somebody approve it who may publish all of it."),
        )


def _below(plan: Plan, _item: ReleaseItem, row: Any) -> Iterator[Finding]:
    """Pages below a withdrawn page stay public, with nothing that leads to them."""
    if not isinstance(row, Page):
        return
    staying = [
        page
        for page in row.get_descendants().filter(live=True)
        if key_of(page) not in plan.situation.comes_down
    ]
    if staying:
        yield _stop(
            "pages_below_stay",
            why=_("%(number)d pages below it would stay public, “%(title)s” first of them.")
            % {"number": len(staying), "title": staying[0].title},
            what_to_do=_("Let them come down with this release too, or move them first."),
        )


def _linked_to(plan: Plan, _item: ReleaseItem, row: Any) -> Iterator[Finding]:
    """What stays public and links to something that comes down has a dead link then."""
    by_source: dict[Key, str] = defaultdict(str)
    moving = plan.situation.becomes_public | plan.situation.comes_down
    for source, _references in ReferenceIndex.get_grouped_references_to(row):
        if getattr(source, "live", True) and key_of(source) not in moving:
            by_source[key_of(source)] = str(source)
    if by_source and row.live:
        titles = list(by_source.values())
        yield _hint(
            "still_linked",
            why=_("%(number)d public things link to it, “%(title)s” first of them.")
            % {"number": len(titles), "title": titles[0]},
            what_to_do=_("Take those links out, in this release or before."),
        )


Look = Callable[[Plan, ReleaseItem, Any], Iterable[Finding]]
LOOKS_AT_PUBLISH: tuple[Look, ...] = (
    _pin,
    _rules,
    _languages,
    _own_schedule,
    _other_releases,
    _parent,
    _slug,
    _permission,
)
LOOKS_AT_WITHDRAW: tuple[Look, ...] = (_below, _linked_to, _other_releases, _permission)
"""What is looked at, in this order."""
