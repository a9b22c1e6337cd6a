"""What the stock groups may do from the first day."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import connection

pytestmark = pytest.mark.django_db

MODELS = ("contactroute", "glossaryterm", "hotspot", "sign")
migration = import_module("content_blocks.migrations.0002_group_permissions")


def codenames(group: str) -> set[str]:
    return set(
        Group.objects.get(name=group)
        .permissions.filter(content_type__app_label="content_blocks")
        .values_list("codename", flat=True)
    )


def expected(*actions: str) -> set[str]:
    return {f"{action}_{model}" for action in actions for model in MODELS}


def test_stock_groups_have_their_rights():
    assert codenames("Editors") == expected("add", "change", "view")
    assert codenames("Moderators") == expected(
        "add", "change", "view", "delete", "publish", "lock", "unlock"
    )


def test_rights_are_those_that_django_and_wagtail_look_for():
    made = Permission.objects.filter(content_type__app_label="content_blocks")

    assert {item.codename for item in made if item.content_type.model in MODELS} == expected(
        "add", "change", "view", "delete", "publish", "lock", "unlock"
    )


def test_grant_can_be_taken_back_and_given_again():
    # Of the schema editor the migration needs the connection only.
    editor = SimpleNamespace(connection=connection)

    migration.revoke(apps, editor)
    assert codenames("Editors") == codenames("Moderators") == set()
    Group.objects.filter(name="Editors").update(name="Writers")
    migration.grant(apps, editor)

    assert codenames("Writers") == set()
    assert codenames("Moderators") != set()
