"""The records of what goes out, when, and what became of it."""

from __future__ import annotations

from campaign.releases.models.due_work import DueAttempt, DueWork, Heartbeat, Identity
from campaign.releases.models.releases import (
    OwedTranslation,
    Release,
    ReleaseCheck,
    ReleaseItem,
    ReleaseLanguage,
)

__all__ = [
    "DueAttempt",
    "DueWork",
    "Heartbeat",
    "Identity",
    "OwedTranslation",
    "Release",
    "ReleaseCheck",
    "ReleaseItem",
    "ReleaseLanguage",
]
