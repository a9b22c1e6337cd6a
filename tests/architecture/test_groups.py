"""The suite's own order: tests of one group run in one process."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.one_database

PROJECT = Path(__file__).resolve().parents[2]
GROUPED = """
from __future__ import annotations
import time
import pytest

@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("number", range(6))
def test_number(number):
    time.sleep(0.05)
"""


def test_a_group_runs_in_one_process(tmp_path: Path) -> None:
    (tmp_path / "test_grouped.py").write_text(GROUPED)
    (tmp_path / "test_others.py").write_text(GROUPED.replace('"one"', '"another"'))
    flags = ["-p", "tests.groups", "-p", "no:cacheprovider", "-p", "no:django", "--rootdir=."]

    result = subprocess.run(
        [sys.executable, "-m", "pytest", *flags, "-n2", "--dist=loadgroup", "-v", str(tmp_path)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )

    ran = re.findall(r"\[(gw\d)\].* PASSED \S*(test_\w+)\.py::", result.stdout)
    assert len(ran) == 12, result.stdout + result.stderr
    assert len(set(ran)) == 2, ran
