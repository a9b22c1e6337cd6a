"""What the tests know of the running demonstration site."""

from __future__ import annotations

import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ("/en/", "/en/places/hotels/", "/en/guidance/consent/", "/en/support/", "/en/contacts/")


@dataclass(frozen=True)
class Demonstration:
    """A running site.

    Attributes:
        url: scheme, host and port, without a slash at the end.
        username: who may edit.
        password: as printed at the start.
        paths: the path of every public page, as the sitemap lists them and the filters of the
            contact directory beside them.
        folder: where the site keeps its files.
    """

    url: str
    username: str
    password: str
    paths: tuple[str, ...]
    folder: Path


def fetch(url: str) -> str:
    """The text behind an address of the running site."""
    with urllib.request.urlopen(url, timeout=30) as answer:
        return str(answer.read().decode())
