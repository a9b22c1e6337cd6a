"""The package's own rules as system checks. They never ask the database."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from content_blocks.conf import SETTING, ContentBlocksSettings, get_settings


@checks.register("content_blocks")
def check_settings(**kwargs: Any) -> list[checks.CheckMessage]:  # noqa: ARG001 - Django's signature
    """`content_blocks.E001` to `E004`: the settings are complete and keep 999 first."""
    try:
        settings = get_settings()
    except (ImproperlyConfigured, TypeError, ValueError) as exc:
        return [checks.Error(str(exc), id="content_blocks.E001")]
    return list(_problems(settings))


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
    return found
