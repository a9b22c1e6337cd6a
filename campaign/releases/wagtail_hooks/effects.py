"""Effects in Wagtail's admin."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from campaign.releases.views.effects import EffectReport, retry, retry_all


class EffectsMenuItem(MenuItem):
    """The report's place in the Reports menu, for those who may see it."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether this user may open the report."""
        return bool(
            EffectReport.permission_policy.user_has_any_permission(
                request.user, EffectReport.any_permission_required
            )
        )


@hooks.register("register_reports_menu_item")
def register_effects_report() -> MenuItem:
    """Put the report below the ones for editors."""
    return EffectsMenuItem(
        _("Effects of publications"),
        reverse("campaign_releases_effects:report"),
        name="effects",
        icon_name="tasks",
        order=130,
    )


@hooks.register("register_admin_urls")
def register_effects_urls() -> list[Any]:
    """The report and its buttons."""
    patterns = [
        path("", EffectReport.as_view(), name="report"),
        path("results/", EffectReport.as_view(results_only=True), name="results"),
        path("try-all-again/", retry_all, name="retry_all"),
        path("<int:pk>/try-again/", retry, name="retry"),
    ]
    return [path("reports/effects/", include((patterns, "campaign_releases_effects")))]


@hooks.register("register_permissions")
def register_effects_permissions() -> QuerySet[Permission]:
    """Let administrators grant the two permissions to groups."""
    return Permission.objects.filter(
        content_type__app_label="campaign_releases",
        codename__in=["view_effect", "retry_effect"],
    )
