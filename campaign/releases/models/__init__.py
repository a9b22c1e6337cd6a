"""The records of what goes out, when, and what became of it."""

from __future__ import annotations

from campaign.releases.models.alerts import Alert, AlertText
from campaign.releases.models.calendar import CalendarFeed
from campaign.releases.models.due_work import DueAttempt, DueWork, Heartbeat, Identity
from campaign.releases.models.effects import Effect
from campaign.releases.models.ledger import LedgerContent, LedgerEntry
from campaign.releases.models.releases import (
    OwedTranslation,
    Release,
    ReleaseCheck,
    ReleaseItem,
    ReleaseLanguage,
)
from campaign.releases.models.set_times import SetTime
from campaign.releases.models.takedowns import Takedown, TakedownAddress, TakedownItem

__all__ = [
    "Alert",
    "AlertText",
    "CalendarFeed",
    "DueAttempt",
    "DueWork",
    "Effect",
    "Heartbeat",
    "Identity",
    "LedgerContent",
    "LedgerEntry",
    "OwedTranslation",
    "Release",
    "ReleaseCheck",
    "ReleaseItem",
    "ReleaseLanguage",
    "SetTime",
    "Takedown",
    "TakedownAddress",
    "TakedownItem",
]
