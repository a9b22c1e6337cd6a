"""From an address to a page, in two queries however deep the page is.

Wagtail asks twice for each part of an address. The result, and what is not found, is the same.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from wagtail.models import Page


def route_below(home: Page, request: HttpRequest, parts: list[str]) -> Any:
    """Find the page that answers to these parts of an address below `home`.

    A page that does something of its own with the rest of an address (the directory, the updates)
    is asked, as Wagtail asks it. Each page found knows its parent, so the path to it costs nothing.

    Raises:
        Http404: there is no such page, or it is not live.
    """
    named = {
        (page.path[: -Page.steplen], page.slug): page
        for page in Page.objects.descendant_of(home).filter(
            slug__in=parts, depth__lte=home.depth + len(parts)
        )
    }
    page = home
    for position, part in enumerate(parts, start=1):
        child = named.get((page.path, part))
        if child is None:
            raise Http404
        child._cached_parent_obj = page  # as `Page.route` does, for treebeard's `get_parent`
        page = child
        if child.specific_class is None or child.specific_class.route is not Page.route:
            return child.specific.route(request, parts[position:])
    return page.specific.route(request, [])
