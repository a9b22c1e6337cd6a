"""The administrators' view of effects: one report, and "try again"."""

from __future__ import annotations

from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.reports import ReportView
from wagtail.permission_policies import ModelPermissionPolicy

from campaign.releases.effects import kinds, label_of, try_again, try_all_again
from campaign.releases.enums import EffectState
from campaign.releases.exceptions import EffectNotRetryableError
from campaign.releases.models import Effect
from campaign.releases.views.due_work import TimeColumn

RETRY = "campaign_releases.retry_effect"
REPORT = "campaign_releases_effects:report"


class StateColumn(Column):
    """The state in words, with how long it took or has been waiting."""

    cell_template_name = "campaign_releases/effects/state_cell.html"

    def get_cell_context_data(
        self, instance: Effect, parent_context: dict[str, Any]
    ) -> dict[str, Any]:
        """Add the seconds."""
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        context["seconds"] = instance.waited(timezone.now())
        return context


class AttemptsColumn(Column):
    """How often it was tried, the last error and when the next attempt comes."""

    cell_template_name = "campaign_releases/effects/attempts_cell.html"


class RetryColumn(Column):
    """The button "Try again", for those who may press it and where it makes sense."""

    cell_template_name = "campaign_releases/effects/retry_cell.html"

    def get_cell_context_data(
        self, instance: Effect, parent_context: dict[str, Any]
    ) -> dict[str, Any]:
        """Add whether there is something to try again."""
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        stuck = instance.state == EffectState.FAILED or (
            instance.state == EffectState.WAITING and instance.tries > 0
        )
        context["can_retry"] = stuck and context["request"].user.has_perm(RETRY)
        return context


class EffectFilterSet(WagtailFilterSet):
    """What to show: by state, and by what is done."""

    state = django_filters.MultipleChoiceFilter(
        label=gettext_lazy("State"), choices=EffectState.choices, widget=CheckboxSelectMultiple
    )
    kind = django_filters.ChoiceFilter(
        label=gettext_lazy("What is done"),
        choices=lambda: [(kind.name, kind.label) for kind in kinds()],
    )
    address = django_filters.CharFilter(
        label=gettext_lazy("Address contains"), lookup_expr="icontains"
    )

    class Meta:
        model = Effect
        fields: list[str] = []


class EffectReport(ReportView):
    """What has to follow a publication, and what of it does not work.

    Without a chosen state it shows what is open or failed; what is done is one filter away.
    """

    model = Effect
    page_title = gettext_lazy("Effects of publications")
    header_icon = "tasks"
    index_url_name = REPORT
    index_results_url_name = "campaign_releases_effects:results"
    results_template_name = "campaign_releases/effects/results.html"
    filterset_class = EffectFilterSet
    default_ordering = "-id"
    permission_policy = ModelPermissionPolicy(Effect)
    any_permission_required = ["view", "retry"]
    columns = [
        Column("kind", label=gettext_lazy("What is done"), accessor=lambda it: label_of(it.kind)),
        Column("address", label=gettext_lazy("Address"), accessor="address", width="32%"),
        TimeColumn("created_at", label=gettext_lazy("Since"), sort_key="created_at"),
        StateColumn("state", label=gettext_lazy("State"), sort_key="state"),
        AttemptsColumn("attempts", label=gettext_lazy("Attempts")),
        RetryColumn("retry", label=gettext_lazy("Action")),
    ]
    list_export = [
        "kind",
        "address",
        "payload",
        "state",
        "created_at",
        "finished_at",
        "attempts",
        "last_error",
        "last_error_at",
    ]

    def get_base_queryset(self) -> QuerySet[Effect]:
        """What is not done, unless the reader asks for more."""
        effects = Effect.objects.all()
        if not self.request.GET.getlist("state"):
            effects = effects.exclude(state=EffectState.DONE)
        return effects

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Count what failed, for the line above the table."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["failed_count"] = Effect.objects.failed().count()
        context["can_retry"] = self.request.user.has_perm(RETRY)
        return context


@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Give one effect its attempts back."""
    if not request.user.has_perm(RETRY):
        raise PermissionDenied
    effect = get_object_or_404(Effect, pk=pk)
    names = {"what": label_of(effect.kind), "address": effect.address}
    try:
        try_again(effect)
    except EffectNotRetryableError:
        messages.warning(request, _("“%(what)s” %(address)s is done or under way already.") % names)
    else:
        messages.success(
            request, _("“%(what)s” %(address)s is tried again within a few seconds.") % names
        )
    return redirect(REPORT)


@require_POST
def retry_all(request: HttpRequest) -> HttpResponse:
    """Give every failed effect its attempts back."""
    if not request.user.has_perm(RETRY):
        raise PermissionDenied
    count = try_all_again()
    messages.success(
        request,
        ngettext(
            "%(count)d effect is tried again within a few seconds.",
            "%(count)d effects are tried again within a few seconds.",
            count,
        )
        % {"count": count},
    )
    return redirect(REPORT)
