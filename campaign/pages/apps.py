"""The app's place in Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    """The page types."""

    name = "campaign.pages"
    label = "campaign_pages"
    verbose_name = _("Campaign pages")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say which addresses show what, and when pages have to be checked again."""
        from campaign.pages import affected, reviews  # noqa: PLC0415 - once the models are there
        from campaign.releases.calendar import register_source  # noqa: PLC0415 - as above

        affected.register()
        register_source("page reviews", reviews.page_reviews)
