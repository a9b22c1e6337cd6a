"""Takedowns in Wagtail's admin."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from campaign.releases.takedown import PUT_BACK_ACTION, TAKE_DOWN_ACTION


@hooks.register("register_log_actions")
def register_takedown_log_actions(actions: Any) -> None:
    """What the audit log says of takedowns."""
    actions.register_action(TAKE_DOWN_ACTION, _("Take down"), _("Taken down"))
    actions.register_action(PUT_BACK_ACTION, _("Undo takedown"), _("Put back"))
