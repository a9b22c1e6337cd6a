"""Stock Wagtail and Waymark, put through the same situations and shown side by side.

    pytest tests/conformance                every promise, and what a stock site does instead
    pytest tests/conformance --site=stock   the same promises of a stock site, which breaks them

Each file `test_<code>.py` is one fault of the platform: the situation, a `scenario` that plays it
and says what was observed, what a stock site does (`STOCK`), and what we promise (`PROMISE`). The
scenario is played by `play.py` in a process of its own on each site: on a real Wagtail with
wagtail-localize and nothing of ours (`stock_site`), and on ours (`waymark_site`). A new situation
is a new file. `side_by_side.py` prints the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.players import SITES, Player, Record
from tests.conformance.side_by_side import TABLE
from tests.conformance.situations import Observed, code_of


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the promises be asked of one site alone."""
    group = parser.getgroup("conformance")
    group.addoption("--site", choices=SITES, help="ask the promises of this site alone")
    group.addoption("--observed", type=Path, help="with --site: what was observed there before")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Both sites are played once for all tests, so these stay on one worker of pytest."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.xdist_group("conformance"))


@pytest.fixture(scope="session")
def players(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Player]]:
    """Play every scenario that the chosen tests need, on both sites at the same time."""
    option = request.config.getoption
    codes = sorted({code for item in request.session.items for code in codes_of(item)})
    chosen, record = option("--site", default=None), option("--observed", default=None)
    players = {
        site: Record(record) if record else Player(site, codes, tmp_path_factory.mktemp(site))
        for site in ([chosen] if chosen else SITES)
    }
    yield players
    for player in players.values():
        player.close()


def codes_of(item: pytest.Item) -> set[str]:
    """The scenarios that a test needs."""
    if not isinstance(item, pytest.Function):
        return set()
    if hasattr(item.module, "PROMISE"):
        return {code_of(item.module.__name__)}
    return set(getattr(item.module, "CODES", ()))


@pytest.fixture
def observed(request: pytest.FixtureRequest, players: dict[str, Player]) -> Observed:
    """What the scenario of this file observed on our site, or on the one that was chosen."""
    module, code = request.module, code_of(request.module.__name__)
    results = {site: player.observed(code) for site, player in players.items()}
    shown = {"code": code, "situation": module.SITUATION, "promise": module.PROMISE, **results}
    request.node.user_properties.append((TABLE, shown))
    return results[SITES[-1]] if SITES[-1] in results else results[SITES[0]]
