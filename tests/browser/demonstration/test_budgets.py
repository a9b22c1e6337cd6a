"""Small enough for an old phone on a bad line (the budgets of the design)."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable

import brotli
import pytest
from playwright.sync_api import Page

from tests.browser.demonstration.running_site import Demonstration

KIB = 1024
# 400 kbit/s, two seconds there and back, a processor six times slower than this one.
SLOW = {"offline": False, "downloadThroughput": 50_000, "uploadThroughput": 50_000, "latency": 2000}
VITALS = """() => new Promise(done => {
  const seen = {lcp: 0, cls: 0};
  new PerformanceObserver(list => {
    for (const e of list.getEntries()) seen.lcp = e.startTime;
  }).observe({type: 'largest-contentful-paint', buffered: true});
  new PerformanceObserver(list => {
    for (const e of list.getEntries()) if (!e.hadRecentInput) seen.cls += e.value;
  }).observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(seen), 1000);
})"""


def _is_home(path: str) -> bool:
    return path in {"/en/", "/en/places/"}


def _bytes(url: str) -> int:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return len(brotli.compress(answer.read(), quality=5))


def test_html_and_css_fit_one_round_trip(demonstration: Demonstration) -> None:
    sizes = {path: _bytes(demonstration.url + path) for path in demonstration.paths}
    limits = {path: (20 if _is_home(path) else 14) * KIB for path in sizes}
    print("largest:", sorted(((size, path) for path, size in sizes.items()), reverse=True)[:5])

    assert {path: size for path, size in sizes.items() if size > limits[path]} == {}


def test_pages_need_few_requests(demonstration: Demonstration, reader: Page) -> None:
    page = reader
    counts: dict[str, int] = {}
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in demonstration.paths:
        asked.clear()
        page.goto(demonstration.url + path, wait_until="load")
        page.mouse.wheel(0, 100_000)
        page.wait_for_timeout(50)
        counts[path] = len([url for url in asked if not url.startswith("data:")])

    over = {path: n for path, n in counts.items() if n > (8 if _is_home(path) else 3)}
    assert over == {}


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/en/places/hotels/", "/en/guidance/consent/"])
def test_a_page_is_there_soon_on_a_slow_line(
    demonstration: Demonstration, new_reader: Callable[..., Page], path: str
) -> None:
    page = new_reader()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 6})
    page.goto(demonstration.url + path, wait_until="load", timeout=60_000)
    seen = page.evaluate(VITALS)
    print(path, seen)

    assert 0 < seen["lcp"] <= 3000
    assert seen["cls"] <= 0.02
