"""Tests of one `xdist_group` stay in one process (`pytest -n 2 --dist loadgroup`).

xdist 3.8 appends the group to `item._nodeid`, which pytest 9.2 no longer reads: without a word,
each process would start its own demonstration site, and tests that race would race each other.
"""

from __future__ import annotations

from typing import Any

import pytest
from _pytest.nodeid import NodeId


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[Any]) -> None:
    """Write each item's group where xdist's scheduler will read it."""
    if not config.getoption("loadgroup", default=False):
        return
    for item in items:
        marker = item.get_closest_marker("xdist_group")
        if marker and not item.nodeid.endswith(f"@{marker.args[0]}"):
            item._id = NodeId.parse(f"{item.nodeid}@{marker.args[0]}")
