"""Build the stylesheet: join the parts, lower them for old phones, take out the comments.

Needs `lightningcss`, a development dependency; a running site only reads the built file.
"""

from __future__ import annotations

from pathlib import Path

import lightningcss

SOURCES = Path(__file__).resolve().parent / "css"

PARTS = ("tokens", "base", "layout", "blocks", "pages", "alerts", "print", "contrast")
"""The parts in the order in which they are joined: later ones may override earlier ones."""

# The oldest browsers whose layout must be right. Both know the inline margin, padding and border
# longhands, so nothing is lowered to a list of right-to-left languages, which would go wrong for a
# language that is not on the list (docs/decisions/0009-own-stylesheet.md).
BROWSERS = ["chrome 69", "safari 12.1", "firefox 68"]


def joined_sources() -> str:
    """Return the sources as one text, in order."""
    return "\n".join((SOURCES / f"{part}.css").read_text(encoding="utf-8") for part in PARTS)


def build_css() -> str:
    """Return the stylesheet as it is to be committed."""
    css: str = lightningcss.process_stylesheet(
        joined_sources(), filename="theme.css", browsers_list=BROWSERS, minify=True
    )
    return css.strip() + "\n"
