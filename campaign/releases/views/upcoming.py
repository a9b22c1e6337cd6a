"""“Coming up” on the home of the admin: what goes live next, and what needs somebody's hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone
from wagtail.admin.ui.components import Component

from campaign.releases.enums import OPEN_RELEASE_STATES, ReleaseState
from campaign.releases.models import DueWork, Release, ReleaseCheck
from campaign.releases.views.due_work import JUST_DUE, DueWorkReport
from campaign.releases.views.release_words import STATE_CLASSES

HOW_MANY = 8
HOW_FAR = timedelta(days=60)


class UpcomingPanel(Component):
    """The next releases and ends, what is overdue, and what would fail."""

    name = "campaign_releases_upcoming"
    template_name = "campaign_releases/releases/upcoming.html"
    order = 120

    class Media:
        css = {"all": ["campaign_releases/releases.css"]}

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        """Two queries, whatever there is."""
        context: dict[str, Any] = dict(super().get_context_data(parent_context) or {})
        at = timezone.now()
        request = parent_context["request"]
        newest = ReleaseCheck.objects.filter(release=OuterRef("pk")).order_by("-run_at", "-pk")
        coming = (
            Release.objects.filter(
                Q(state__in=OPEN_RELEASE_STATES)
                & (Q(goes_live_at__isnull=True) | Q(goes_live_at__lte=at + HOW_FAR))
                | Q(state=ReleaseState.LIVE, ends_at__isnull=False, ends_at__lte=at + HOW_FAR)
            )
            .annotate(item_count=Count("items"), check_ok=Subquery(newest.values("ok")[:1]))
            .select_related("owner")
        )
        rows = sorted(coming, key=lambda one: (_next_moment(one) is None, _next_moment(one) or at))
        context |= {
            "request": request,
            "releases": [
                {
                    "release": one,
                    "at": _next_moment(one),
                    "classes": STATE_CLASSES[ReleaseState(one.state)],
                    "is_overdue": _is_overdue(one, at),
                    "would_fail": one.is_open and getattr(one, "check_ok", None) is False,
                }
                for one in rows[:HOW_MANY]
            ],
            "more": max(0, len(rows) - HOW_MANY),
            "overdue": DueWork.objects.overdue(at, after=JUST_DUE).count(),
            "may_see_due": DueWorkReport.permission_policy.user_has_any_permission(
                request.user, DueWorkReport.any_permission_required
            ),
        }
        return context


def _next_moment(release: Release) -> Any:
    return release.ends_at if release.state == ReleaseState.LIVE else release.goes_live_at


def _is_overdue(release: Release, at: Any) -> bool:
    moment = _next_moment(release)
    return moment is not None and moment < at - JUST_DUE
