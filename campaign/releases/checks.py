"""The room's own rules as system checks."""

from __future__ import annotations

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.management import get_commands

from campaign.releases.conf import get_settings
from campaign.releases.exceptions import ReleasesSettingsError


@register()
def check_settings(**_kwargs: object) -> list[CheckMessage]:
    """E001: CAMPAIGN_RELEASES is wrong."""
    try:
        get_settings()
    except ReleasesSettingsError as error:
        return [Error(str(error), id="campaign_releases.E001")]
    return []


@register()
def check_publish_scheduled_is_ours(**_kwargs: object) -> list[CheckMessage]:
    """E002: `manage.py publish_scheduled` would run Wagtail's command, which loses schedules."""
    if get_commands().get("publish_scheduled") == "campaign.releases":
        return []
    return [
        Error(
            "The command publish_scheduled is not that of campaign.releases.",
            hint="Put 'campaign.releases' before 'wagtail' in INSTALLED_APPS: Wagtail's own "
            "command loses a schedule when publishing fails, and publishes twice in parallel.",
            id="campaign_releases.E002",
        )
    ]


@register()
def check_transactions(**_kwargs: object) -> list[CheckMessage]:
    """W001: SQLite without immediate transactions; E003: ATOMIC_REQUESTS."""
    found: list[CheckMessage] = []
    for alias, options in settings.DATABASES.items():
        if options.get("ATOMIC_REQUESTS"):
            found.append(
                Error(
                    f"Database {alias!r} has ATOMIC_REQUESTS.",
                    hint="Remove it: due work needs its own durable transactions, and on SQLite "
                    "every request would hold the write lock.",
                    id="campaign_releases.E003",
                )
            )
        mode = options.get("OPTIONS", {}).get("transaction_mode")
        if options["ENGINE"].endswith("sqlite3") and mode not in ("IMMEDIATE", "EXCLUSIVE"):
            found.append(
                Warning(
                    f"Database {alias!r} is SQLite without transaction_mode IMMEDIATE.",
                    hint="Set OPTIONS={'transaction_mode': 'IMMEDIATE', 'timeout': 20}: otherwise "
                    "parallel writers fail with 'database is locked' instead of waiting.",
                    id="campaign_releases.W001",
                )
            )
    return found
