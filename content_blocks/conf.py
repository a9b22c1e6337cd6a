"""The settings of this package: one dictionary, `CONTENT_BLOCKS`, read into a frozen record.

| Key | Default | Meaning |
|---|---|---|
| `EMERGENCY_SLUG` | `"999"` | the contact route that is always first and always present |
| `FALLBACK_SLUGS` | `("999", "101")` | what readers are given while a route is being checked |
| `GOV_UK_URL` | report child abuse to a local council | the last line of the fallback |
| `AUDIENCE_FALLBACKS` | see below | what people of one audience are given instead |

`AUDIENCE_FALLBACKS` maps an audience to slugs; an audience that the setting does not name keeps its
default. An empty list means the general fallback.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.dispatch import receiver

from content_blocks.enums import Audience

SETTING = "CONTENT_BLOCKS"

#: The built-in line of the fallback that leads to the council of a place.
GOV_UK_SLUG = "gov-uk"

#: Where some readers are sent while their route is being checked, after 999. Somebody who was
#: abused, or who speaks up about their workplace, is not sent to the council or the police by
#: default. In the order in which they are shown.
AUDIENCE_FALLBACKS: dict[str, tuple[str, ...]] = {
    Audience.CHILD.value: ("childline",),
    Audience.SURVIVOR.value: ("napac", "survivors-trust", "gov-uk-support-list"),
    Audience.FAMILY.value: ("survivors-trust", "gov-uk-support-list"),
    Audience.WHISTLEBLOWER.value: ("nspcc-whistleblowing",),
}


@dataclass(frozen=True, slots=True)
class ContentBlocksSettings:
    """What `CONTENT_BLOCKS` says, with defaults; see the table above."""

    emergency_slug: str = "999"
    fallback_slugs: tuple[str, ...] = ("999", "101")
    gov_uk_url: str = "https://www.gov.uk/report-child-abuse-to-local-council"
    audience_fallbacks: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: AUDIENCE_FALLBACKS
    )


@cache
def get_settings() -> ContentBlocksSettings:
    """Return the settings.

    Raises:
        ImproperlyConfigured: `CONTENT_BLOCKS` holds a key that does not exist.
    """
    given: dict[str, Any] = dict(getattr(settings, SETTING, {}))
    known = {item.name.upper(): item.name for item in fields(ContentBlocksSettings)}
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ImproperlyConfigured(
            f"{SETTING} has unknown keys: {', '.join(unknown)}. Known keys: {', '.join(known)}."
        )
    values = {known[key]: value for key, value in given.items()}
    if "fallback_slugs" in values:
        values["fallback_slugs"] = tuple(values["fallback_slugs"])
    if "audience_fallbacks" in values:
        values["audience_fallbacks"] = AUDIENCE_FALLBACKS | _slugs_by_audience(
            values["audience_fallbacks"]
        )
    return ContentBlocksSettings(**values)


def _slugs_by_audience(given: Any) -> dict[str, tuple[str, ...]]:
    """Read `AUDIENCE_FALLBACKS`.

    Raises:
        ImproperlyConfigured: it is no mapping, an audience does not exist, or its slugs are not a
            list of names.
    """
    if not isinstance(given, Mapping):
        raise ImproperlyConfigured(f"{SETTING}['AUDIENCE_FALLBACKS'] is not a mapping.")
    unknown = sorted(set(map(str, given)) - set(Audience.values))
    if unknown:
        raise ImproperlyConfigured(
            f"{SETTING}['AUDIENCE_FALLBACKS'] has unknown audiences: {', '.join(unknown)}. "
            f"Known audiences: {', '.join(Audience.values)}."
        )
    for audience, slugs in given.items():
        if not isinstance(slugs, list | tuple) or not all(
            isinstance(slug, str) and slug for slug in slugs
        ):
            raise ImproperlyConfigured(
                f"{SETTING}['AUDIENCE_FALLBACKS'][{str(audience)!r}] is not a list of slugs."
            )
    return {str(audience): tuple(slugs) for audience, slugs in given.items()}


@receiver(setting_changed)
def reset_settings(*, setting: str, **kwargs: object) -> None:  # noqa: ARG001 - signal signature
    """Read the settings again after a test changed them."""
    if setting == SETTING:
        get_settings.cache_clear()
