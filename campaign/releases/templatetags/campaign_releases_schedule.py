"""What is to happen to a page or snippet, in words."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from campaign.releases.set_times import sentences_for

register = template.Library()


@register.simple_tag
def schedule_in_words(thing: Any) -> list[str]:
    """One plain sentence for what is scheduled, and one for what a draft plans."""
    return sentences_for(thing, at=timezone.now())
