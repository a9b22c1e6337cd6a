"""The package's own rules as system checks. They never ask the database."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from content_blocks.conf import GOV_UK_SLUG, SETTING, ContentBlocksSettings, get_settings
from content_blocks.enums import Audience


@checks.register("content_blocks")
def check_settings(**kwargs: Any) -> list[checks.CheckMessage]:  # noqa: ARG001 - Django's signature
    """`content_blocks.E001` to `E004`, `E006`: the settings are complete, and keep 999 first."""
    try:
        settings = get_settings()
    except (ImproperlyConfigured, TypeError, ValueError) as exc:
        return [checks.Error(str(exc), id="content_blocks.E001")]
    return list(_problems(settings))


@checks.register("content_blocks")
def check_rich_text_template(**kwargs: Any) -> list[checks.CheckMessage]:  # noqa: ARG001 - Django's signature
    """`content_blocks.E005`: the template of rich text puts the numbers of the records in."""
    name = "wagtailcore/shared/richtext.html"
    try:
        source = get_template(name).template.source  # type: ignore[attr-defined]
    except (TemplateDoesNotExist, AttributeError):
        source = ""
    if "fill_in_contacts" in source:
        return []
    return [
        checks.Error(
            f"The template {name} does not put the numbers of contact routes into rich text.",
            hint="List content_blocks before wagtail in INSTALLED_APPS, or use its filter "
            "fill_in_contacts in your own template.",
            id="content_blocks.E005",
        )
    ]


def _problems(settings: ContentBlocksSettings) -> list[checks.CheckMessage]:
    found: list[checks.CheckMessage] = []
    if not settings.emergency_slug:
        found.append(
            checks.Error(
                f"{SETTING}['EMERGENCY_SLUG'] is empty.",
                hint="Name the contact route of 999.",
                id="content_blocks.E002",
            )
        )
    if settings.fallback_slugs[:1] != (settings.emergency_slug,):
        found.append(
            checks.Error(
                f"{SETTING}['FALLBACK_SLUGS'] does not begin with the emergency route.",
                hint=f"Put {settings.emergency_slug!r} first.",
                id="content_blocks.E003",
            )
        )
    address = urlsplit(settings.gov_uk_url)
    if address.scheme != "https" or not f".{address.hostname}".endswith(".gov.uk"):
        found.append(
            checks.Error(
                f"{SETTING}['GOV_UK_URL'] is not an https address of gov.uk.",
                id="content_blocks.E004",
            )
        )
    if GOV_UK_SLUG in settings.audience_fallbacks.get(Audience.WHISTLEBLOWER, ()):
        found.append(
            checks.Error(
                f"{SETTING}['AUDIENCE_FALLBACKS'] sends people who speak up about their workplace "
                "to the council.",
                hint=f"Take {GOV_UK_SLUG!r} out: the council may be their workplace.",
                id="content_blocks.E006",
            )
        )
    return found
