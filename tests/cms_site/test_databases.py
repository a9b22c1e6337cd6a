from __future__ import annotations

from cms_site.databases import SQLITE_OPTIONS, database


def test_sqlite_is_set_up_for_several_processes() -> None:
    config = database("sqlite:////folder/db.sqlite3")

    assert config["NAME"] == "/folder/db.sqlite3"
    assert config["OPTIONS"] == SQLITE_OPTIONS
    assert SQLITE_OPTIONS == {
        "transaction_mode": "IMMEDIATE",
        "timeout": 60,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
    }


def test_postgresql_connections_are_kept_and_checked() -> None:
    config = database("postgresql://someone:word@db.example:5433/waymark")

    assert (config["ENGINE"], config["HOST"], config["PORT"], config["NAME"]) == (
        "django.db.backends.postgresql",
        "db.example",
        5433,
        "waymark",
    )
    assert (config["CONN_MAX_AGE"], config["CONN_HEALTH_CHECKS"]) == (60, True)
    assert config.get("OPTIONS", {}) == {}
