"""What the stock groups may do from the first day."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import connection

pytestmark = pytest.mark.django_db

due_work: Any = import_module("campaign.releases.migrations.0002_group_permissions")
table: Any = import_module("campaign.releases.migrations.0008_permissions")

# Every permission of this room that the stock groups hold, literally.
EDITORS = {"view_duework"} | {"view_release", "add_release", "change_release"}
MODERATORS = EDITORS | {"retry_duework", "approve_release"}


def codenames(group: str) -> set[str]:
    found = Group.objects.get(name=group).permissions.filter(
        content_type__app_label="campaign_releases"
    )
    return set(found.values_list("codename", flat=True))


def test_stock_groups_prepare_releases_and_moderators_approve_them() -> None:
    # What later parts grant is in the table too; it is looked at in its own tests.
    mine = {name for model in ("release",) for name in table.GRANTS[model]} | set(due_work.NAMES)

    assert codenames("Editors") & mine == EDITORS
    assert codenames("Moderators") & mine == MODERATORS


def test_the_granted_rights_are_those_that_the_models_declare() -> None:
    made = dict(
        Permission.objects.filter(content_type__app_label="campaign_releases").values_list(
            "codename", "name"
        )
    )
    granted = due_work.NAMES | {
        codename: name
        for permissions in table.GRANTS.values()
        for codename, (name, _groups) in permissions.items()
    }

    assert {codename: made[codename] for codename in granted} == granted


def test_the_grants_can_be_taken_back_and_given_again() -> None:
    # Of the schema editor the migrations need the connection only.
    editor = SimpleNamespace(connection=connection)
    before = codenames("Moderators")

    table.revoke(apps, editor)
    due_work.revoke(apps, editor)
    assert codenames("Editors") == codenames("Moderators") == set()
    Group.objects.filter(name="Editors").update(name="Writers")
    due_work.grant(apps, editor)
    table.grant(apps, editor)

    assert codenames("Writers") == set()
    assert codenames("Moderators") == before
