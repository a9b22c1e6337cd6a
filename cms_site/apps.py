"""The app's place in Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SiteConfig(AppConfig):
    """The site itself: its theme, its commands, its health."""

    name = "cms_site"
    label = "cms_site"
    verbose_name = _("Site")
    default_auto_field = "django.db.models.BigAutoField"
