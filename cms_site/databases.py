"""From one address in the environment to a database that holds up under several processes."""

from __future__ import annotations

from typing import Any

import environ

SQLITE_OPTIONS: dict[str, Any] = {
    # Wagtail reads and then writes in one transaction. Deferred transactions fail there at once
    # with "database is locked", whatever the timeout; WAL alone does not help.
    "transaction_mode": "IMMEDIATE",
    # Longer than the largest release takes to be written (docs/decisions/0023-on-the-moment.md).
    "timeout": 60,
    "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
}


def database(url: str) -> dict[str, Any]:
    """Django's settings for one database.

    Args:
        url: `sqlite:////absolute/file`, `sqlite://:memory:` or
            `postgresql://user:password@host:5432/name`.
    """
    config: dict[str, Any] = environ.Env.db_url_config(url)
    if config["ENGINE"] == "django.db.backends.sqlite3":
        config["OPTIONS"] = SQLITE_OPTIONS | config.get("OPTIONS", {})
    else:
        config["CONN_MAX_AGE"] = 60
        config["CONN_HEALTH_CHECKS"] = True
    return config
