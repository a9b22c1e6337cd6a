"""What must be there before the site can be used: tables, a campaign, somebody who may edit it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management import call_command, get_commands
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from cms_site.local_secrets import read_or_create

EDITOR = "editor"
DEMONSTRATION = Path(__file__).resolve().parent / "campaigns" / "rotherham"


@dataclass(frozen=True, slots=True)
class Login:
    """How to get into the editor.

    Attributes:
        username: the name to log in with.
        password: None when somebody has changed it since; then only they know it.
    """

    username: str
    password: str | None


@contextmanager
def progress(what: str) -> Iterator[None]:
    """Say what is being done before it starts, and afterwards how long it took."""
    began = time.monotonic()
    sys.stdout.write(f"  {what} … ")
    sys.stdout.flush()
    yield
    sys.stdout.write(f"{time.monotonic() - began:.1f} s\n")


def migrate() -> None:
    """Bring the tables up to date. Quick when there is nothing to do.

    Asking first saves what `migrate` does even with nothing to apply: it looks at every model's
    permissions and content types.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    with progress("Preparing the database"):
        call_command("migrate", interactive=False, verbosity=0)


def load_demonstration() -> None:
    """Load the demonstration campaign into a site that has no campaign yet."""
    if "load_campaign" in get_commands():
        with progress("Loading the demonstration campaign"):
            call_command(
                "load_campaign", str(DEMONSTRATION), if_empty=True, verbosity=0, stdout=StringIO()
            )


def ensure_editor(folder: Path) -> Login:
    """Make sure that somebody can log in; make them up once.

    Args:
        folder: where the generated password is kept, readable by its owner only.
    """
    users = get_user_model()
    password = read_or_create(folder / "editor_password", length=12)
    user = users.objects.filter(**{users.USERNAME_FIELD: EDITOR}).first()
    if user is None:
        users.objects.create_superuser(EDITOR, email="", password=password)
        return Login(EDITOR, password)
    return Login(EDITOR, password if user.check_password(password) else None)
