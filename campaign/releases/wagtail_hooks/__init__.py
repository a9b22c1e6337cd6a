"""Registrations in Wagtail's admin, one module for each part. Wagtail finds them through here."""

from __future__ import annotations

from campaign.releases.wagtail_hooks import (
    alerts,
    due_work,
    effects,
    exposure,
    ledger,
    release_log,
    releases,
    set_times,
    takedowns,
)

__all__ = [
    "alerts",
    "due_work",
    "effects",
    "exposure",
    "ledger",
    "release_log",
    "releases",
    "set_times",
    "takedowns",
]
