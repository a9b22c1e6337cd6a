"""The check on the page of a release: what it found, or how the one that was asked for stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.generic import TemplateView
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from campaign.assurance.enums import Severity
from campaign.releases.approval import digest_of
from campaign.releases.enums import WorkState
from campaign.releases.heartbeats import is_silent
from campaign.releases.models import Release, ReleaseCheck
from campaign.releases.preflight import waiting_check
from campaign.releases.views.release_items import ItemRow, rows_of
from campaign.releases.views.release_words import SEVERITY_CLASSES
from campaign.releases.views.releases import POLICY, SEE


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A check that was asked for and is not there yet.

    Attributes:
        count: how many items are checked.
        asked_at: when it was asked for.
        seconds: how long ago that was.
        expected: how long the last rehearsal of this release took, in seconds; 0 when unknown.
        is_running: whether a worker is at it.
        is_given_up: whether it failed too often.
        is_silent: whether no worker has given a sign of life for long.
        error: what went wrong the last time.
    """

    count: int
    asked_at: datetime
    seconds: int
    expected: int
    is_running: bool
    is_given_up: bool
    is_silent: bool
    error: str


def waiting_of(release: Release, last: ReleaseCheck | None, *, at: datetime) -> Waiting | None:
    """How the check that was asked for stands; None when none was."""
    work = waiting_check(release)
    if work is None or release.check_asked_at is None:
        return None
    return Waiting(
        count=release.items.count(),
        asked_at=release.check_asked_at,
        seconds=max(0, round((at - release.check_asked_at).total_seconds())),
        expected=max(1, round(last.took)) if last is not None and last.took else 0,
        is_running=work.state == WorkState.RUNNING,
        is_given_up=work.state == WorkState.FAILED,
        is_silent=is_silent(at=at),
        error=work.last_error,
    )


def findings_of(check: ReleaseCheck, rows: Iterable[ItemRow]) -> list[dict[str, Any]]:
    """The results of a check by item, the worst first within each, with the item's editor."""
    by_item = {row.item.pk: row for row in rows}
    order = {severity.value: number for number, severity in enumerate(Severity)}
    groups = []
    for result in check.results:
        findings = [
            finding
            | {
                "label": Severity(finding["severity"]).label,
                "classes": SEVERITY_CLASSES[Severity(finding["severity"])],
            }
            for finding in sorted(result["findings"], key=lambda one: order[one["severity"]])
        ]
        if findings:
            row = by_item.get(result["item"])
            groups.append(
                {
                    "title": result["title"],
                    "row": row,
                    "edit_url": row.edit_url if row else None,
                    "findings": findings,
                }
            )
    return groups


def is_stale(release: Release, check: ReleaseCheck) -> bool:
    """Whether what goes out, or when, has changed since it was checked."""
    return release.is_open and check.digest != digest_of(release)


class CheckStatusView(PermissionCheckedMixin, TemplateView):
    """The check alone: fetched again and again while a worker is at it."""

    permission_policy = POLICY
    any_permission_required = SEE
    template_name = "campaign_releases/releases/check.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """How it stands; once it is there, what was found."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        release = get_object_or_404(Release, pk=kwargs["pk"])
        check = release.checks.first()
        waiting = waiting_of(release, check, at=timezone.now())
        context |= {"release": release, "check": check, "waiting": waiting, "is_alone": True}
        if waiting is None and check is not None:
            rows = rows_of(release, user=self.request.user)
            context["findings"] = findings_of(check, rows)
            context["is_check_stale"] = is_stale(release, check)
        return context
