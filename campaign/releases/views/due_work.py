"""The editors' view of due work: one report, and one button."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import django_filters
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.filters import ContentTypeFilter, WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.reports import ReportView
from wagtail.models import DraftStateMixin
from wagtail.permission_policies import ModelPermissionPolicy

from campaign.releases.attempts import Result, try_again
from campaign.releases.due_work import record_schedules
from campaign.releases.enums import WorkKind, WorkState
from campaign.releases.exceptions import NotRetryableError
from campaign.releases.models import DueWork
from campaign.releases.set_times import Plan, numbers_of, say

JUST_DUE = timedelta(seconds=5)
"""An item this late is about to be done and is not called overdue."""


def lateness_text(work: DueWork) -> str:
    """Say in words how late an item is or was; empty when it is or was on time."""
    late = work.lateness(timezone.now())
    if late < JUST_DUE:
        return ""
    if late < timedelta(minutes=1):
        span = _("%(seconds)d seconds") % {"seconds": late.total_seconds()}
    else:
        span = timesince(timezone.now() - late, depth=2)
    text = _("Overdue by %(span)s") if work.is_open else _("%(span)s late")
    return text % {"span": span}


class TimeColumn(Column):
    """A time in the reader's own zone, with the zone's name: nobody has to guess whose clock."""

    cell_template_name = "campaign_releases/report/time_cell.html"


class KindColumn(Column):
    """What happens, and for what is ahead the plain sentence: which version, when, what until."""

    cell_template_name = "campaign_releases/report/kind_cell.html"


class StateColumn(Column):
    """The state in words, and in red and in words when the item is overdue or failed."""

    cell_template_name = "campaign_releases/report/state_cell.html"

    def get_cell_context_data(
        self, instance: DueWork, parent_context: dict[str, Any]
    ) -> dict[str, Any]:
        """Add how late the item is."""
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        context["lateness"] = lateness_text(instance)
        return context


class AttemptsColumn(Column):
    """How often it was attempted, the last error and when the next attempt comes."""

    cell_template_name = "campaign_releases/report/attempts_cell.html"


class RetryColumn(Column):
    """The button "Try again now", for those who may press it and where it makes sense."""

    cell_template_name = "campaign_releases/report/retry_cell.html"

    def get_cell_context_data(
        self, instance: DueWork, parent_context: dict[str, Any]
    ) -> dict[str, Any]:
        """Add whether there is something to try again, and the address to come back to."""
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        waiting = instance.state in (WorkState.DUE, WorkState.FAILED)
        context["can_retry"] = (
            waiting
            and instance.due_at <= timezone.now()
            and context["request"].user.has_perm("campaign_releases.retry_duework")
        )
        return context


class DueWorkFilterSet(WagtailFilterSet):
    """What to show: by state, by what happens, by type, or only what is overdue."""

    state = django_filters.MultipleChoiceFilter(
        label=gettext_lazy("State"), choices=WorkState.choices, widget=CheckboxSelectMultiple
    )
    kind = django_filters.ChoiceFilter(label=gettext_lazy("What happens"), choices=WorkKind.choices)
    content_type = ContentTypeFilter(
        label=gettext_lazy("Type"),
        queryset=lambda request: ContentType.objects.filter(  # noqa: ARG005 - the filter's call
            pk__in=DueWork.objects.values("content_type")
        ),
    )
    overdue = django_filters.ChoiceFilter(
        label=gettext_lazy("Overdue"),
        choices=[("yes", gettext_lazy("Only what is overdue"))],
        method="filter_overdue",
    )

    class Meta:
        model = DueWork
        fields: list[str] = []

    def filter_overdue(self, queryset: Any, name: str, value: str) -> Any:  # noqa: ARG002
        """Keep what should have happened by now."""
        return queryset.overdue(timezone.now(), after=JUST_DUE)


class DueWorkReport(ReportView):
    """Everything that is scheduled, and everything that should have happened and did not.

    Without a chosen state it shows what is open; done, superseded and cancelled items are one
    filter away.
    """

    model = DueWork
    page_title = gettext_lazy("Due and overdue")
    header_icon = "calendar-alt"
    index_url_name = "campaign_releases:due_work"
    index_results_url_name = "campaign_releases:due_work_results"
    results_template_name = "campaign_releases/report/due_work_results.html"
    filterset_class = DueWorkFilterSet
    default_ordering = "due_at"
    permission_policy = ModelPermissionPolicy(DueWork)
    any_permission_required = ["view", "retry"]
    columns = [
        TitleColumn(
            "title", label=gettext_lazy("Title"), get_url=lambda work: work.edit_url, width="28%"
        ),
        KindColumn("kind", label=gettext_lazy("What happens"), accessor="get_kind_display"),
        TimeColumn("due_at", label=gettext_lazy("Due"), sort_key="due_at"),
        StateColumn("state", label=gettext_lazy("State"), sort_key="state"),
        AttemptsColumn("attempts", label=gettext_lazy("Attempts")),
        Column("owner", label=gettext_lazy("Scheduled by"), accessor="owner"),
        RetryColumn("retry", label=gettext_lazy("Action")),
    ]
    list_export = [
        "title",
        "kind",
        "content_type",
        "object_id",
        "due_at",
        "state",
        "attempts",
        "last_error",
        "reason",
        "first_attempt_at",
        "finished_at",
    ]

    def get_base_queryset(self) -> QuerySet[DueWork]:
        """Everything open by default; whatever the reader's filter names otherwise."""
        record_schedules(at=timezone.now())
        found = DueWork.objects.select_related("owner", "content_type")
        return found if self.request.GET.getlist("state") else found.open()

    def get_filtered_queryset(self) -> QuerySet[DueWork]:
        """`get_queryset` has filtered already; filtering twice would only repeat it."""
        return self.get_queryset()

    def decorate_paginated_queryset(self, object_list: Iterable[DueWork]) -> Iterable[DueWork]:
        """Give each row the address of its editor view, with one query for each type."""
        rows = list(object_list)
        finder = AdminURLFinder(self.request.user)
        by_type: dict[ContentType, list[DueWork]] = {}
        for work in rows:
            by_type.setdefault(work.content_type, []).append(work)
        for content_type, works in by_type.items():
            model: Any = content_type.model_class()
            things = {}
            if model is not None:
                pks = [work.object_id for work in works]
                things = {str(thing.pk): thing for thing in model._base_manager.filter(pk__in=pks)}
            for work in works:
                thing = things.get(work.object_id)
                work.edit_url = thing and finder.get_edit_url(thing)  # type: ignore[attr-defined]
                work.thing = thing  # type: ignore[attr-defined]
        _say_what_is_ahead(rows)
        return rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Count what is overdue, for the line above the table."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["overdue_count"] = DueWork.objects.overdue(timezone.now(), after=JUST_DUE).count()
        return context


def _say_what_is_ahead(rows: list[Any]) -> None:
    """Give each open row of a page or record its sentence, with one query for each type."""
    at = timezone.now()
    ahead = [
        work
        for work in rows
        if work.is_open and work.due_at > at and isinstance(work.thing, DraftStateMixin)
    ]
    numbers = numbers_of((work.content_type_id, work.object_id) for work in ahead)
    for work in ahead:
        public = numbers.get(work.thing.live_revision_id) if work.thing.live else None
        comes_down = work.kind == WorkKind.EXPIRY
        plan = Plan(
            version=public if comes_down else numbers.get(work.revision_id),
            goes_live=None if comes_down else work.due_at,
            ends=work.due_at if comes_down else None,
            is_public=work.thing.live,
            public_version=public,
            public_ends=work.thing.expire_at if work.thing.live else None,
        )
        work.sentence = say(plan, at=at)


# The attempt opens durable transactions of its own.
@transaction.non_atomic_requests
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Attempt an overdue item at once, and say how it went."""
    if not request.user.has_perm("campaign_releases.retry_duework"):
        raise PermissionDenied
    work = get_object_or_404(DueWork, pk=pk)
    try:
        result = try_again(work, at=timezone.now())
    except NotRetryableError:
        messages.warning(
            request,
            _("“%(title)s” cannot be tried again: its state is “%(state)s”.")
            % {"title": work.title, "state": work.get_state_display()},
        )
    else:
        work.refresh_from_db()
        _tell_result(request, work, result)
    target = get_valid_next_url_from_request(request) or reverse("campaign_releases:due_work")
    return redirect(target)


def _tell_result(request: HttpRequest, work: DueWork, result: Result) -> None:
    names = {"title": work.title, "error": work.last_error, "reason": work.reason}
    if result is Result.DONE and work.kind == WorkKind.GO_LIVE:
        messages.success(request, _("“%(title)s” is live.") % names)
    elif result is Result.DONE:
        messages.success(request, _("“%(title)s” has been taken down.") % names)
    elif result is Result.CANCELLED:
        messages.warning(request, _("“%(title)s”: %(reason)s") % names)
    elif result in (Result.RETRYING, Result.FAILED):
        messages.error(
            request,
            _("“%(title)s” failed again: %(error)s. Its schedule stands and it is retried.")
            % names,
        )
    else:
        messages.info(request, _("Nothing was left to do for “%(title)s”.") % names)
