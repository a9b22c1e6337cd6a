"""Nothing of one test's server reaches into the next test."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.live_requests import Door


def test_the_door_waits_for_who_is_inside_and_lets_nobody_else_in() -> None:
    door, inside, go_on = Door(), threading.Event(), threading.Event()
    said: list[str] = []

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        inside.set()
        go_on.wait(10)
        start_response("200 OK", [])
        return [b"answer"]

    def ask() -> None:
        list(door.before(application)({}, lambda status, _headers: said.append(status)))

    ask()
    door.open()
    slow = threading.Thread(target=ask)
    slow.start()
    assert inside.wait(10)
    with pytest.raises(TimeoutError, match="1 requests"):
        door.shut(within=0.01)
    ask()
    go_on.set()
    door.shut()
    slow.join()

    assert said == ["503 Service Unavailable", "503 Service Unavailable", "200 OK"]
