"""A frontend cache that only notes what it is asked to forget."""

from __future__ import annotations

from wagtail.contrib.frontend_cache.backends import BaseBackend

purged: list[str] = []
"""The addresses, in the order in which they were purged."""


class NotingBackend(BaseBackend):
    """Stands in both sites' settings where a CDN would."""

    def __init__(self, params: dict[str, object] | None = None) -> None:
        super().__init__(params or {})

    def purge(self, url: str) -> None:
        purged.append(url)
