"""Registrations in Wagtail's admin, one module for each part. Wagtail finds them through here."""

from __future__ import annotations

from campaign.releases.wagtail_hooks import (
    due_work,
    effects,
    ledger,
    release_log,
    set_times,
    takedowns,
)

__all__ = ["due_work", "effects", "ledger", "release_log", "set_times", "takedowns"]
