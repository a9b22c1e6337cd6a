"""What a reader sees when something goes wrong. The numbers to call are there whatever fails.

Named as handlers in the site's URL configuration (`handler404`, `handler500`). The pages for 500
and 503 use no database, no context processor and no session: they are static but for the language.
"""

from __future__ import annotations

import logging
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from campaign.pages.headers import keep_out_of_the_browser
from campaign.pages.metadata import describe_address
from campaign.pages.models import CampaignSettings

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
    error = sys.exc_info()[1]
    if isinstance(error, (InterfaceError, OperationalError)):
        response = HttpResponse(render_to_string("503.html"), status=503)
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    else:
        response = HttpResponse(render_to_string("500.html"), status=500)
    return keep_out_of_the_browser(response)
