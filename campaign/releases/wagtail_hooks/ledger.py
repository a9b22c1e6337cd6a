"""The ledger in Wagtail's admin."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from campaign.releases.views.ledger import VIEW, LedgerReport, ShownView, export


class LedgerMenuItem(MenuItem):
    """The ledger's place in the Reports menu, for those who may see it."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether this user may open it."""
        return bool(request.user.has_perm(VIEW))


@hooks.register("register_reports_menu_item")
def register_ledger_report() -> MenuItem:
    """Put the ledger below what asks for action."""
    return LedgerMenuItem(
        _("Ledger"),
        reverse("campaign_releases_ledger:report"),
        name="ledger",
        icon_name="history",
        order=120,
    )


@hooks.register("register_admin_urls")
def register_ledger_urls() -> list[Any]:
    """The report, the question and the export."""
    patterns = [
        path("", LedgerReport.as_view(), name="report"),
        path("results/", LedgerReport.as_view(results_only=True), name="results"),
        path("shown/", ShownView.as_view(), name="shown"),
        path("export/", export, name="export"),
    ]
    return [path("reports/ledger/", include((patterns, "campaign_releases_ledger")))]


@hooks.register("register_permissions")
def register_ledger_permission() -> QuerySet[Permission]:
    """Let administrators grant it to groups."""
    return Permission.objects.filter(
        content_type__app_label="campaign_releases", codename="view_ledgerentry"
    )
