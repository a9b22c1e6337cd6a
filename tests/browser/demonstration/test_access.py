"""Everybody can read every page: axe, Nu checker, narrow screens, large text, print, colours."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.demonstration.running_site import ROOT, SAMPLE, Demonstration, fetch

AXE = Axe()
AXE_RULES = {
    "runOnly": [
        "wcag2a",
        "wcag2aa",
        "wcag21a",
        "wcag21aa",
        "wcag22aa",
        "best-practice",
    ],
    # Only these are looked at: axe need not describe every element that passes.
    "resultTypes": ["violations"],
}
# WCAG 1.4.12: nothing may be lost when a reader sets this spacing.
WIDE_SPACING = (
    "*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}"
    "p{margin-bottom:2em!important}"
)
TOO_WIDE = """() => {
  const edge = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= edge) return [];
  return [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > edge + 1)
    .slice(0, 3).map(e => e.tagName + '.' + e.className);
}"""
SMALL_TARGETS = """() => [...document.querySelectorAll('a[href],button,input,summary,select')]
  .filter(e => e.checkVisibility() && getComputedStyle(e).display !== 'inline')
  .filter(e => !e.closest('.skips') && getComputedStyle(e.parentElement).display !== 'inline')
  .map(e => [e, e.getBoundingClientRect()])
  .filter(([e, r]) => r.width > 1 && r.height > 1 && (r.width < 24 || r.height < 24))
  .map(([e]) => e.outerHTML.slice(0, 80))"""


def _violations(page: Any) -> list[str]:
    found = AXE.run(page, options=AXE_RULES).response["violations"]
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:120]}" for rule in found]


@pytest.mark.slow
def test_axe_finds_nothing_on_any_page(demonstration: Demonstration, reader: Page) -> None:
    wrong = []
    for path in demonstration.paths:
        reader.goto(demonstration.url + path)
        wrong += [(path, violation) for violation in _violations(reader)]

    assert wrong == []


def test_axe_finds_nothing_in_the_dark(
    demonstration: Demonstration, new_reader: Callable[..., Page]
) -> None:
    page = new_reader(color_scheme="dark")
    wrong = []
    for path in SAMPLE:
        page.goto(demonstration.url + path)
        wrong += [(path, violation) for violation in _violations(page)]

    assert wrong == []


# axe reads `-webkit-text-fill-color`, which keeps the author's colour when the reader's colours
# are forced; what is painted is `color`. So contrast is measured here.
TEXT_COLOURS = """() => {
  const sheet = document.body.appendChild(document.createElement('div'));
  sheet.style.backgroundColor = 'Canvas';
  const canvas = getComputedStyle(sheet).backgroundColor;
  return [...document.querySelectorAll('body *')]
  .filter(e => e.checkVisibility() && !e.closest('svg')
    && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
  .map(e => {
    let ground = e;
    while (ground && /, 0\\)$|transparent/.test(getComputedStyle(ground).backgroundColor))
      ground = ground.parentElement;
    return [getComputedStyle(e).color,
            ground ? getComputedStyle(ground).backgroundColor : canvas,
            e.outerHTML.slice(0, 60)];
  });
}"""


def _luminance(colour: str) -> float:
    channels = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(ink: str, ground: str) -> float:
    light, dark = sorted((_luminance(ink), _luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_leave_everything_readable(
    demonstration: Demonstration, new_reader: Callable[..., Page], scheme: str
) -> None:
    page = new_reader(color_scheme=scheme, forced_colors="active")
    wrong, count = [], 0
    for path in SAMPLE:
        page.goto(demonstration.url + path)
        for ink, ground, where in page.evaluate(TEXT_COLOURS):
            count += 1
            if _contrast(ink, ground) < 4.5:
                wrong.append((path, where, ink, ground))

    assert wrong == []
    assert count > 200


def _nu_checker() -> list[str]:
    jar = Path(os.environ.get("VNU_JAR", ROOT / ".ci/node_modules/vnu-jar/build/dist/vnu.jar"))
    java = shutil.which("java")
    if java is None or not jar.exists():
        pytest.skip(
            "NO NU CHECKER: install Java and run `npm ci --prefix .ci`, or set VNU_JAR to vnu.jar"
        )
    return [java, "-jar", str(jar)]


def test_the_nu_checker_finds_nothing_on_any_page(
    demonstration: Demonstration, tmp_path: Path
) -> None:
    checker = _nu_checker()
    for number, path in enumerate(demonstration.paths):
        page = fetch(demonstration.url + path)
        (tmp_path / f"{number:03}.html").write_text(page, encoding="utf-8")

    result = subprocess.run(
        [*checker, "--format", "json", "--skip-non-html", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    messages = json.loads(result.stderr)["messages"]
    wrong = {
        (demonstration.paths[int(Path(message["url"]).stem)], message["message"])
        for message in messages
        if message["type"] == "error" or message.get("subType") == "warning"
    }

    assert wrong == set()


@pytest.mark.parametrize("width", [280, 320])
def test_no_page_scrolls_sideways_on_a_narrow_screen(
    demonstration: Demonstration, new_reader: Callable[..., Page], width: int
) -> None:
    page = new_reader(viewport={"width": width, "height": 640})
    wrong = []
    for path in demonstration.paths:
        page.goto(demonstration.url + path)
        wrong += [(path, where) for where in page.evaluate(TOO_WIDE)]

    assert wrong == []


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_large_text_and_wide_spacing_lose_nothing(
    demonstration: Demonstration, new_reader: Callable[..., Page], direction: str
) -> None:
    # 640 px at 200 % text has the room of 320 px. The style comes from the test: skip the policy.
    page = new_reader(viewport={"width": 640, "height": 800}, bypass_csp=True)
    wrong = []
    for path in SAMPLE:
        page.goto(demonstration.url + path)
        page.evaluate(f"document.documentElement.dir = '{direction}'")
        page.add_style_tag(content="html{font-size:200%!important}" + WIDE_SPACING)
        wrong += [(path, where) for where in page.evaluate(TOO_WIDE)]

    assert wrong == []


def test_targets_are_large_enough_to_touch(demonstration: Demonstration, reader: Page) -> None:
    wrong = []
    for path in demonstration.paths:
        reader.goto(demonstration.url + path)
        wrong += [(path, target) for target in reader.evaluate(SMALL_TARGETS)]

    assert wrong == []


HIDDEN_BEHIND_EXIT = """() => {
  const exit = [...document.querySelectorAll('a[data-leave]')]
    .find(e => !e.classList.contains('skip'));
  const focused = document.activeElement;
  if (focused === document.body || focused === exit || focused.closest('.skips')) return null;
  const f = focused.getBoundingClientRect(), e = exit.getBoundingClientRect();
  const covered = f.left >= e.left && f.right <= e.right && f.top >= e.top && f.bottom <= e.bottom;
  const outside = f.bottom <= 0 || f.top >= innerHeight;
  return covered || outside ? focused.outerHTML.slice(0, 80) : null;
}"""


@pytest.mark.parametrize("path", SAMPLE)
def test_the_keyboard_reaches_everything_and_focus_is_never_covered(
    demonstration: Demonstration, reader: Page, path: str
) -> None:
    reader.goto(demonstration.url + path)
    controls = reader.locator("a[href]:visible, button:visible, input:visible, summary:visible")
    covered = []
    for _press in range(controls.count() + 2):
        reader.keyboard.press("Tab")
        reader.evaluate("document.activeElement.dataset.reached = ''")
        covered += [where for where in [reader.evaluate(HIDDEN_BEHIND_EXIT)] if where]
    missed = [
        control.evaluate("e => e.outerHTML.slice(0, 80)")
        for control in controls.all()
        if control.get_attribute("data-reached") is None
    ]

    assert covered == []
    assert missed == []


def test_print_keeps_closed_details_and_numbers_and_drops_the_exit(
    demonstration: Demonstration, reader: Page
) -> None:
    page = reader
    page.goto(f"{demonstration.url}/en/places/hotels/")
    page.emulate_media(media="print")
    # Whether content is skipped is decided when a frame is drawn, so two are waited for.
    hidden = page.evaluate(
        """async () => {
          for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
          return [...document.querySelectorAll('details:not([open]) > :not(summary)')]
            .filter(e => !e.checkVisibility({contentVisibilityAuto: true}))
            .map(e => e.outerHTML.slice(0, 80));
        }"""
    )

    assert page.locator("details").count() > 0
    assert hidden == []
    assert page.locator("a[data-leave]:visible").count() == 0
    assert page.locator("main a[href='tel:999']:visible").count() > 0


def test_right_to_left_mirrors_the_page(demonstration: Demonstration, reader: Page) -> None:
    page = reader
    page.goto(f"{demonstration.url}/en/places/hotels/")
    measure = """() => {
      const middle = e => { const r = e.getBoundingClientRect(); return (r.left + r.right) / 2; };
      const exit = [...document.querySelectorAll('a[data-leave]')]
        .find(e => !e.classList.contains('skip'));
      const heading = document.querySelector('h1');
      const range = document.createRange(); range.selectNodeContents(heading);
      const text = range.getBoundingClientRect(), box = heading.getBoundingClientRect();
      return {exit: middle(exit) / innerWidth,
              heading: [text.left - box.left, box.right - text.right]};
    }"""
    before = page.evaluate(measure)
    page.evaluate("document.documentElement.dir = 'rtl'")
    after = page.evaluate(measure)

    assert before["exit"] > 0.5
    assert after["exit"] < 0.5
    assert before["heading"][0] <= 1
    assert after["heading"][1] <= 1
