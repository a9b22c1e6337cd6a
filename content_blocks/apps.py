"""The app's place in Django."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContentBlocksConfig(AppConfig):
    """Snippets and blocks, installable without the rest."""

    name = "content_blocks"
    label = "content_blocks"
    verbose_name = _("Content blocks")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect signal handlers and register checks, once the models are loaded."""
        import_module("content_blocks.signal_handlers")
        import_module("content_blocks.checks")
