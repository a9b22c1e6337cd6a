"""The look of the site: sources in `css/`, built by `build`, served by `stylesheet`."""

from __future__ import annotations
