"""Puts the stylesheet into a page."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from cms_site.theme.stylesheet import stylesheet

register = template.Library()


@register.simple_tag(takes_context=True)
def theme_style(context: dict[str, Any]) -> SafeString:
    """Return the `<style>` element; `theme_scheme` in the context forces light or dark."""
    # The text is ours, committed, and holds no markup.
    css = stylesheet(context.get("theme_scheme", "auto"))
    return mark_safe(f"<style>{css}</style>")  # noqa: S308
