"""Addresses without a language in front: `/places/hotels/` leads to `/en/places/hotels/`."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.urls import Resolver404, resolve
from django.utils import translation
from wagtail.models import Page


class KnownAddressLocaleMiddleware(LocaleMiddleware):
    """Add the language only where that leads somewhere.

    Wagtail answers to any address at all, so Django's own middleware would send every slip, and
    what is not found below `/admin/`, to an address that is not there either.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Leave a 404 as it is when the same address in a language would be one too."""
        if (
            response.status_code == 404
            and not translation.get_language_from_path(request.path_info)
            and not _leads_somewhere(request)
        ):
            return response
        return super().process_response(request, response)


def _leads_somewhere(request: HttpRequest) -> bool:
    """Whether there is a view of the site's own, or a live page, behind the language."""
    path = request.path_info.lstrip("/")
    address = f"/{translation.get_language()}/{path}"
    try:
        match = resolve(address if address.endswith("/") else f"{address}/")
    except Resolver404:
        return False
    if match.url_name != "wagtail_serve":
        return True
    return Page.route_for_request(request, path) is not None
