"""How rows are locked."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("campaign", "cms_site", "content_blocks", "translations")


def locks(source: str) -> Iterator[tuple[int, set[str | None]]]:
    """Each call of `select_for_update`: its line, and the names of what it is given."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "select_for_update"
        ):
            yield node.lineno, {keyword.arg for keyword in node.keywords}


@pytest.mark.parametrize("room", ROOMS)
def test_no_lock_keeps_others_from_pointing_to_a_row(room: str) -> None:
    """PostgreSQL checks foreign keys at the commit, and locks the rows they point to for that.

    A plain FOR UPDATE makes such a commit wait; two that wait for each other end in a deadlock, in
    a COMMIT, where nothing expects it. FOR NO KEY UPDATE keeps out whoever would change or lock the
    row, and nobody else.
    """
    strict = [
        f"{file.relative_to(ROOT)}:{line}"
        for file in sorted((ROOT / room).rglob("*.py"))
        for line, given in locks(file.read_text())
        if "no_key" not in given
    ]

    assert strict == []


def test_a_strict_lock_would_be_found() -> None:
    assert list(locks("rows.select_for_update(of=('self',)).get()")) == [(1, {"of"})]
