"""Tell a person what happened to the thing they scheduled."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from campaign.releases.models import DueWork


def tell_owner(work: DueWork) -> bool:
    """Send the owner of an item an e-mail about its state; False when there is nobody to tell.

    The text is in the owner's own admin language and gives the time in their own zone.
    """
    owner = work.owner
    if owner is None or not owner.email or not owner.is_active:
        return False
    profile = getattr(owner, "wagtail_userprofile", None)
    language = (profile and profile.preferred_language) or settings.LANGUAGE_CODE
    zone = (profile and profile.current_time_zone) or settings.TIME_ZONE
    context = {
        "work": work,
        "report_url": settings.WAGTAILADMIN_BASE_URL.rstrip("/")
        + reverse("campaign_releases:due_work"),
    }
    with translation.override(language), timezone.override(zone):
        subject = render_to_string("campaign_releases/email/due_work_subject.txt", context)
        body = render_to_string("campaign_releases/email/due_work.txt", context)
    send_mail(" ".join(subject.split()), body, None, [owner.email])
    return True
