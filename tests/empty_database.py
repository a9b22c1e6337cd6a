"""One migrated, empty SQLite database for all processes of a run; each works on a copy.

To migrate takes twenty seconds of a processor, and twice that while coverage is measured.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db.backends.signals import connection_created

PROJECT = Path(__file__).resolve().parents[1]


def migrated_file(folder: Path) -> Path:
    """The database in `folder`. The first process that asks makes it, the others wait."""
    file, unfinished = folder / "empty.sqlite3", folder / "unfinished.sqlite3"
    with (folder / "empty.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "--verbosity=0"],
                cwd=PROJECT,
                env=os.environ
                | {
                    "DJANGO_SETTINGS_MODULE": "cms_site.settings.test",
                    "DATABASE_URL": f"sqlite:///{unfinished}",
                },
                check=True,
            )
            unfinished.rename(file)
    return file


def begin_memory_with(file: Path) -> None:
    """Fill the database in memory from `file` when it is first connected to."""

    def fill(connection: Any, **kwargs: Any) -> None:
        if connection.is_in_memory_db():
            with closing(sqlite3.connect(file)) as source:
                source.backup(connection.connection)
            connection_created.disconnect(fill)

    connection_created.connect(fill, weak=False)
