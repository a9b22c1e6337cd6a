"""Alerts in Wagtail's admin."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from campaign.releases.alerts import CHANGE_ACTION, END_ACTION, SHOW_ACTION
from campaign.releases.views import alerts as views
from campaign.releases.views.alerts import NAMESPACE, SEE


@hooks.register("register_log_actions")
def register_alert_log_actions(actions: Any) -> None:
    """What the audit log says of alerts."""
    actions.register_action(SHOW_ACTION, _("Show alert"), _("Alert shown"))
    actions.register_action(CHANGE_ACTION, _("Change alert"), _("Alert changed"))
    actions.register_action(END_ACTION, _("End alert"), _("Alert ended"))


@hooks.register("register_admin_urls")
def register_alert_urls() -> list[Any]:
    """The list, the form and the page of each alert."""
    patterns = [
        path("", views.AlertReport.as_view(), name="list"),
        path("results/", views.AlertReport.as_view(results_only=True), name="list_results"),
        path("add/", views.add, name="add"),
        path("<int:pk>/", views.detail, name="detail"),
        path("<int:pk>/edit/", views.edit, name="edit"),
        path("<int:pk>/end/", views.end, name="end"),
        path("<int:pk>/show-again/", views.put_back, name="put_back"),
    ]
    return [path("alerts/", include((patterns, NAMESPACE), NAMESPACE))]


class AlertMenuItem(MenuItem):
    """The list's place in the main menu, for those who may see it."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether this user may open the list."""
        return any(request.user.has_perm(name) for name in SEE)


@hooks.register("register_admin_menu_item")
def register_alert_menu_item() -> MenuItem:
    """In the main menu: whoever needs it is in a hurry."""
    return AlertMenuItem(
        _("Alerts"), reverse(f"{NAMESPACE}:list"), name="alerts", icon_name="warning", order=310
    )


@hooks.register("register_permissions")
def register_alert_permissions() -> QuerySet[Permission]:
    """Let administrators grant the permissions to groups."""
    return Permission.objects.filter(
        content_type__app_label="campaign_releases", codename__in=["view_alert", "show_alert"]
    )
