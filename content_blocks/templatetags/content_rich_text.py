"""`{% load content_rich_text %}`: the last step of showing rich text."""

from __future__ import annotations

from django import template

from content_blocks import rich_text

register = template.Library()

register.filter("fill_in_contacts", rich_text.fill_in_contacts)
