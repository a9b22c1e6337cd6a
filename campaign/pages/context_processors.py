"""What every template is given, page or not."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language as active_language_code

from campaign.pages.models import CampaignSettings
from translations.languages import get_language


def campaign(request: HttpRequest) -> dict[str, Any]:
    """Give `campaign`, the settings of the request's site, and `language`, the active language.

    The settings are read only when a template asks for them, so the editor's own pages cost
    nothing.
    """
    return {
        "campaign": SimpleLazyObject(lambda: CampaignSettings.for_request(request)),
        "language": get_language(active_language_code() or "en"),
    }
