"""The records of what goes out, when, and what became of it."""

from __future__ import annotations

from campaign.releases.models.due_work import DueAttempt, DueWork, Heartbeat, Identity

__all__ = ["DueAttempt", "DueWork", "Heartbeat", "Identity"]
