"""Moments in the ledger, to the second and never without their distance from UTC."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.dateformat import format as format_date

from campaign.releases.wall_time import name_of_offset

register = template.Library()


@register.filter
def moment(at: datetime) -> str:
    """By the reader's own clock: "Sat 3 April 2027, 10:30:00 BST".

    Django leaves the zone out in the hour that clocks show twice, where it matters most.
    """
    local = timezone.localtime(at)
    return f"{format_date(local.replace(tzinfo=None), 'D j F Y, H:i:s')} {name_of_offset(local)}"
