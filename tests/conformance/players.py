"""The processes that play the scenarios, one for each site."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cached_property
from pathlib import Path

import pytest

from tests.conformance.situations import Observed

PROJECT = Path(__file__).resolve().parents[2]
SITES = ("stock", "waymark")
PATIENCE = 900


def environment_of(site: str, folder: Path) -> dict[str, str]:
    """A folder and a database for one site: a file, or one on the server of `DATABASE_URL`."""
    database, name = os.environ.get("DATABASE_URL", ""), f"conformance_{site}_{os.getpid()}"
    if not database.startswith("postgres"):
        name = str(folder / "played.sqlite3")
        database = f"sqlite:///{folder / 'db.sqlite3'}"
    return os.environ | {
        "VAR_DIR": str(folder),
        "CONFORMANCE_DATABASE": database,
        "CONFORMANCE_DATABASE_NAME": name,
        "CELERY_BROKER_URL": "memory://",
        "LOG_LEVEL": "CRITICAL",
    }


class Player:
    """What the scenarios observe on one site, as `play.py` writes it: a line of JSON for each."""

    def __init__(self, site: str, codes: list[str], folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.conformance.play", site, *codes],
            cwd=PROJECT,
            env=environment_of(site, folder),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @cached_property
    def played(self) -> tuple[str, str]:
        """The lines, and whatever else the process said."""
        return self._process.communicate(timeout=PATIENCE)

    def observed(self, code: str) -> Observed:
        """What one scenario observed; fails with the scenario's own error if it broke down."""
        lines, said = self.played
        results = {line["code"]: line for line in map(json.loads, lines.splitlines())}
        result = results.get(code, {"error": said})
        if "error" in result:
            pytest.fail(result["error"], pytrace=False)
        return result["observed"]

    def close(self) -> None:
        """End the process, should it still run."""
        self._process.kill()
        self._process.communicate()


class Record(Player):
    """What another run observed, from the file in which it was kept."""

    def __init__(self, file: Path) -> None:
        self.played = (file.read_text(), "")

    def close(self) -> None:
        """Nothing runs."""
