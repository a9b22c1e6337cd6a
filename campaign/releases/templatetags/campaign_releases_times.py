"""Template tags of releases, for the admin."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.conf import settings

from campaign.releases.views.release_words import log_text as text_of_entry
from campaign.releases.wall_time import describe

register = template.Library()


@register.simple_tag
def on_clock(at: datetime, zone: str = "") -> str:
    """A moment as a clock in `zone` (or the campaign's) shows it, in words."""
    return describe(at, zone or settings.TIME_ZONE)


@register.filter
def log_text(entry: Any) -> str:
    """What an entry of a release's history says."""
    return text_of_entry(entry)
