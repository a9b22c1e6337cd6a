"""The suite itself: no fault is forgotten, and a stock site breaks every promise."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance.players import PROJECT, Player
from tests.conformance.situations import code_of

HERE = Path(__file__).parent

#: Every fault of the platform that issue and facts name as ours to design out.
CODES = (
    *("M1", "M2", "M3", "M4", "M5", "M6", "M7", "M8", "M9"),
    *("L1", "L2", "L3", "L6", "L7", "L11"),
    *("S1", "S2", "S3", "S4", "S5", "S6"),
)


def test_every_fault_has_a_file() -> None:
    files = {
        file for file in HERE.glob("test_*.py") if re.search(r"^PROMISE =", file.read_text(), re.M)
    }

    assert {code_of(file.stem) for file in files} == set(CODES)


@pytest.fixture
def stock(players: dict[str, Player]) -> Player:
    if "stock" not in players:
        pytest.skip("only our site was asked for")
    return players["stock"]


@pytest.mark.parametrize("code", CODES)
def test_stock_site_shows_the_fault(code: str, stock: Player) -> None:
    fault = importlib.import_module(f"tests.conformance.test_{code.lower()}")

    assert stock.observed(code) == fault.STOCK


def test_stock_site_breaks_every_promise(stock: Player, tmp_path: Path) -> None:
    record = tmp_path / "stock.jsonl"
    record.write_text(stock.played[0])

    result = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:randomly", "-n0"),
            *("--site=stock", f"--observed={record}"),
            *(HERE / f"test_{code.lower()}.py" for code in CODES),
        ],
        cwd=PROJECT,
        env=os.environ | {"PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    outcomes = re.findall(r"^(PASSED|FAILED|ERROR) .*/test_(\w+)\.py::", result.stdout, re.M)
    assert sorted(outcomes) == sorted(("FAILED", code.lower()) for code in CODES), result.stdout
