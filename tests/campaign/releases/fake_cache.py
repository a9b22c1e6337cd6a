"""A cache in front of the site that notes what it is told."""

from __future__ import annotations

import logging
from typing import Any, ClassVar

from wagtail.contrib.frontend_cache.backends import BaseBackend


class FakeCache(BaseBackend):  # type: ignore[misc]
    """Complains as Wagtail's backends do: by a line in the log, and nothing else."""

    purged: ClassVar[list[str]] = []
    calls: ClassVar[int] = 0
    down: ClassVar[bool] = False

    def purge_batch(self, urls: list[str]) -> None:
        """Note the addresses."""
        FakeCache.calls += 1
        if FakeCache.down:
            logging.getLogger("wagtail.frontendcache").error("Couldn't purge '%s'", urls[0])
        else:
            FakeCache.purged.extend(urls)

    @classmethod
    def forget(cls) -> None:
        """Begin anew."""
        cls.purged, cls.calls, cls.down = [], 0, False


def settings_of_fake(**options: Any) -> dict[str, Any]:
    """For `WAGTAILFRONTENDCACHE`."""
    return {"cdn": {"BACKEND": f"{__name__}.FakeCache", **options}}
