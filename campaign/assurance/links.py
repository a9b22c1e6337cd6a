"""The rule about links to what is not public."""

from __future__ import annotations
