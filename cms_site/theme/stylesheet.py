"""The built stylesheet as the pages carry it, and its CSP hash.

Every page holds the whole sheet in its head: at a two second round trip, the number of round trips
decides when a reader sees the page, not the few kilobytes (docs/decisions/0009-own-stylesheet.md).

This module imports nothing of Django's, so that settings can ask it for the hash.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from campaign.pages.inline import csp_hash

BUILT = Path(__file__).resolve().parent / "theme.css"
"""The one built, committed file."""

Scheme = Literal["auto", "light", "dark"]

_DARK_QUERY = "(prefers-color-scheme:dark)"
_FORCED = {"light": "not all", "dark": "all"}


@cache
def stylesheet(scheme: Scheme = "auto") -> str:
    """Return the stylesheet.

    Args:
        scheme: `auto` follows the reader's system, as public pages do; `light` and `dark` force
            one, for the style page.
    """
    css = BUILT.read_text(encoding="utf-8")
    if scheme == "auto":
        return css
    return css.replace(f"@media {_DARK_QUERY}", f"@media {_FORCED[scheme]}").replace(
        "color-scheme:light dark", f"color-scheme:{scheme}"
    )


def style_sources(scheme: Scheme = "auto") -> tuple[str, ...]:
    """Return the `style-src` hashes that allow the inline stylesheet."""
    return (csp_hash(stylesheet(scheme)),)
