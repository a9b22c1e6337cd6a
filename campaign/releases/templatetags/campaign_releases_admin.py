"""What every admin page says when nothing publishes any more."""

from __future__ import annotations

from datetime import timedelta

from django import template
from django.utils import timezone

from campaign.releases.heartbeats import is_silent, silence

register = template.Library()


@register.inclusion_tag("campaign_releases/stopped_banner.html", takes_context=True)
def stopped_publisher_banner(context: template.Context) -> dict[str, object]:
    """Warn when no worker and no command has given a sign of life for too long."""
    at = timezone.now()
    silent_for: timedelta | None = silence(at=at)
    return {
        "silent": is_silent(at=at),
        "last_beat": None if silent_for is None else at - silent_for,
        "perms": context.get("perms"),
    }
