"""Alerts in the admin: the list, the form, ending one and showing it again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.auth import any_permission_required, permission_required
from wagtail.admin.ui.tables import Column, TitleColumn, UserColumn
from wagtail.admin.views.reports import ReportView
from wagtail.admin.widgets.button import HeaderButton
from wagtail.models import Site
from wagtail.permission_policies import ModelPermissionPolicy

from campaign.releases import alerts
from campaign.releases.exceptions import AlertRefusedError
from campaign.releases.models import Alert
from campaign.releases.views.alert_forms import AlertForm, times_sentence
from translations.languages import get_language

NAMESPACE = "campaign_releases_alerts"
SHOW = "campaign_releases.show_alert"
SEE = ("campaign_releases.view_alert", SHOW)


class AlertStateColumn(Column):
    """Whether it shows now, will, or did."""

    cell_template_name = "campaign_releases/alerts/state_cell.html"

    def get_cell_context_data(
        self, instance: Alert, parent_context: dict[str, Any]
    ) -> dict[str, Any]:
        """Add the state in a word, and the sentence about its times."""
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        at = timezone.now()
        context["shows"] = instance.shows_at(at)
        context["over"] = instance.is_over(at)
        context["sentence"] = times_sentence(instance)
        return context


class AlertActionsColumn(Column):
    """What can be done with it, for those who may."""

    cell_template_name = "campaign_releases/alerts/actions_cell.html"

    def get_cell_context_data(
        self, instance: Alert, parent_context: dict[str, Any]
    ) -> dict[str, Any]:
        """Add what can be done at this moment."""
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        at = timezone.now()
        may = context["request"].user.has_perm(SHOW)
        over = instance.is_over(at)
        context["can_change"] = context["can_end"] = may and not over
        context["can_put_back"] = may and over and instance.ends_at > at
        context["can_copy"] = may and over
        return context


class AlertReport(ReportView):
    """Every alert: what it said, when it showed, and who asked for it."""

    model = Alert
    page_title = gettext_lazy("Alerts")
    header_icon = "warning"
    index_url_name = f"{NAMESPACE}:list"
    index_results_url_name = f"{NAMESPACE}:list_results"
    results_template_name = "campaign_releases/alerts/results.html"
    default_ordering = "-starts_at"
    is_searchable = False
    permission_policy = ModelPermissionPolicy(Alert)
    any_permission_required = ["view", "show"]
    columns = [
        TitleColumn(
            "text",
            label=gettext_lazy("Message"),
            accessor=str,
            get_url=lambda alert: reverse(f"{NAMESPACE}:detail", args=[alert.pk]),
            width="30%",
        ),
        Column("kind", label=gettext_lazy("Kind"), accessor="get_kind_display"),
        AlertStateColumn("state", label=gettext_lazy("State"), accessor=str),
        UserColumn("created_by", blank_display_name=gettext_lazy("Somebody deleted since")),
        AlertActionsColumn("actions", label=gettext_lazy("Actions"), accessor=str),
    ]
    list_export = ["kind", "languages", "starts_at", "ends_at", "ended_at", "drill", "created_by"]

    def get_base_queryset(self) -> QuerySet[Alert]:
        """All of them, the latest first."""
        return Alert.objects.select_related("created_by").prefetch_related("texts")

    def get_filtered_queryset(self) -> QuerySet[Alert]:
        """`get_queryset` has filtered already."""
        return self.get_queryset()

    def get_header_buttons(self) -> list[Any]:
        """The way to a new alert."""
        if not self.request.user.has_perm(SHOW):
            return []
        return [
            HeaderButton(
                label=_("Show an alert"), url=reverse(f"{NAMESPACE}:add"), icon_name="plus"
            )
        ]


@permission_required(SHOW)
def add(request: HttpRequest) -> HttpResponse:
    """Show a new alert; `?copy=<id>` begins with the words of another."""
    at = timezone.now()
    copied = request.GET.get("copy", "")
    first = AlertForm.blank(at)
    if copied.isdigit():
        first |= AlertForm.of(get_object_or_404(Alert, pk=copied))
        first |= {"starts_at": None, "ends_at": AlertForm.blank(at)["ends_at"]}
    return _form(request, None, first, at=at)


@permission_required(SHOW)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an alert; once it has begun, other words are a new alert in its place."""
    alert = get_object_or_404(Alert, pk=pk)
    at = timezone.now()
    if alert.is_over(at):
        messages.warning(request, _("This alert is over. Show it again instead."))
        return redirect(f"{NAMESPACE}:detail", alert.pk)
    return _form(request, alert, AlertForm.of(alert), at=at)


def _form(
    request: HttpRequest, alert: Alert | None, first: dict[str, Any], *, at: datetime
) -> HttpResponse:
    form = AlertForm(request.POST if request.method == "POST" else None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            if alert is None:
                found = alerts.show(**form.values(), user=request.user, at=at)
            else:
                found = alerts.change(alert, **form.values(), user=request.user, at=at)
        except AlertRefusedError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, times_sentence(found))
            return redirect(f"{NAMESPACE}:detail", found.pk)
    title = _("Show an alert") if alert is None else _("Change alert")
    return _page(
        request,
        "form.html",
        title=title,
        form=form,
        media=form.media,
        alert=alert,
        has_begun=alert is not None and at >= alert.starts_at,
    )


@permission_required(SHOW)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then end an alert now."""
    alert = get_object_or_404(Alert, pk=pk)
    if request.method == "POST":
        try:
            alerts.end(alert, user=request.user, at=timezone.now())
        except AlertRefusedError as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, _("The alert has ended. Below, you can show it again."))
        return redirect(f"{NAMESPACE}:detail", alert.pk)
    return _page(request, "end.html", title=_("End this alert now?"), alert=alert)


@permission_required(SHOW)
@require_POST
def put_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an alert again that was ended early."""
    alert = get_object_or_404(Alert, pk=pk)
    try:
        found = alerts.put_back(alert, user=request.user, at=timezone.now())
    except AlertRefusedError as error:
        messages.warning(request, str(error))
        return redirect(f"{NAMESPACE}:detail", alert.pk)
    messages.success(request, times_sentence(found))
    return redirect(f"{NAMESPACE}:detail", found.pk)


@any_permission_required(*SEE)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One alert: its words in each language, its times, and how it looks on a page."""
    alert = get_object_or_404(Alert.objects.select_related("link_page", "replaces"), pk=pk)
    at = timezone.now()
    words = {one.language: one.text for one in alert.texts.all()}
    return _page(
        request,
        "detail.html",
        title=str(alert),
        alert=alert,
        sentence=times_sentence(alert),
        words=[(get_language(code), text) for code, text in words.items()],
        shows=alert.shows_at(at),
        over=alert.is_over(at),
        may=request.user.has_perm(SHOW),
        can_put_back=alert.is_over(at) and alert.ends_at > at,
        previews=_previews(request, alert),
    )


def _previews(request: HttpRequest, alert: Alert) -> list[tuple[str, str]]:
    """The home page of each language that shows the alert, as it will look with it."""
    site = Site.find_for_request(request) or Site.objects.filter(is_default_site=True).first()
    if site is None:
        return []
    names = dict(settings.WAGTAIL_CONTENT_LANGUAGES)
    query = urlencode({alerts.PREVIEW_PARAMETER: str(alert.preview_key)})
    return [
        (str(names.get(code, code)), f"{home.get_url(request)}?{query}")
        for home in site.root_page.get_translations(inclusive=True).live().select_related("locale")
        if (code := home.locale.language_code) in alert.languages and home.get_url(request)
    ]


def _page(request: HttpRequest, template: str, *, title: str, **context: Any) -> TemplateResponse:
    breadcrumbs = [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        {"url": reverse(f"{NAMESPACE}:list"), "label": _("Alerts")},
        {"url": "", "label": title},
    ]
    return TemplateResponse(
        request,
        f"campaign_releases/alerts/{template}",
        {
            "header_title": title,
            "page_title": title,
            "header_icon": "warning",
            "breadcrumbs_items": breadcrumbs,
            **context,
        },
    )
