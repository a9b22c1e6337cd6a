"""`{% load content_files %}`: what a reader is told about a file before it is loaded."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from django import template
from django.template.defaultfilters import filesizeformat

register = template.Library()


@register.filter
def file_url(document: Any) -> str:
    """`{{ document|file_url }}`: its address; a preview's document, never saved, has none."""
    if document is None or not document.pk:
        return "#"
    url: str = document.url
    return url


@register.filter
def file_facts(document: Any) -> str:
    """`{{ document|file_facts }}`: type and size, such as “PDF, 180 KB”."""
    kind = PurePosixPath(document.file.name).suffix.lstrip(".").upper()
    size = document.file_size if document.file_size or not document.pk else document.get_file_size()
    return f"{kind}, {filesizeformat(size)}" if size else kind
