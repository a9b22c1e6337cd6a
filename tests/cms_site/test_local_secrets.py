from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cms_site.local_secrets import read_or_create


def test_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "key"

    first = read_or_create(path, length=50)

    assert len(first) >= 50
    assert read_or_create(path, length=50) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_two_secrets_differ(tmp_path: Path) -> None:
    assert read_or_create(tmp_path / "a", length=50) != read_or_create(tmp_path / "b", length=50)


def test_many_at_once_get_the_same_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda _: read_or_create(tmp_path / "key", length=50), range(64)))

    assert len(found) == 1


def test_late_process_uses_what_the_quicker_one_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "key"
    path.write_text("theirs", encoding="utf-8")
    monkeypatch.setattr(Path, "exists", lambda _path: False)

    assert read_or_create(path, length=50) == "theirs"
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == [path]
