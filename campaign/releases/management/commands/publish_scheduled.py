"""Wagtail's command name, with our use case behind it.

Wagtail's own command loses a schedule when publishing fails, stops at the first error, and
publishes twice when two copies run. Cron jobs and habits that call it by name are safe here.
"""

from __future__ import annotations

from campaign.releases.management.commands.publish_due import Command

__all__ = ["Command"]
