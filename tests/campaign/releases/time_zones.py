"""Real zone data for tests: files as the zone compiler writes them (RFC 8536), with one rule."""

from __future__ import annotations

import struct
from pathlib import Path


def write_zone(folder: Path, name: str, *, hours: int = 0, release: str = "2027a") -> None:
    """Write a zone that is `hours` ahead of UTC for ever, and the release it belongs to."""
    write_rule(folder, name, f"XYZ{-hours}", release=release)


def write_rule(folder: Path, name: str, rule: str, *, release: str = "2027a") -> None:
    """Write a zone that follows one rule (POSIX TZ: `GMT0BST,M3.5.0/1,M10.5.0/2`) for ever."""
    header = struct.pack(">4sc15x6I", b"TZif", b"2", 0, 0, 0, 0, 1, 4)
    first_type = struct.pack(">iBB", 0, 0, 0) + b"XYZ\0"
    block = header + first_type
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(block + block + b"\n" + rule.encode() + b"\n")
    (folder / "tzdata.zi").write_text(f"# version {release}\n" if release else "# none\n")
