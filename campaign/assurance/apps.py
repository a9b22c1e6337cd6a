"""The app's place in Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssuranceConfig(AppConfig):
    """Rules over content, and their findings."""

    name = "campaign.assurance"
    label = "campaign_assurance"
    verbose_name = _("Assurance")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the rules of this room."""
        from campaign.assurance import links  # noqa: F401, PLC0415 - app ready
