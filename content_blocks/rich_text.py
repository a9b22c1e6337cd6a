"""The phone entity of rich text: a number in running text that is always the live record's.

Stored as `<a linktype="contact" slug="childline">Childline</a>`: the slug holds in every language,
and the words between the tags are only what search and translators see. What a reader gets is made
from the record each time, in two steps, because Wagtail lets a link handler rewrite no more than
the opening tag:

1. `ContactLinkHandler` reads all records of a text at once and puts the finished words into an
   attribute of the opening tag (with a working `href`, for anybody who stops at this step);
2. `fill_in_contacts`, called by `wagtailcore/shared/richtext.html`, puts these words in the place
   of the element.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from draftjs_exporter.dom import DOM
from wagtail.admin.rich_text.converters.html_to_contentstate import InlineEntityElementHandler
from wagtail.coreutils import get_supported_content_language_variant
from wagtail.models import Page
from wagtail.rich_text import LinkHandler
from wagtail.rich_text.pages import PageLinkHandler

from content_blocks import hours
from content_blocks.contacts import (
    EMERGENCY_NUMBER,
    POLICE_SLUG,
    PresentedRoute,
    RouteState,
    present_routes,
)
from content_blocks.models import ContactRoute
from content_blocks.page_links import page_links
from content_blocks.phone_links import phone_link, route_phone_link

FEATURE = "contact-phone"
LINK_TYPE = "contact"
ENTITY_TYPE = "CONTACT"

_FILLED = re.compile(r'<a\b[^>]*\bdata-contact="([^"]*)"[^>]*>.*?</a>', re.DOTALL)


class ContactLinkHandler(LinkHandler):
    """What becomes of `<a linktype="contact" slug="…">` when a page is shown."""

    identifier = LINK_TYPE

    @staticmethod
    def get_model() -> type[ContactRoute]:
        """Return the model of the records."""
        return ContactRoute

    @classmethod
    def expand_db_attributes(cls, attrs: dict[str, str]) -> str:
        """Return the opening tag for one entity."""
        return cls.expand_db_attributes_many([attrs])[0]

    @classmethod
    def expand_db_attributes_many(cls, attrs_list: list[dict[str, str]]) -> list[str]:
        """Return the opening tags for all entities of a text, with one reading of the records."""
        slugs = [attrs.get("slug", "") for attrs in attrs_list]
        routes = public_routes(slugs)
        day = hours.today(timezone.now())
        presented = dict(zip(routes, present_routes(routes.values(), on=day), strict=True))
        return [_opening_tag(presented.get(slug)) for slug in slugs]

    @classmethod
    def extract_references(cls, attrs: dict[str, str]) -> Iterator[tuple[Any, str, str, str]]:
        """Name the records, so that “used in” and the refusal to delete know of this text."""
        for route in ContactRoute.objects.filter(slug=attrs.get("slug", "")).only("pk"):
            yield ContactRoute, str(route.pk), "", ""


class PublicPageLinkHandler(PageLinkHandler):
    """What becomes of `<a linktype="page" id="…">` when a page is shown.

    As everywhere else a link leads only to what is public, in the reader's language where there is
    such a version. Wagtail's own handler also gives away the address of a page that is still to go
    live. Without a target the words stay, as words.
    """

    @classmethod
    def expand_db_attributes_many(cls, attrs_list: list[dict[str, str]]) -> list[str]:
        """Return the opening tags for all links of a text, in a fixed number of queries."""
        numbers = [attrs.get("id", "") for attrs in attrs_list]
        pages = Page.objects.filter(pk__in=[one for one in numbers if one.isdigit()])
        chosen = {str(page.pk): page for page in pages}
        links = page_links(chosen.get(number) for number in numbers)
        return [f'<a href="{escape(link.url)}">' if link else "<a>" for link in links]


class ContactElementHandler(InlineEntityElementHandler):
    """The stored element, as the editor's entity; it cannot be typed into."""

    mutability = "IMMUTABLE"

    def get_attribute_data(self, attrs: dict[str, str]) -> dict[str, str]:
        """Return what the editor shows: the record's name and number today."""
        return entity_data(attrs.get("slug", ""))


def contact_entity(props: dict[str, Any]) -> Any:
    """Turn the editor's entity back into the stored element; only the slug is kept."""
    return DOM.create_element(
        "a", {"linktype": LINK_TYPE, "slug": props.get("slug", "")}, props["children"]
    )


ContentstateContactConversionRule = {
    "from_database_format": {f'a[linktype="{LINK_TYPE}"]': ContactElementHandler(ENTITY_TYPE)},
    "to_database_format": {"entity_decorators": {ENTITY_TYPE: contact_entity}},
}


def entity_data(slug: str) -> dict[str, str]:
    """Return the data of an entity: `slug`, and `name` and `number`, empty if not public."""
    route = public_routes([slug]).get(slug)
    return {
        "slug": slug,
        "name": route.name if route else "",
        "number": route.number_shown if route else "",
    }


def public_routes(slugs: Iterable[str]) -> dict[str, ContactRoute]:
    """Return the public records with these slugs, in the active language or else in the default.

    Withdrawn records and those being checked are public too; how they stand is for `contacts`.
    """
    default = get_supported_content_language_variant(settings.LANGUAGE_CODE)
    active = get_language() or default
    routes = (
        ContactRoute.objects.public()
        .filter(slug__in=set(slugs), locale__language_code__in={active, default})
        .select_related("replaced_by", "locale")
    )
    by_language = sorted(routes, key=lambda route: route.locale.language_code == active)
    return {route.slug: route for route in by_language}


def fill_in_contacts(text: str) -> SafeString:
    """Put the words of the records in the place of the expanded entities of a text."""
    # The attribute is ours: the editor's own markup cannot bring one (only `linktype`, `slug`,
    # `href` and `id` survive the editor, and the handler writes this one anew).
    return mark_safe(_FILLED.sub(lambda match: html.unescape(match[1]), text))  # noqa: S308


def _opening_tag(presented: PresentedRoute | None) -> str:
    words = _missing_words() if presented is None else _words(presented)
    number = presented.route.number if presented else ""
    address = f' href="tel:{escape(number)}"' if number else ""
    return f'<a{address} data-contact="{escape(str(words))}">'


def _words(presented: PresentedRoute) -> SafeString:
    """The number or link; with what a reader must know when the record is not in order."""
    route = presented.route
    if presented.state == RouteState.WITHDRAWN:
        return format_html(
            '{} <span class="tel-note">{}</span>',
            route.name,
            _with_fallback(_("has ended."), presented.fallback),
        )
    if not presented.show_details:
        return format_html(
            '{} <span class="tel-note">{}</span>',
            route.name,
            _with_fallback(_("(we are checking the number)."), presented.fallback),
        )
    link = _link(route)
    if presented.replaced_name:
        named = _("%(old)s is now %(new)s:") % {
            "old": presented.replaced_name,
            "new": route.name,
        }
        link = format_html("{} {}", named, link)
    if presented.is_being_checked:
        return format_html(
            '{} <span class="tel-note">{}</span>',
            link,
            _with_fallback(_("(we are checking this number)."), presented.fallback),
        )
    return link


def _link(route: ContactRoute) -> SafeString:
    if route.number:
        return route_phone_link(route)
    if route.email:
        return format_html('<a href="mailto:{0}"><bdi dir="ltr">{0}</bdi></a>', route.email)
    if route.url:
        return format_html('<a href="{}">{}</a>', route.url, route.name)
    return format_html("{}", route.name)


def _missing_words() -> SafeString:
    """For a record that is not public or does not exist: nothing of it may be shown."""
    return format_html(
        '<span class="tel-note">{}</span>', _with_fallback(_("We are checking this contact."))
    )


def _with_fallback(words: str, fallback: Sequence[ContactRoute] = ()) -> SafeString:
    """Add 999 and one other way: a sentence has no room for the whole fallback."""
    words = format_html(
        "{} {} {}.",
        words,
        _("If someone is in danger now, call"),
        phone_link(EMERGENCY_NUMBER),
    )
    others = [route for route in fallback if route.number != EMERGENCY_NUMBER]
    if not others or others[0].slug == POLICE_SLUG:
        return format_html("{} {} {}.", words, _("Otherwise call"), phone_link(POLICE_SLUG))
    other = others[0]
    name = format_html("{}: ", other.name) if other.number or other.email else ""
    return format_html("{} {} {}{}.", words, _("You can also use"), name, _link(other))
