"""The import contracts hold, and each of them would notice."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

pytestmark = pytest.mark.one_database

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("campaign", "cms_site", "content_blocks", "translations")
CONFIGURATION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]

# For each contract: what is added where, and what breaks it.
BREAKING = [
    ("house", "content_blocks/enums.py", "import campaign.pages"),
    ("house", "translations/languages.py", "import content_blocks.enums"),
    ("house", "campaign/pages/conf.py", "import cms_site.urls"),
    ("rooms", "campaign/releases/enums.py", "import campaign.pages.conf"),
    ("rooms", "campaign/pages/conf.py", "import campaign.packs.exceptions"),
    ("rooms", "campaign/common/__init__.py", ""),
    ("inside-packs", "campaign/packs/problems.py", "import campaign.packs.loading"),
    ("inside-packs", "campaign/packs/utils.py", ""),
    ("inside-pages", "campaign/pages/models/base.py", "import campaign.pages.views"),
    ("inside-pages", "campaign/pages/helpers.py", ""),
    ("inside-releases", "campaign/releases/publishing.py", "import campaign.releases.tasks"),
    ("inside-releases", "campaign/releases/services.py", ""),
    ("rooms", "campaign/assurance/enums.py", "import campaign.releases.enums"),
    ("inside-assurance", "campaign/assurance/findings.py", "import campaign.assurance.links"),
    ("inside-assurance", "campaign/assurance/helpers.py", ""),
    ("inside-content-blocks", "content_blocks/models/signs.py", "import content_blocks.views"),
    ("inside-content-blocks", "content_blocks/utils.py", ""),
    ("inside-translations", "translations/languages.py", "import translations.apps"),
    ("inside-translations", "translations/utils.py", ""),
    ("celery", "campaign/releases/publishing.py", "import celery"),
    ("celery", "content_blocks/contacts.py", "from celery import shared_task"),
    ("acyclic", "cms_site/databases.py", "import cms_site.settings.embedded"),
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The four packages' code, to be broken."""
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            target = tmp_path / file.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
    shutil.copyfile(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    return tmp_path


def lint(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_all_contracts_hold() -> None:
    result = lint(ROOT)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(("contract", "file", "line"), BREAKING)
def test_contract_notices(copy: Path, contract: str, file: str, line: str) -> None:
    path = copy / file
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as module:
        module.write(f"\n{line}\n")

    result = lint(copy, "--contract", contract)

    assert result.returncode == 1, result.stdout
    assert "BROKEN" in result.stdout
    assert "Contracts: 0 kept, 1 broken." in result.stdout


def test_every_contract_is_broken_by_a_test() -> None:
    contracts = {contract["id"] for contract in CONFIGURATION["importlinter"]["contracts"]}

    assert {contract for contract, _file, _line in BREAKING} == contracts


@pytest.mark.parametrize(
    "line", ["from django.http import HttpResponse", "from wagtail.admin import messages"]
)
def test_use_case_may_know_neither_http_nor_the_admin(copy: Path, line: str) -> None:
    edges = {"campaign/packs/blocks.py", "content_blocks/sign_lists.py"}
    use_cases = sorted(set(CONFIGURATION["waymark"]["use-cases"]) - edges)
    for file in use_cases:
        (copy / file).write_text(f"{line}\n", encoding="utf-8")

    result = subprocess.run(
        [
            *(Path(sys.executable).parent / "ruff", "check", "--select", "TID251", "--no-cache"),
            *("--output-format", "concise", *use_cases),
        ],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )

    refused = {text.partition(":")[0] for text in result.stdout.splitlines() if "TID251" in text}
    assert refused == set(use_cases)


def test_every_use_case_that_is_named_exists() -> None:
    named = CONFIGURATION["waymark"]["use-cases"]

    assert [file for file in named if not (ROOT / file).is_file()] == []
