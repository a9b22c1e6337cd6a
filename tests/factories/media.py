"""Uploaded files, and the blocks that show them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from wagtail.documents import get_document_model
from wagtail.images import get_image_model

SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300">'
    b"<script>alert(1)</script></svg>"
)


def drawing(title: str = "A street") -> Any:
    """A picture that needs no drawing library. Its one size is made when first asked for."""
    name = f"{uuid4().hex}.svg"
    return get_image_model().objects.create(
        title=title, file=ContentFile(SVG, name=name), width=400, height=300
    )


def address_of_picture(image: Any) -> str:
    """Where readers fetch a picture; makes the file if it is not there."""
    return str(image.get_rendition("original").url)


def document(title: str = "A poster", content: bytes = b"%PDF-1.4 a poster") -> Any:
    """A document to download."""
    name = f"{uuid4().hex}.pdf"
    return get_document_model().objects.create(title=title, file=ContentFile(content, name=name))


def figure_block(image: Any) -> dict[str, Any]:
    """One `figure` block of a StreamField, in the form in which it is stored."""
    value = {"image": image.pk, "alt_text": "A street", "decorative": False, "caption": ""}
    return {"type": "figure", "value": value, "id": str(uuid4())}


def download_block(file: Any) -> dict[str, Any]:
    """One `download` block of a StreamField, in the form in which it is stored."""
    value = {"title": "Poster", "document": file.pk, "description": ""}
    return {"type": "download", "value": value, "id": str(uuid4())}
