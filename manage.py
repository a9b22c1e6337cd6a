#!/usr/bin/env python
"""Django's command line for the site that runs the campaign."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run one management command; the embedded default settings unless told otherwise."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms_site.settings.embedded")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
