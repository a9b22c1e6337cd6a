"""The app's place in Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReleasesConfig(AppConfig):
    """Due work: what goes live or comes down at a set time."""

    name = "campaign.releases"
    label = "campaign_releases"
    verbose_name = _("Releases")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks and the signal handlers, and put the gate in its places."""
        from campaign.releases import (  # noqa: PLC0415 - app ready
            checks,  # noqa: F401
            forms,
            signal_handlers,  # noqa: F401
        )
        from campaign.releases.gateposts import install  # noqa: PLC0415

        install()
        forms.install()
