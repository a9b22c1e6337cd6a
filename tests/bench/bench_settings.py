"""The embedded default, with a template for Wagtail's own plain page, which ships none."""

from __future__ import annotations

from pathlib import Path

from cms_site.settings.embedded import *  # noqa: F403
from cms_site.settings.embedded import TEMPLATES

TEMPLATES[0]["DIRS"] = [Path(__file__).resolve().parent / "templates"]
