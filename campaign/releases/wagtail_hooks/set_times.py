"""The audit log's words for a time that new zone data moved."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from campaign.releases.set_times import TIME_MOVED_ACTION


@hooks.register("register_log_actions")
def register_log_actions(actions: Any) -> None:
    """One entry for each moved time."""
    actions.register_action(
        TIME_MOVED_ACTION,
        _("Move a set time to the moment its clock now shows"),
        _("Moved to another moment: the rules for the clocks have changed"),
    )
