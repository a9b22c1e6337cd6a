"""What keeps the ledger append-only: triggers in the database itself.

Django's models refuse too, with a clearer error, but only the database stops bulk queries, raw SQL
and other programs. Both databases answer with an IntegrityError that carries `MESSAGE`.

Whoever owns the tables can still drop a trigger on purpose. Nothing here makes that easier: there
is no setting, flag or function that lets a row be changed. Tests that empty all tables take the
triggers away for that moment (tests/first_rows.py).
"""

from __future__ import annotations

from typing import Any

ENTRIES = "campaign_releases_ledgerentry"
CONTENTS = "campaign_releases_ledgercontent"
TABLES = (ENTRIES, CONTENTS)
MESSAGE = "The ledger is append-only: what was recorded is never changed or removed."

_FUNCTION = "campaign_releases_refuse_ledger_change"
_CREATE_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation', DETAIL = TG_OP;
END
$$
"""


def install(connection: Any) -> None:
    """Put the triggers on those of the two tables that exist; those already there are replaced.

    SQLite loses the triggers of a table when a migration remakes it, so this runs after every
    `migrate` as well.
    """
    with connection.cursor() as cursor:
        existing = [
            table for table in TABLES if table in connection.introspection.table_names(cursor)
        ]
        for statement in creation(connection.vendor, existing):
            cursor.execute(statement)


def remove(connection: Any) -> None:
    """Take the triggers away, to take back the migration that made the tables."""
    with connection.cursor() as cursor:
        for statement in removal(connection.vendor):
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP FUNCTION IF EXISTS {_FUNCTION}()")


def missing(connection: Any) -> list[str]:
    """The names of the triggers that should be on the tables there are, and are not."""
    query = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = {name for (name,) in cursor.fetchall()}
        tables = [
            table for table in TABLES if table in connection.introspection.table_names(cursor)
        ]
    return [
        name for table in tables for name in _names(connection.vendor, table) if name not in found
    ]


def creation(vendor: str, tables: Any = TABLES) -> list[str]:
    """The statements that make the triggers anew."""
    if vendor == "postgresql":
        statements = [_CREATE_FUNCTION] if tables else []
        for table in tables:
            rows, whole = _names(vendor, table)
            statements += [
                f"CREATE OR REPLACE TRIGGER {rows} BEFORE UPDATE OR DELETE ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {_FUNCTION}()",
                f"CREATE OR REPLACE TRIGGER {whole} BEFORE TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {_FUNCTION}()",
            ]
        return statements
    statements = []
    refuse = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    for table in tables:
        update, delete, insert = _names(vendor, table)
        statements += [
            *(f"DROP TRIGGER IF EXISTS {name}" for name in (update, delete, insert)),
            f"CREATE TRIGGER {update} BEFORE UPDATE ON {table} {refuse}",
            f"CREATE TRIGGER {delete} BEFORE DELETE ON {table} {refuse}",
            f"CREATE TRIGGER {insert} BEFORE INSERT ON {table} WHEN {_REPLACED[table]} {refuse}",
        ]
    return statements


_REPLACED = {
    # INSERT OR REPLACE removes the former row without any delete trigger.
    ENTRIES: f"EXISTS (SELECT 1 FROM {ENTRIES} WHERE id = NEW.id)",  # noqa: S608 - our own names
    # Recording the same content once more is no change.
    CONTENTS: f"EXISTS (SELECT 1 FROM {CONTENTS} WHERE hash = NEW.hash "  # noqa: S608 - as above
    "AND (content IS NOT NEW.content OR refers_to IS NOT NEW.refers_to))",
}


def removal(vendor: str, tables: Any = TABLES) -> list[str]:
    """The statements that take the triggers away."""
    place = " ON {}" if vendor == "postgresql" else ""
    return [
        f"DROP TRIGGER IF EXISTS {name}{place.format(table)}"
        for table in tables
        for name in _names(vendor, table)
    ]


def _names(vendor: str, table: str) -> tuple[str, ...]:
    short = table.removeprefix("campaign_releases_")
    kinds = ("rows", "whole") if vendor == "postgresql" else ("update", "delete", "insert")
    return tuple(f"{short}_is_append_only_{kind}" for kind in kinds)
