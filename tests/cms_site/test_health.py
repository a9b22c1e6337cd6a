from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from campaign.releases.gateposts import maintenance
from campaign.releases.health import DueWorkHealth, EffectsHealth
from campaign.releases.ledger import reconcile
from campaign.releases.models import Effect
from cms_site import health
from tests.factories.pages import GuidancePageFactory, campaign_home

GOOD = DueWorkHealth(oldest_overdue_seconds=0.0, overdue=0, failed=0, heartbeat_age_seconds=1.0)


NO_EFFECTS = EffectsHealth(oldest_waiting_seconds=0.0, waiting=0, failed=0)


def facts(**changes: Any) -> Any:
    values = GOOD.as_dict() | changes
    return lambda **_at: DueWorkHealth(**values)


def broken_cursor() -> None:
    raise DatabaseError("gone")


def test_live_asks_no_database(client: Client) -> None:
    # Without the db fixture any query is an error.
    response = client.get("/health/live")

    assert (response.status_code, response.json()) == (200, {"status": "ok", "problems": []})
    assert "no-store" in response["Cache-Control"]
    assert response.cookies == {}


@pytest.mark.django_db
def test_ready_says_when_the_database_is_gone(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/health/ready").status_code == 200

    monkeypatch.setattr(connection, "cursor", broken_cursor)

    for address in ("/health/ready", "/health/deep"):
        response = client.get(address)
        assert (response.status_code, response.json()) == (
            503,
            {"status": "failing", "problems": ["The database does not answer."]},
        )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({}, []),
        ({"oldest_overdue_seconds": 60.0, "overdue": 1}, []),
        (
            {"oldest_overdue_seconds": 61.0, "overdue": 1},
            ["Scheduled work is 61 seconds overdue."],
        ),
        ({"failed": 2}, ["Scheduled items that failed and wait for a person: 2."]),
        ({"heartbeat_age_seconds": None}, ["No worker has run yet."]),
        ({"heartbeat_age_seconds": 120.0}, []),
        ({"heartbeat_age_seconds": 121.0}, ["No worker has run for 121 seconds."]),
    ],
)
def test_deep_wakes_somebody_only_with_a_reason(
    client: Client, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], problems: list[str]
) -> None:
    monkeypatch.setattr(health, "due_work_health", facts(**changes))

    response = client.get("/health/deep")

    assert response.json()["problems"] == problems
    assert response.status_code == (503 if problems else 200)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({}, []),
        ({"oldest_waiting_seconds": 299.0, "waiting": 3}, []),
        (
            {"oldest_waiting_seconds": 301.0, "waiting": 3},
            ["An effect of a publication has waited 301 seconds."],
        ),
        ({"failed": 2}, ["Effects of publications that were given up: 2."]),
    ],
)
def test_deep_knows_of_effects(
    client: Client, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], problems: list[str]
) -> None:
    monkeypatch.setattr(health, "due_work_health", facts())
    monkeypatch.setattr(
        health, "effects_health", lambda **_at: EffectsHealth(**NO_EFFECTS.as_dict() | changes)
    )

    assert client.get("/health/deep").json()["problems"] == problems


@pytest.mark.django_db
def test_deep_counts_the_real_effects(client: Client) -> None:
    now = timezone.now()
    for state, minutes in (("waiting", 6), ("waiting", 1), ("failed", 60), ("failed", 1)):
        Effect.objects.create(
            kind="probe", state=state, created_at=now - timedelta(minutes=minutes)
        )

    found = client.get("/health/deep").json()

    assert 360 <= found["effects"].pop("oldest_waiting_seconds") < 420
    assert found["effects"] == {"waiting": 2, "failed": 2}
    assert found["problems"][-2:] == [
        "Effects of publications that were given up: 2.",
        "An effect of a publication has waited 360 seconds.",
    ]


@pytest.mark.django_db
def test_deep_reads_the_real_facts(client: Client) -> None:
    response = client.get("/health/deep")

    assert response.status_code == 503
    assert response.json()["effects"] == NO_EFFECTS.as_dict()
    assert response.json()["due_work"] == GOOD.as_dict() | {"heartbeat_age_seconds": None}


def test_only_reading_is_allowed(client: Client) -> None:
    assert client.post("/health/live").status_code == 405


@pytest.mark.django_db
def test_deep_mentions_what_the_ledger_does_not_know_and_wakes_nobody(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "due_work_health", facts())
    reconcile(at=timezone.now())
    assert client.get("/health/deep").json()["warnings"] == []
    home = campaign_home()
    assert client.get("/health/deep").json()["warnings"] == []
    with maintenance(reason="Somebody's SQL"), connection.cursor() as cursor:
        cursor.execute("UPDATE wagtailcore_page SET live = %s WHERE id = %s", [False, home.pk])
        GuidancePageFactory(parent=home, draft=True)
        cursor.execute("UPDATE wagtailcore_page SET live = %s", [True])

    response = client.get("/health/deep")

    assert response.status_code == 200
    assert response.json()["warnings"] == [
        "The ledger does not know 1 public pages or records: run `manage.py ledger --begin`."
    ]
