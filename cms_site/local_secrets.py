"""Secrets of the embedded default: made once on this machine, readable by its owner only."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path


def read_or_create(path: Path, *, length: int) -> str:
    """The secret in a file; a new random one if the file does not exist yet.

    Several processes may ask at once: all get the same secret, and nobody reads half of one.

    Args:
        path: where it is kept, with mode 0600.
        length: how many random bytes a new one holds.

    Raises:
        OSError: the folder cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # mkstemp makes the file with mode 0600.
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        draft = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(secrets.token_urlsafe(length))
            path.hardlink_to(draft)
        except FileExistsError:
            pass  # another process was quicker: use its secret
        finally:
            draft.unlink()
    return path.read_text(encoding="utf-8")
