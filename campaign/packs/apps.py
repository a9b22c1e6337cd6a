"""The app's place in Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PacksConfig(AppConfig):
    """Campaigns as folders of files."""

    name = "campaign.packs"
    label = "campaign_packs"
    verbose_name = _("Campaign packs")
    default_auto_field = "django.db.models.BigAutoField"
