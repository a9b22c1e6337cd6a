"""`{% load campaign_alerts %}`: the alerts that every page shows."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from campaign.releases import alerts
from campaign.releases.alerts import PREVIEW_PARAMETER, ShownAlert

logger = logging.getLogger(__name__)
register = template.Library()


@register.inclusion_tag("campaign_releases/alerts/banner.html", takes_context=True)
def emergency_alerts(context: dict[str, Any]) -> dict[str, Any]:
    """Show the alerts of the active language; nothing at all where there are none.

    A page never fails because of them: without them it still has the numbers to call.
    """
    request = context.get("request")
    language = get_language() or settings.LANGUAGE_CODE
    try:
        return {"alerts": _alerts(request, language)}
    except Exception:
        logger.exception("Alerts could not be read", extra={"event": "alerts_failed"})
        return {"alerts": []}


def _alerts(request: HttpRequest | None, language: str) -> list[ShownAlert]:
    at = timezone.now()
    found = alerts.current(language, at)
    if request is None:
        return found
    key = _preview_key(request)
    if key:
        shown = {one.pk for one in found}
        found = [*(one for one in alerts.preview(key, language) if one.pk not in shown), *found]
    if alerts.any_drill(at) and _is_editor(request):
        known = {one.pk for one in found}
        drills = alerts.current(language, at, drills=True)
        found = [*found, *(one for one in drills if one.pk not in known)]
    if key or any(one.drill for one in found):
        request.campaign_alert_is_personal = True  # type: ignore[attr-defined]
    return found


def _preview_key(request: HttpRequest) -> str:
    given = request.GET.get(PREVIEW_PARAMETER, "")
    try:
        return str(UUID(given)) if given else ""
    except ValueError:
        return ""


def _is_editor(request: HttpRequest) -> bool:
    """Whether somebody is logged in to the editor. A reader, who has no cookie, is not asked."""
    user = getattr(request, "user", None)
    if user is None or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    return bool(user.is_active and user.has_perm("wagtailadmin.access_admin"))
