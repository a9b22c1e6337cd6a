"""How the tests of blocks make a block's value and look at what it renders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from wagtail.blocks import StreamValue

from content_blocks.streams import GuidanceStreamBlock
from tests.factories.content_blocks import ON

STREAM = GuidanceStreamBlock()

Render = Callable[..., BeautifulSoup]


@pytest.fixture(autouse=True)
def noon_of_the_day() -> Iterator[None]:
    """The day on which the made contact routes are in order."""
    with time_machine.travel(datetime(ON.year, ON.month, ON.day, 12, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def render() -> Render:
    """`render("steps", {...}, page=page)`: what a reader gets of one block."""

    def make(key: str, value: Any, **context: Any) -> BeautifulSoup:
        block = STREAM.child_blocks[key]
        return BeautifulSoup(block.render(block.normalize(value), context), "html.parser")

    return make


def stored(*children: tuple[str, Any]) -> StreamValue:
    """A stream as the database has it: what is chosen are keys, read in bulk on first use."""
    return STREAM.to_python([{"type": key, "value": value} for key, value in children])


def text(soup: Any) -> str:
    """The words of an element, with single spaces."""
    return " ".join(soup.get_text(" ", strip=True).split())


def texts(soup: Any, selector: str) -> list[str]:
    """The words of each element found."""
    return [text(found) for found in soup.select(selector)]
