"""What the frame of every public page needs: menu, path, languages, emergency numbers, scripts.

Each tag asks the database at most once per request, and every one of them answers something
sensible where there is no site or page, so that the frame also serves error pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language as active_language
from django.utils.translation import gettext
from wagtail.models import Locale, Page, Site

from campaign.pages.inline import script_text
from content_blocks.contacts import emergency_route
from content_blocks.models import ContactRoute
from translations.languages import Language, get_language

register = template.Library()

FOOTER_ROUTES = ("101", "childline")
"""The slugs of the contact routes that stand, after 999, in the footer of every page."""


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One link of the menu or of the path to the page.

    Attributes:
        text: what the link says.
        url: where it goes.
        current: the reader is on this page, or (in the menu) somewhere below it.
    """

    text: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """The same page in one language, as the list of languages shows it."""

    language: Language
    url: str
    current: bool


@register.simple_tag
def inline_script(name: str) -> SafeString:
    """Return a `<script>` element with one of the page's two short scripts."""
    # The text is ours, committed, and holds no markup.
    return mark_safe(f"<script>{script_text(name)}</script>")  # noqa: S308


@register.simple_tag(takes_context=True)
def home_page(context: dict[str, Any]) -> Page | None:
    """Return the home page in the active language, or the site's own, or None."""
    request = context.get("request")
    if request is None:
        return None
    if not hasattr(request, "_campaign_home"):
        request._campaign_home = _find_home(request)
    return request._campaign_home


def _find_home(request: HttpRequest) -> Page | None:
    site = Site.find_for_request(request)
    if site is None:
        return None
    root: Page = site.root_page
    locale = Locale.objects.filter(language_code=active_language()).only("pk").first()
    if locale is None or locale.pk == root.locale_id:
        return root
    return root.get_translations().live().filter(locale=locale).first() or root


@register.simple_tag(takes_context=True)
def primary_menu(context: dict[str, Any]) -> list[MenuItem]:
    """Return the pages directly below the home page that an editor put in the menu.

    The three pages that the campaign's settings name by their use are called by it, in a word or
    two; their titles say more than a menu has room for.
    """
    home = home_page(context)
    if home is None:
        return []
    page = context.get("page")
    path = page.path if isinstance(page, Page) else ""
    request = context["request"]
    short = _short_names(context.get("campaign"))
    return [
        MenuItem(
            short.get(item.translation_key, item.title),
            item.get_url(request),
            path.startswith(item.path),
        )
        for item in home.get_children().live().public().in_menu()
    ]


def _short_names(campaign: Any) -> dict[Any, str]:
    """Map the translation key of a page of the frame to what the menu calls it."""
    names = {
        "report_page": gettext("Report"),
        "contact_directory": gettext("Get help"),
        "support_page": gettext("Support"),
    }
    pages = {name: getattr(campaign, name, None) for name in names}
    return {page.translation_key: names[name] for name, page in pages.items() if page}


@register.simple_tag(takes_context=True)
def frame_url(context: dict[str, Any], name: str) -> str:
    """Return the address of a page of the frame (`safety_page`, `privacy_page`, ...), or nothing.

    Args:
        context: the template's, with `campaign` from the context processor.
        name: the field of `CampaignSettings` that holds the page.
    """
    campaign = context.get("campaign")
    if campaign is None:
        return ""
    url: str = campaign.get_public_page_url(name, context.get("request"))
    return url


@register.simple_tag(takes_context=True)
def path_to_page(context: dict[str, Any]) -> list[MenuItem]:
    """Return the pages above this one, from the home page down; empty on the home page itself."""
    page, home = context.get("page"), home_page(context)
    if not isinstance(page, Page) or not page.pk or home is None or page.pk == home.pk:
        return []
    request = context["request"]
    ancestors = page.get_ancestors().live().filter(depth__gte=home.depth)
    return [MenuItem(item.title, item.get_url(request), current=False) for item in ancestors]


@register.simple_tag(takes_context=True)
def page_languages(context: dict[str, Any]) -> list[LanguageLink]:
    """Return this page in each language it is public in; empty when there is one language only.

    The list keeps the order of the setting, whatever the language being read, so that a reader
    finds theirs in the same place on every page.
    """
    page = context.get("page")
    codes = [code for code, _name in settings.WAGTAIL_CONTENT_LANGUAGES]
    if len(codes) < 2 or not isinstance(page, Page) or not page.pk:
        return []
    request = context["request"]
    found = {
        version.locale.language_code: version
        for version in page.get_translations(inclusive=True).live().select_related("locale")
    }
    return [
        LanguageLink(get_language(code), found[code].get_url(request), found[code].pk == page.pk)
        for code in codes
        if code in found
    ]


@register.simple_tag(takes_context=True)
def footer_routes(context: dict[str, Any]) -> Sequence[ContactRoute]:
    """Return 999 and, where they are published, 101 and Childline.

    999 needs no database (`content_blocks.contacts.emergency_route`).
    """
    request = context.get("request")
    if request is not None and hasattr(request, "_campaign_footer_routes"):
        return request._campaign_footer_routes
    published = ContactRoute.objects.public().filter(
        slug__in=FOOTER_ROUTES, locale__language_code=active_language()
    )
    found = {route.slug: route for route in published}
    routes = [emergency_route(), *(found[slug] for slug in FOOTER_ROUTES if slug in found)]
    if request is not None:
        request._campaign_footer_routes = routes
    return routes
