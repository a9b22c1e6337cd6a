"""An app whose effects write a line to a file when they begin and when they end.

Only for tests in which real workers carry them out: `effects_settings` installs it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig


class NotingConfig(AppConfig):
    """Registers the kind `note`."""

    name = "tests.campaign.releases.noting"
    label = "noting"

    def ready(self) -> None:
        """Register the kind."""
        from campaign.releases.effects import register_kind  # noqa: PLC0415 - models are there now

        register_kind("note", note)


def notes() -> list[list[str]]:
    """Every line so far: `begin` or `end`, address, number."""
    path = Path(os.environ["VAR_DIR"]) / "notes"
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []


def note(wanted: Sequence[Any]) -> None:
    """Write both lines; take as long in between as the payload says, but only the first time."""
    for effect in wanted:
        line = f"{effect.address or '-'} {effect.payload['n']}"
        again = ["begin", *line.split()] in notes()
        _write(f"begin {line}")
        time.sleep(0 if again else effect.payload.get("seconds", 0))
        _write(f"end {line}")


def _write(line: str) -> None:
    descriptor = os.open(
        Path(os.environ["VAR_DIR"]) / "notes", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600
    )
    try:
        os.write(descriptor, f"{line}\n".encode())
    finally:
        os.close(descriptor)
