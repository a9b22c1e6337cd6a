"""The app's place in Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContentBlocksConfig(AppConfig):
    """Snippets and blocks, installable without the rest."""

    name = "content_blocks"
    label = "content_blocks"
    verbose_name = _("Content blocks")
    default_auto_field = "django.db.models.BigAutoField"
