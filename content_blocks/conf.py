"""The settings of this package: one dictionary, `CONTENT_BLOCKS`, read into a frozen record.

| Key | Default | Meaning |
|---|---|---|
| `EMERGENCY_SLUG` | `"999"` | the contact route that is always first and always present |
| `FALLBACK_SLUGS` | `("999", "101")` | what readers are given while a route is being checked |
| `GOV_UK_URL` | report child abuse to a local council | the last line of the fallback |
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.dispatch import receiver

SETTING = "CONTENT_BLOCKS"


@dataclass(frozen=True, slots=True)
class ContentBlocksSettings:
    """What `CONTENT_BLOCKS` says, with defaults; see the table above."""

    emergency_slug: str = "999"
    fallback_slugs: tuple[str, ...] = ("999", "101")
    gov_uk_url: str = "https://www.gov.uk/report-child-abuse-to-local-council"


@cache
def get_settings() -> ContentBlocksSettings:
    """Return the settings.

    Raises:
        ImproperlyConfigured: `CONTENT_BLOCKS` holds a key that does not exist.
    """
    given: dict[str, Any] = dict(getattr(settings, SETTING, {}))
    known = {field.name.upper(): field.name for field in fields(ContentBlocksSettings)}
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ImproperlyConfigured(
            f"{SETTING} has unknown keys: {', '.join(unknown)}. Known keys: {', '.join(known)}."
        )
    values = {known[key]: value for key, value in given.items()}
    if "fallback_slugs" in values:
        values["fallback_slugs"] = tuple(values["fallback_slugs"])
    return ContentBlocksSettings(**values)


@receiver(setting_changed)
def reset_settings(*, setting: str, **kwargs: object) -> None:  # noqa: ARG001 - signal signature
    """Read the settings again after a test changed them."""
    if setting == SETTING:
        get_settings.cache_clear()
