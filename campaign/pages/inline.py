"""The two short scripts that a public page carries inside itself, and their CSP hashes.

Everything readable works without them. They are static text: what differs from page to page (the
exit address, the words) is in attributes of the page, so one hash in the Content-Security-Policy
covers every page (docs/decisions/0010-exit-this-page.md).

This module imports nothing of Django's, so that settings can ask it for the hashes.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

_SOURCES = Path(__file__).resolve().parent / "inline"

SCRIPTS = ("guard", "exit")
"""The scripts by name: `guard` stands first in the head, `exit` last in the body."""


@cache
def script_text(name: str) -> str:
    """Return the script as it stands in the page: its source without comments and indentation.

    Args:
        name: one of `SCRIPTS`.

    Raises:
        KeyError: there is no such script.
    """
    if name not in SCRIPTS:
        raise KeyError(name)
    source = (_SOURCES / f"{name}.js").read_text(encoding="utf-8")
    without_comments = re.sub(r"^\s*//.*$", "", source, flags=re.MULTILINE)
    return "\n".join(line.strip() for line in without_comments.splitlines() if line.strip())


def csp_hash(text: str) -> str:
    """Return the CSP source expression that allows exactly this inline text."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def script_sources() -> tuple[str, ...]:
    """Return the `script-src` hashes of the inline scripts, in the order of `SCRIPTS`."""
    return tuple(csp_hash(script_text(name)) for name in SCRIPTS)
