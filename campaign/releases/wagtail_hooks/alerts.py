"""Alerts in Wagtail's admin."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from campaign.releases.alerts import CHANGE_ACTION, END_ACTION, PUT_BACK_ACTION, SHOW_ACTION


@hooks.register("register_log_actions")
def register_alert_log_actions(actions: Any) -> None:
    """What the audit log says of alerts."""
    actions.register_action(SHOW_ACTION, _("Show alert"), _("Alert shown"))
    actions.register_action(CHANGE_ACTION, _("Change alert"), _("Alert changed"))
    actions.register_action(END_ACTION, _("End alert"), _("Alert ended"))
    actions.register_action(PUT_BACK_ACTION, _("Show alert again"), _("Alert shown again"))
