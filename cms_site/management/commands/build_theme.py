"""Build the committed stylesheet from its sources."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cms_site.theme.build import build_css
from cms_site.theme.stylesheet import BUILT


class Command(BaseCommand):
    """`build_theme` writes theme.css; `build_theme --check` only says whether it is current."""

    help = "Build the stylesheet of the public pages from cms_site/theme/css/."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="Fail if the file is not current.")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        """Build, or compare."""
        css = build_css()
        if check:
            if not BUILT.exists() or BUILT.read_text(encoding="utf-8") != css:
                raise CommandError("The stylesheet is not current: run manage.py build_theme.")
            self.stdout.write("The stylesheet is current.")
            return
        BUILT.write_text(css, encoding="utf-8")
        self.stdout.write(f"Wrote {BUILT.name}: {len(css.encode())} bytes.")
