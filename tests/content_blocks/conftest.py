"""Editors with different rights."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

ClientFor = Callable[..., Client]


@pytest.fixture
def client_for(db: None) -> ClientFor:
    """A logged-in client of somebody in a group: `client_for("Editors")`."""

    def make(*groups: str, superuser: bool = False) -> Client:
        name = "-".join(groups) or ("superuser" if superuser else "nobody")
        user = User.objects.create_user(username=name, password="x", is_superuser=superuser)
        user.groups.set(Group.objects.filter(name__in=groups))
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def moderator(client_for: ClientFor) -> Client:
    """A client that may publish facts."""
    return client_for("Moderators")


@pytest.fixture
def editor(client_for: ClientFor) -> Client:
    """A client that may write facts but not publish them."""
    return client_for("Editors")
