"""Prints what was observed on both sites, side by side, at the end of a run.

A plugin, named in `tests/conftest.py`: where tests run on several workers, the process that prints
is not the one that played, and gets the results with the tests' reports.
"""

from __future__ import annotations

from typing import Any

import pytest

TABLE = "conformance"
"""The name under which a test's report carries what was observed."""


class SideBySide:
    """Collects the results as they come in, and prints them."""

    def __init__(self) -> None:
        self.shown: dict[str, dict[str, Any]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for name, value in report.user_properties:
            if name == TABLE and isinstance(value, dict):
                self.shown[value["code"]] = value

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.shown:
            return
        terminalreporter.section("what each site does")
        for code in sorted(self.shown, key=lambda code: (code[0], int(code[1:]))):
            for line in lines_of(self.shown[code]):
                terminalreporter.write_line(line)


def lines_of(shown: dict[str, Any]) -> list[str]:
    """One situation: a line for each thing observed, with what both sites show."""
    sites = [site for site in ("stock", "waymark") if site in shown]
    lines = ["", f"{shown['code']:<5}{shown['situation']:<62}" + _columns(sites)]
    for name, promised in shown["promise"].items():
        cells = [_cell(shown[site].get(name), promised) for site in sites]
        lines.append(f"{'':<7}{name:<60}{_columns(cells)}")
    return lines


def _columns(cells: list[str]) -> str:
    return "".join(f"{cell:<34}" for cell in cells).rstrip()


def _cell(value: Any, promised: Any) -> str:
    words = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
    text = ", ".join(map(str, words)) if isinstance(words, list) else str(words)
    return text if value == promised else f"{text}  ✗"


def pytest_configure(config: pytest.Config) -> None:
    """Listen to the reports of this process."""
    config.pluginmanager.register(SideBySide(), "conformance-side-by-side")
