"""What the history of a release says."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks

ACTIONS = {
    "create": _("Create release"),
    "edit": _("Describe release"),
    "add": _("Add to release"),
    "remove": _("Remove from release"),
    "pin": _("Choose version"),
    "set_language": _("Set language"),
    "remove_language": _("Remove language"),
    "set_times": _("Set times"),
    "recompute": _("Clocks changed"),
    "approve": _("Approve release"),
    "void_approval": _("Approval no longer stands"),
    "schedule": _("Schedule release"),
    "unschedule": _("Take off the schedule"),
    "publish": _("Release went live"),
    "follow": _("Translation followed"),
    "fail": _("Release failed"),
    "end": _("Release ended"),
    "cancel": _("Cancel release"),
}


@hooks.register("register_log_actions")
def register_release_actions(actions: Any) -> None:
    """Name every entry that the use cases of releases write."""
    for name, label in ACTIONS.items():
        actions.register_action(f"campaign_releases.release.{name}", label, label)
