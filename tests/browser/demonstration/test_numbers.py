"""What a reader sees of a number is the number: its painted order, and 999 before all others."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.demonstration.running_site import Demonstration

# The characters of each number in the order in which they are painted, left to right, beside the
# order in which they are dialled. Digits of one text node each have a place on the screen.
PAINTED = """() => [...document.querySelectorAll('a[href^="tel:"], a[href^="sms:"]')]
  .filter(a => a.checkVisibility())
  .map(a => {
    const seen = [];
    const walker = document.createTreeWalker(a, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      for (let i = 0; i < node.length; i++) {
        if (!/[0-9+]/.test(node.data[i])) continue;
        const range = document.createRange();
        range.setStart(node, i); range.setEnd(node, i + 1);
        const box = range.getBoundingClientRect();
        seen.push([Math.round(box.top), box.left, node.data[i]]);
      }
    }
    const written = seen.map(c => c[2]).join('');
    const painted = [...seen].sort((p, q) => p[0] - q[0] || p[1] - q[1]).map(c => c[2]).join('');
    return [a.getAttribute('href'), written, painted];
  })"""
# The groups of the contact directory are one list; elsewhere each list begins with 999.
FIRST_NUMBERS = """() => {
  const lists = [...document.querySelectorAll('main .action-panel, main .signs, main .contacts')];
  const outer = lists.filter(e => !lists.some(o => o !== e && o.contains(e)));
  const shown = document.querySelector('main a[href^="tel:"]');
  return outer.map(e => [e.className, e.querySelector('a[href^="tel:"]')])
    .map(([name, first]) => [name, (first ?? shown)?.getAttribute('href') ?? 'none']);
}"""


@pytest.mark.parametrize(("direction", "language"), [("ltr", "en"), ("rtl", "ur"), ("rtl", "ckb")])
def test_numbers_are_painted_in_the_order_in_which_they_are_dialled(
    demonstration: Demonstration, reader: Page, direction: str, language: str
) -> None:
    page = reader
    wrong, count = [], 0
    for path in demonstration.paths:
        page.goto(demonstration.url + path)
        page.evaluate(
            f"Object.assign(document.documentElement, {{dir: '{direction}', lang: '{language}'}})"
        )
        for href, written, painted in page.evaluate(PAINTED):
            count += 1
            if written and painted != written:
                wrong.append((path, href, painted))

    assert wrong == []
    assert count > 200


def test_999_is_first_wherever_signs_or_contacts_are_shown(
    demonstration: Demonstration, reader: Page
) -> None:
    wrong, count = [], 0
    for path in demonstration.paths:
        reader.goto(demonstration.url + path)
        lists = reader.evaluate(FIRST_NUMBERS)
        if path.startswith("/en/contacts/"):
            lists = lists[:1]
        for where, first in lists:
            count += 1
            if first != "tel:999":
                wrong.append((path, where, first))

    assert wrong == []
    assert count > 60
