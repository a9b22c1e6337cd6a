"""Template tags of releases, for the admin."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.conf import settings
from django.utils.formats import date_format

from campaign.releases.views.release_words import log_text as text_of_entry
from campaign.releases.wall_time import describe, find_zone, to_the_second

register = template.Library()
register.filter("moment", to_the_second)


@register.simple_tag
def on_clock(at: datetime, zone: str = "") -> str:
    """A moment as a clock in `zone` (or the campaign's) shows it, in words, to the minute."""
    return describe(at.replace(second=0, microsecond=0), zone or settings.TIME_ZONE)


@register.simple_tag
def short_clock(at: datetime, zone: str = "") -> str:
    """A moment on that clock in figures, where the table says whose clock it is."""
    return date_format(at.astimezone(find_zone(zone or settings.TIME_ZONE)), "j M Y, H:i")


@register.filter
def log_text(entry: Any) -> str:
    """What an entry of a release's history says."""
    return text_of_entry(entry)
