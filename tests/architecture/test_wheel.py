"""A built wheel carries everything that stands beside the modules."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("campaign", "cms_site", "content_blocks", "translations")

pytestmark = pytest.mark.one_database


def files_of_packages(root: Path) -> set[str]:
    return {
        path.relative_to(root).as_posix()
        for package in PACKAGES
        for path in (root / package).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


def test_wheel_carries_every_file_of_the_packages(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, project / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, project)
    expected = files_of_packages(project)
    build = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"

    # Setuptools builds in the current folder and leaves its own files there.
    subprocess.run(
        [sys.executable, "-c", build, str(tmp_path / "dist")],
        cwd=project,
        check=True,
        capture_output=True,
    )

    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with ZipFile(wheel) as archive:
        carried = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert carried == expected
