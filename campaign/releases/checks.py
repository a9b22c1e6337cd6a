"""The room's own rules as system checks."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.management import get_commands
from django.db import connections
from django.utils.module_loading import import_string

from campaign.releases.conf import get_settings
from campaign.releases.exceptions import ReleasesSettingsError
from campaign.releases.models import append_only


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


GATE_REFUSAL = "campaign.releases.middleware.GateRefusalMiddleware"
TAKEN_DOWN = "campaign.releases.middleware.TakenDownMiddleware"
ANSWER_404_THEMSELVES = frozenset(
    {
        "django.contrib.redirects.middleware.RedirectFallbackMiddleware",
        "django.middleware.locale.LocaleMiddleware",
        "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    }
)
"""With what is derived from them."""


@register()
def check_middleware(**_kwargs: object) -> list[CheckMessage]:
    """E005 to E007: our middleware is missing, or does not see what it has to answer."""
    found: list[CheckMessage] = []
    if GATE_REFUSAL not in settings.MIDDLEWARE:
        found.append(
            Error(
                "GateRefusalMiddleware is not in MIDDLEWARE.",
                hint=f"Add {GATE_REFUSAL!r} at the end: without it an editor whose publication is "
                "refused reads “server error” and not what to do.",
                id="campaign_releases.E005",
            )
        )
    if TAKEN_DOWN not in settings.MIDDLEWARE:
        found.append(
            Error(
                "TakenDownMiddleware is not in MIDDLEWARE.",
                hint=f"Add {TAKEN_DOWN!r} after the middleware of languages and of redirects: "
                "without it what was taken down answers 404, with no explanation and no redirect.",
                id="campaign_releases.E006",
            )
        )
        return found
    inside = settings.MIDDLEWARE[settings.MIDDLEWARE.index(TAKEN_DOWN) + 1 :]
    found += [
        Error(
            f"{name} comes after TakenDownMiddleware in MIDDLEWARE.",
            hint=f"Put it before {TAKEN_DOWN!r}: the one nearer to the end answers a 404 first, "
            "so a redirect or another language would be shown in place of the takedown.",
            id="campaign_releases.E007",
        )
        for name in inside
        if _answers_404_itself(name)
    ]
    return found


def _answers_404_itself(name: str) -> bool:
    bases = getattr(import_string(name), "__mro__", ())  # a function has none
    return not ANSWER_404_THEMSELVES.isdisjoint(
        f"{base.__module__}.{base.__qualname__}" for base in bases
    )


@register()
def check_rules_are_installed(**_kwargs: object) -> list[CheckMessage]:
    """E008: the room that holds the rules of content is not an app, so none is registered."""
    if apps.is_installed("campaign.assurance"):
        return []
    return [
        Error(
            "campaign.assurance is not installed: content is published without its rules.",
            hint="Add 'campaign.assurance' after 'campaign.releases' in INSTALLED_APPS.",
            id="campaign_releases.E008",
        )
    ]


TICK = "campaign_releases.hand_out_due_work"


@register()
def check_tick(**_kwargs: object) -> list[CheckMessage]:
    """W005: Celery beat does not send what publishes.

    Not an error: `manage.py publish_due` from cron does the same, to the minute.
    """
    schedule = getattr(settings, "CELERY_BEAT_SCHEDULE", {})
    if TICK in (entry["task"] for entry in schedule.values()):
        return []
    return [
        Warning(
            f"CELERY_BEAT_SCHEDULE does not send {TICK}.",
            hint="Send it every few seconds. Where cron runs `manage.py publish_due` every minute "
            "instead, add 'campaign_releases.W005' to SILENCED_SYSTEM_CHECKS.",
            id="campaign_releases.W005",
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
                    hint="Set OPTIONS={'transaction_mode': 'IMMEDIATE', 'timeout': 60}: otherwise "
                    "parallel writers fail with 'database is locked' instead of waiting.",
                    id="campaign_releases.W001",
                )
            )
    return found


@register()
def check_nothing_else_purges(**_kwargs: object) -> list[CheckMessage]:
    """E004: Wagtail's own purging is installed beside ours."""
    if not apps.is_installed("wagtail.contrib.frontend_cache"):
        return []
    return [
        Error(
            "wagtail.contrib.frontend_cache is installed.",
            hint="Take it out of INSTALLED_APPS and keep WAGTAILFRONTENDCACHE: campaign.releases "
            "uses its backends. The app itself purges before the transaction is committed, and "
            "forgets what failed.",
            id="campaign_releases.E004",
        )
    ]


@register()
def check_search_backends(**_kwargs: object) -> list[CheckMessage]:
    """W002: a search server is asked inside the publishing transaction."""
    return [
        Warning(
            f"The search backend {name!r} is updated while a page is saved.",
            hint="Set 'AUTO_UPDATE': False: the effect search_index brings it up to date after the "
            "commit and tries again when it fails. Run update_index every night for the rest.",
            id="campaign_releases.W002",
        )
        for name, options in getattr(settings, "WAGTAILSEARCH_BACKENDS", {}).items()
        if options.get("AUTO_UPDATE", True)
        and not options["BACKEND"].startswith(
            ("wagtail.search.backends.database", "modelsearch.backends.database")
        )
    ]


@register(Tags.database)
def check_ledger_is_append_only(
    databases: Sequence[str] | None = None, **_kwargs: object
) -> list[CheckMessage]:
    """W003: the database lets somebody change the ledger (`check --database default`).

    Not an error: `migrate` makes this check too, and puts the triggers back.
    """
    return [
        Warning(
            f"The trigger {trigger} is missing: the ledger can be changed.",
            hint="Run `manage.py migrate`, which puts it back, and `manage.py ledger --verify`.",
            id="campaign_releases.W003",
        )
        for alias in databases or ()
        for trigger in append_only.missing(connections[alias])
    ]


@register()
def check_files_are_served_by_us(**_kwargs: object) -> list[CheckMessage]:
    """W004: pictures or documents have an address that does not ask whether they are public."""
    found = []
    if urlsplit(settings.MEDIA_URL or "").netloc:
        found.append("MEDIA_URL is an address of its own")
    if getattr(settings, "WAGTAILDOCS_SERVE_METHOD", None) in ("direct", "redirect"):
        found.append("WAGTAILDOCS_SERVE_METHOD hands out the address of the file itself")
    if not isinstance(default_storage, FileSystemStorage):
        found.append("the default storage serves its files itself")
    return [
        Warning(
            f"Files can be fetched before they are public: {what}.",
            hint="Let the site serve them (docs/decisions/0022-embargoed-files.md), or keep what "
            "is under embargo out of the library of pictures and documents until its day.",
            id="campaign_releases.W004",
        )
        for what in found
    ]
