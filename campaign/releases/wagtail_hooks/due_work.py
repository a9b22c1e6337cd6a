"""Registrations in Wagtail's admin."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import include, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from campaign.releases.publishing import WINDOW_MISSED_ACTION
from campaign.releases.views.due_work import DueWorkReport, retry


class DueWorkMenuItem(MenuItem):
    """The report's place in the Reports menu, for those who may see it."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether this user may open the report."""
        return bool(
            DueWorkReport.permission_policy.user_has_any_permission(
                request.user, DueWorkReport.any_permission_required
            )
        )


@hooks.register("register_reports_menu_item")
def register_due_work_report() -> MenuItem:
    """Put the report above Wagtail's own: it is the one that asks for action."""
    return DueWorkMenuItem(
        _("Due and overdue"),
        reverse("campaign_releases:due_work"),
        name="due-work",
        icon_name="calendar-alt",
        order=100,
    )


@hooks.register("register_admin_urls")
def register_due_work_urls() -> list[Any]:
    """The report and its button."""
    patterns = [
        path("", DueWorkReport.as_view(), name="due_work"),
        path("results/", DueWorkReport.as_view(results_only=True), name="due_work_results"),
        path("<int:pk>/try-again/", retry, name="retry_due_work"),
    ]
    return [
        path("reports/due-work/", include((patterns, "campaign_releases"), "campaign_releases"))
    ]


@hooks.register("insert_global_admin_css")
def add_banner_style() -> str:
    """Style the banner of a stopped publisher, which can be on any admin page."""
    return format_html('<link rel="stylesheet" href="{}">', static("campaign_releases/admin.css"))


@hooks.register("register_permissions")
def register_due_work_permissions() -> QuerySet[Permission]:
    """Let administrators grant the two permissions to groups."""
    return Permission.objects.filter(
        content_type__app_label="campaign_releases",
        codename__in=["view_duework", "retry_duework"],
    )


@hooks.register("register_log_actions")
def register_log_actions(actions: Any) -> None:
    """The one entry of ours in Wagtail's audit log."""
    actions.register_action(
        WINDOW_MISSED_ACTION,
        _("Cancel publication whose time has passed"),
        _("Not published: its whole time had passed"),
    )
