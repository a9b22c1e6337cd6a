"""What a reader sees when something goes wrong. The numbers to call are there whatever fails.

Named as handlers in the site's URL configuration (`handler404`, `handler500`). The pages for 500
and 503 use no database, no context processor and no session: they are static but for the language
and for the alerts that were on a moment ago.
"""

from __future__ import annotations

import logging
import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from campaign.pages.headers import keep_out_of_the_browser
from campaign.pages.metadata import describe_address
from campaign.pages.models import CampaignSettings
from campaign.releases.alerts import ShownAlert, last_seen

logger = logging.getLogger(__name__)

#: How long a browser or a robot should wait before it asks again.
RETRY_AFTER_SECONDS = 120


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer 404 in the site's frame; if that cannot be drawn either, without it."""
    try:
        campaign = CampaignSettings.for_request(request)
        content = render_to_string(
            "404.html",
            {"metadata": describe_address(_("Page not found"), campaign=campaign, request=request)},
            request=request,
        )
    except Exception:
        logger.exception(
            "The page for 404 could not be drawn", extra={"event": "error_page_failed"}
        )
        return server_error(request)
    return keep_out_of_the_browser(HttpResponse(content, status=404))


def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer 500, or 503 when the database cannot be reached."""
    is_out = isinstance(sys.exc_info()[1], (InterfaceError, OperationalError))
    status = 503 if is_out else 500
    content = render_to_string(f"{status}.html", {"alerts": _alerts(database_is_out=is_out)})
    response = HttpResponse(content, status=status)
    if is_out:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return keep_out_of_the_browser(response)


def _alerts(*, database_is_out: bool) -> list[ShownAlert]:
    """The alerts, as far as they are known; an error page without them is better than none."""
    try:
        language = get_language() or settings.LANGUAGE_CODE
        return last_seen(language, timezone.now(), database_is_out=database_is_out)
    except Exception:
        logger.exception(
            "The alerts for an error page are not known", extra={"event": "alerts_failed"}
        )
        return []
