"""Migrations: complete, named by a person, and each can be taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration

ROOT = Path(__file__).resolve().parents[2]
OUR_APPS = [
    config.label
    for config in apps.get_app_configs()
    if Path(config.path).is_relative_to(ROOT) and ".venv" not in config.path
]


def our_migrations() -> list[Migration]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return [
        migration
        for (label, _name), migration in sorted(loader.disk_migrations.items())
        if label in OUR_APPS
    ]


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_there_are_migrations_to_look_at() -> None:
    assert {migration.app_label for migration in our_migrations()} == {
        "campaign_pages",
        "campaign_releases",
        "content_blocks",
    }


def test_migrations_are_named_by_a_person() -> None:
    named_by_django = [
        f"{migration.app_label}.{migration.name}"
        for migration in our_migrations()
        if "_auto_" in migration.name or migration.name.endswith("_more")
    ]

    assert named_by_django == []


def test_every_operation_can_be_taken_back() -> None:
    irreversible = [
        f"{migration.app_label}.{migration.name}: {operation!r}"
        for migration in our_migrations()
        for operation in migration.operations
        if not operation.reversible
    ]

    assert irreversible == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_all_of_it_can_be_taken_back_and_done_again() -> None:
    for label in ("campaign_releases", "campaign_pages", "content_blocks"):
        call_command("migrate", label, "zero", verbosity=0, interactive=False)

    call_command("migrate", verbosity=0, interactive=False)
