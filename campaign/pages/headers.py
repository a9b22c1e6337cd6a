"""The headers that keep a visit private."""

from __future__ import annotations

from typing import TypeVar

from django.http import HttpResponse

from campaign.pages.conf import shared_cache_seconds

Response = TypeVar("Response", bound=HttpResponse)


def keep_out_of_the_browser(response: Response, *, shared: bool = False) -> Response:
    """Tell the reader's browser to keep no copy: not on disk, not for the Back button offline.

    Args:
        response: a page of public HTML.
        shared: whether a cache that serves all readers alike may keep it. Only a plain 200 without
            a cookie and without `Vary: Cookie` ever is, and only if the site sets
            `CAMPAIGN_PAGES["SHARED_CACHE_SECONDS"]`.

    The shared copy is allowed by `CDN-Cache-Control` (RFC 9213), which browsers do not read.
    """
    response["Cache-Control"] = "no-store"
    seconds = shared_cache_seconds()
    if shared and seconds and response.status_code == 200 and not response.cookies:
        response["CDN-Cache-Control"] = f"public, max-age={seconds}"
    return response
