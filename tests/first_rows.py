"""The rows that migrations made (root page, language, groups), for every test in any order.

A test that really commits ends by emptying all tables. Django puts the rows back before the next
such test, and assumes that all others ran earlier: true in one process, not with xdist's groups,
nor for the next run with `--reuse-db`. So they are also put back before any other test, and at the
end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections
from pytest_django.fixtures import validate_django_db

from campaign.releases.models import append_only

_COMMITTING_FIXTURES = {"transactional_db", "live_server", "django_db_reset_sequences"}
_COMMITS = pytest.StashKey[bool]()


class FirstRows:
    """Keeps them, knows whether the tables have been emptied, and fills the tables again."""

    def __init__(self) -> None:
        self.contents: str | None = None
        self.missing = False

    def keep(self) -> None:
        """Take them over from Django, which wrote them down when it made the test database.

        Django looks for them at the connection. While Playwright's event loop runs, the same thread
        has a second connection, so they are put where every connection finds them.
        """
        self.contents = getattr(connection, "_test_serialized_contents", None)
        if self.contents is not None:
            type(connections[DEFAULT_DB_ALIAS])._test_serialized_contents = self.contents

    def note_emptied(self) -> None:
        """Say that a test that commits has ended."""
        self.missing = self.contents is not None

    def put_back(self) -> None:
        """Fill the tables if they were emptied."""
        if self.missing:
            connection.creation.deserialize_db_from_string(self.contents)
            self.missing = False


first_rows = FirstRows()


def mark_if_committing(item: pytest.Item) -> None:
    """Tell pytest-django that a test which commits needs the first rows.

    By the marker: where there is one, it alone decides whether the rows are kept at all.
    """
    names = getattr(item, "fixturenames", ())
    marker = item.get_closest_marker("django_db")
    transaction, reset_sequences, databases, _kept, available_apps = validate_django_db(
        marker or pytest.mark.django_db.mark
    )
    if not (transaction or reset_sequences or _COMMITTING_FIXTURES.intersection(names)):
        return
    item.stash[_COMMITS] = True
    item.add_marker(
        pytest.mark.django_db(
            transaction=True,
            reset_sequences=reset_sequences,
            databases=databases,
            serialized_rollback=True,
            available_apps=available_apps,
        ),
        append=False,
    )


def commits(item: pytest.Item) -> bool:
    """Whether this test empties the tables when it ends."""
    return item.stash.get(_COMMITS, False)


def let_tests_empty_the_ledger() -> None:
    """Take the ledger's triggers away while a test's tables are emptied, and put them back.

    All in the one transaction that empties the tables. The product has no way round them.
    """
    operations: Any = type(connections[DEFAULT_DB_ALIAS].ops)
    if hasattr(operations, "flushes_the_ledger"):
        return
    sql_flush: Callable[..., list[str]] = operations.sql_flush

    def flush(self: Any, style: Any, tables: list[str], **options: Any) -> list[str]:
        vendor = self.connection.vendor
        locked = [table for table in append_only.TABLES if table in tables]
        return [
            *append_only.removal(vendor, locked),
            *sql_flush(self, style, tables, **options),
            *append_only.creation(vendor, locked),
        ]

    operations.sql_flush = flush
    operations.flushes_the_ledger = True
