"""The room's settings: one dictionary, `CAMPAIGN_PAGES`, read when needed.

| Key | Default | Meaning |
|---|---|---|
| `SHARED_CACHE_SECONDS` | 0 | How long a CDN may keep a public page that is not about support. 0: not at all. At most 50, whatever is set: an alert must be on every page within a minute. Only set it where something purges the CDN when a page ends. |
"""  # noqa: E501

from __future__ import annotations

from django.conf import settings

LONGEST_SHARED_SECONDS = 50
"""An alert is on every page within 60 seconds: this long in a CDN, and 5 in our own cache."""


def shared_cache_seconds() -> int:
    """How many seconds a shared cache may keep a page; 0 means it may not."""
    value = getattr(settings, "CAMPAIGN_PAGES", {}).get("SHARED_CACHE_SECONDS", 0)
    return min(int(value), LONGEST_SHARED_SECONDS)
