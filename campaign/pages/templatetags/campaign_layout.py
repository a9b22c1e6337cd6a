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
from django.db.models import Q
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from wagtail.models import Page, PageViewRestriction, Site

from campaign.pages.inline import script_text
from campaign.pages.models import CampaignSettings
from content_blocks.conf import get_settings
from content_blocks.contacts import fallback_by_slug
from content_blocks.models import ContactRoute
from translations.languages import Language, get_language

register = template.Library()

FOOTER_ROUTES = ("101", "childline")
"""The slugs of the contact routes that stand, after 999, in the footer of every page."""

_LINK_FIELDS = (
    "depth",
    "live",
    "path",
    "show_in_menus",
    "title",
    "translation_key",
    "url_path",
    "locale__language_code",
)
"""What a link of the frame needs of a page; a whole page has four times as many fields."""


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
    if not hasattr(request, "campaign_home"):
        request.campaign_home = _find_home(request)
    return request.campaign_home


def _find_home(request: HttpRequest) -> Page | None:
    site = Site.find_for_request(request)
    if site is None:
        return None
    home: Page = site.root_page.localized
    return home


def _frame_pages(context: dict[str, Any]) -> list[Page]:
    """Return the pages of the menu; give the campaign's settings the pages they name.

    All of them are read at once, at the first of the frame's links on a page.
    """
    home, request = home_page(context), context.get("request")
    if home is None or request is None:
        return []
    if not hasattr(request, "campaign_menu_pages"):
        campaign = CampaignSettings.for_request(request)
        named = {name: getattr(campaign, f"{name}_id") for name in campaign.frame_page_names}
        in_menu = Q(path__startswith=home.path, depth=home.depth + 1, live=True, show_in_menus=True)
        found = (
            Page.objects.filter(in_menu | Q(pk__in=[pk for pk in named.values() if pk]))
            .select_related("locale")
            .only(*_LINK_FIELDS)
            .order_by("path")
        )
        pages = {page.pk: page for page in found}
        for name, pk in named.items():
            setattr(campaign, name, pages.get(pk))
        closed = tuple(PageViewRestriction.objects.values_list("page__path", flat=True))
        request.campaign_menu_pages = [
            page
            for page in pages.values()
            if page.live
            and page.show_in_menus
            and page.path.startswith(home.path)
            and page.depth == home.depth + 1
            and not page.path.startswith(closed)
        ]
    menu: list[Page] = request.campaign_menu_pages
    return menu


@register.simple_tag(takes_context=True)
def primary_menu(context: dict[str, Any]) -> list[MenuItem]:
    """Return the pages directly below the home page that an editor put in the menu.

    The three pages that the campaign's settings name by their use are called by it, in a word or
    two; their titles say more than a menu has room for.
    """
    pages = _frame_pages(context)
    if not pages:
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
        for item in pages
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
    _frame_pages(context)
    url: str = campaign.get_public_page_url(name, context.get("request"))
    return url


@register.simple_tag(takes_context=True)
def path_to_page(context: dict[str, Any]) -> list[MenuItem]:
    """Return the pages above this one, from the home page down; empty on the home page itself."""
    page, home = context.get("page"), home_page(context)
    if not isinstance(page, Page) or not page.pk or home is None or page.pk == home.pk:
        return []
    request = context["request"]
    above: list[Page] = []
    while page.depth > home.depth:
        page = page.get_parent()
        above.insert(0, page)
    return [
        MenuItem(item.title, item.get_url(request), current=False) for item in above if item.live
    ]


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
    """Return 999, 101 and, where its record can be used, Childline, in one query.

    The first two need no database (`content_blocks.contacts.fallback_by_slug`).
    """
    request = context.get("request")
    if request is not None and hasattr(request, "campaign_footer_routes"):
        found: Sequence[ContactRoute] = request.campaign_footer_routes
        return found
    routes = fallback_by_slug([get_settings().emergency_slug, *FOOTER_ROUTES])
    if request is not None:
        request.campaign_footer_routes = routes
    return routes
