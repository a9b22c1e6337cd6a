"""What the repository holds: the agreed top level, documented settings, nothing of one machine."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.one_database

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = ROOT / "cms_site" / "settings"

TOP_LEVEL = {
    *(".ci", ".editorconfig", ".gitignore", ".pre-commit-config.yaml"),
    *("CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md"),
    *("campaign", "cms_site", "content_blocks", "docs", "manage.py", "pyproject.toml"),
    *("requirements", "tests", "translations"),
}
MACHINE_PATHS = re.compile(r"(?<![\w./])/(?:root|work|farm|home|Users)/[a-z]")
REGISTRY_HOSTS = re.compile(
    r"(?:files\.pythonhosted\.org|pypi\.org|registry\.npmjs\.org|deb\.debian\.org|--index-url)"
)


def tracked() -> list[Path]:
    # The clone may belong to somebody else than who runs the tests.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in names.split("\0") if name and (path := ROOT / name).is_file()]


@pytest.fixture(scope="module")
def files() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("NO GIT: this is not a clone, so what belongs to it cannot be told")
    return tracked()


def texts(files: list[Path]) -> dict[str, str]:
    found = {}
    for path in files:
        if path == Path(__file__):
            continue
        try:
            found[str(path.relative_to(ROOT))] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


def test_top_level_is_exactly_the_agreed_one(files: list[Path]) -> None:
    assert {path.relative_to(ROOT).parts[0] for path in files} == TOP_LEVEL


def test_no_file_names_a_place_on_one_machine(files: list[Path]) -> None:
    assert [name for name, text in texts(files).items() if MACHINE_PATHS.search(text)] == []


def test_no_file_names_a_registry(files: list[Path]) -> None:
    assert [name for name, text in texts(files).items() if REGISTRY_HOSTS.search(text)] == []


def test_no_module_is_named_for_nothing(files: list[Path]) -> None:
    nameless = {"utils.py", "helpers.py", "services.py", "common", "misc.py"}

    assert [str(path) for path in files if nameless & set(path.relative_to(ROOT).parts)] == []


def test_every_setting_from_the_environment_is_in_the_readme() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in SETTINGS.glob("*.py"))
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', code))
    table = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE))

    assert len(read) > 5
    assert table == read | {"DJANGO_SETTINGS_MODULE"}


def test_requirements_carry_hashes_and_no_address() -> None:
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        pinned = re.findall(r"^[a-z0-9.-]+(?:\[[a-z,]+\])?==", text, re.MULTILINE)
        assert len(pinned) > 20, path.name
        assert text.count("--hash=sha256:") >= len(pinned), path.name
        assert "://" not in text, path.name
