from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from wagtail.models import Page

from campaign.releases import ledger
from campaign.releases.enums import Cause, LedgerChange
from campaign.releases.exceptions import LedgerIsAppendOnlyError
from campaign.releases.gate import Acting, PublicChange, acting
from campaign.releases.models import LedgerContent, LedgerEntry, append_only
from tests.factories.content_blocks import ContactRouteFactory
from tests.factories.pages import GuidancePageFactory, SectionPageFactory, campaign_home

pytestmark = pytest.mark.django_db


def rows(address: str = "") -> list[tuple[str, str]]:
    """Address and change of every entry, in the order in which they were written."""
    entries = LedgerEntry.objects.order_by("pk")
    if address:
        entries = entries.filter(address=address)
    return list(entries.values_list("address", "change"))


@pytest.fixture
def page() -> Any:
    page = GuidancePageFactory(parent=campaign_home(), title="Hotels", slug="hotels")
    return page


def publish(page: Any, **fields: Any) -> Any:
    for name, value in fields.items():
        setattr(page, name, value)
    revision = page.save_revision()
    revision.publish()
    page.refresh_from_db()
    return revision


def test_a_page_is_recorded_as_it_is_published_changed_and_withdrawn(page: Any) -> None:
    publish(page, title="Hotels and guest houses")
    page.unpublish()
    publish(page)

    assert rows("/en/hotels/") == [
        ("/en/hotels/", LedgerChange.SHOWN),
        ("/en/hotels/", LedgerChange.CHANGED),
        ("/en/hotels/", LedgerChange.GONE),
        ("/en/hotels/", LedgerChange.SHOWN),
    ]


def test_saving_the_same_again_is_no_entry(page: Any) -> None:
    before = rows()
    publish(page)
    publish(page)

    assert rows() == before


def statement(table: str, kind: str) -> str:
    column = "title" if table == append_only.ENTRIES else "refers_to"
    return {
        "update": f"UPDATE {table} SET {column} = '[]'",
        "delete": f"DELETE FROM {table}",
        "replace": f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
        if table == append_only.ENTRIES
        else f"INSERT OR REPLACE INTO {table} SELECT hash, '{{}}', refers_to FROM {table}",
        "truncate": f"TRUNCATE {', '.join(append_only.TABLES)}",
    }[kind]


@pytest.mark.parametrize("table", append_only.TABLES)
@pytest.mark.parametrize("kind", ["update", "delete", "replace", "truncate"])
def test_the_database_itself_refuses_to_change_it(page: Any, table: str, kind: str) -> None:
    if (kind == "replace", kind == "truncate") == (
        connection.vendor == "postgresql",
        connection.vendor == "sqlite",
    ):
        pytest.skip("not a statement of this database")
    held = list(LedgerEntry.objects.values()), list(LedgerContent.objects.values())

    with (
        pytest.raises(DatabaseError, match="The ledger is append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement(table, kind))

    assert held == (list(LedgerEntry.objects.values()), list(LedgerContent.objects.values()))
