"""What the stock groups may do from the first day."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import connection

pytestmark = pytest.mark.django_db

migration = import_module("campaign.releases.migrations.0002_group_permissions")


def codenames(group: str) -> set[str]:
    found = Group.objects.get(name=group).permissions.filter(
        content_type__app_label="campaign_releases"
    )
    return set(found.values_list("codename", flat=True))


def test_stock_groups_see_what_is_due_and_moderators_may_try_again() -> None:
    assert codenames("Editors") == {"view_duework"}
    assert codenames("Moderators") == {"view_duework", "retry_duework"}


def test_the_rights_are_those_that_the_model_declares() -> None:
    made = Permission.objects.filter(content_type__app_label="campaign_releases")
    assert dict(made.values_list("codename", "name")) == migration.NAMES


def test_the_grant_can_be_taken_back_and_given_again() -> None:
    # Of the schema editor the migration needs the connection only.
    editor = SimpleNamespace(connection=connection)

    migration.revoke(apps, editor)
    assert codenames("Editors") == codenames("Moderators") == set()
    Group.objects.filter(name="Editors").update(name="Writers")
    migration.grant(apps, editor)

    assert codenames("Writers") == set()
    assert codenames("Moderators") == {"view_duework", "retry_duework"}
