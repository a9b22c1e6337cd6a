"""Tell a person what happened to the thing they scheduled."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from campaign.releases.effects import label_of
from campaign.releases.models import DueWork, Effect, SetTime
from campaign.releases.wall_time import name_of_place


def tell_owner(work: DueWork) -> bool:
    """Send the owner of an item an e-mail about its state; False when there is nobody to tell.

    The text is in the owner's own admin language and gives the time in their own zone.
    """
    context = {"work": work, "report_url": _report_url()}
    return write_to(work.owner, "campaign_releases/email/due_work", context)


def tell_of_moved_time(set_time: SetTime, *, former: datetime) -> bool:
    """Tell whoever set a time that new zone data made it another moment."""
    revision = set_time.revision
    context = {
        "title": str(set_time.content_object or ""),
        "set_time": set_time,
        "former": former,
        "place": name_of_place(set_time.zone),
        "release": set_time.zone_data.partition("/")[0],
        "report_url": _report_url(),
    }
    owner = set_time.set_by or (revision and revision.user)
    return write_to(owner, "campaign_releases/email/time_moved", context)


def tell_administrators(effect: Effect) -> int:
    """Write to every administrator that an effect was given up; returns how many were told."""
    context = {
        "effect": effect,
        "what": label_of(effect.kind),
        "report_url": settings.WAGTAILADMIN_BASE_URL.rstrip("/")
        + reverse("campaign_releases_effects:report"),
    }
    people = get_user_model()._default_manager.filter(is_superuser=True, is_active=True)
    template = "campaign_releases/email/effect"
    return sum(write_to(person, template, context) for person in people)


def _report_url() -> str:
    return settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse("campaign_releases:due_work")


def write_to(owner: Any, template: str, context: dict[str, Any]) -> bool:
    """Send a person the mail of these templates; False when there is nobody to write to.

    It is in the person's own admin language, and gives times in their own zone.
    """
    if owner is None or not owner.email or not owner.is_active:
        return False
    profile = getattr(owner, "wagtail_userprofile", None)
    language = (profile and profile.preferred_language) or settings.LANGUAGE_CODE
    zone = (profile and profile.current_time_zone) or settings.TIME_ZONE
    with translation.override(language), timezone.override(zone):
        subject = render_to_string(f"{template}_subject.txt", context)
        body = render_to_string(f"{template}.txt", context)
    send_mail(" ".join(subject.split()), body, None, [owner.email])
    return True
