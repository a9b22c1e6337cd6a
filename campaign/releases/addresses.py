"""The public address of a page, as a plain path."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from django.utils.encoding import iri_to_uri
from wagtail.models import Page

LONGEST = 2000
RECORD_PREFIX = "record:"


@dataclass(frozen=True, slots=True)
class PublicAddress:
    """Where something is found.

    Attributes:
        path: `/en/guidance/hotels/`; for what has no address of its own, `record:<type>/<number>`.
        site_id: the number of the site as text; empty for what has no address.
        root: scheme and host of the site, as `https://campaign.example.org`; empty as above.
    """

    path: str
    site_id: str = ""
    root: str = ""

    @property
    def url(self) -> str:
        """The whole address; empty for what has none."""
        return self.root and self.root + self.path


def address_of(instance: Any, *, url_path: str = "") -> PublicAddress:
    """Say where a page is found, or would be found if its `url_path` were another.

    Whether it is public is not asked. A snippet, and a page outside every site, has no address of
    its own and is named as a record.
    """
    if isinstance(instance, Page):
        parts = _url_parts(instance, url_path or instance.url_path)
        if parts is not None:
            site_id, root, path = parts
            return PublicAddress(shortened(path), str(site_id), root)
    return PublicAddress(record_address(instance._meta.label_lower, instance.pk))


def record_address(content_type: str, object_id: Any) -> str:
    """Name what has no address of its own; `content_type` as `app.model`."""
    return f"{RECORD_PREFIX}{content_type}/{object_id}"


def path_of(address: str) -> str:
    """Bring what a person typed or pasted into the form in which addresses are kept.

    A whole address loses scheme, host, query and fragment. Letters outside ASCII are encoded.
    """
    text = address.strip()
    if text.startswith(RECORD_PREFIX):
        return text
    path = urlsplit(text).path if "://" in text or text.startswith("//") else text
    path = path.partition("?")[0].partition("#")[0]
    return shortened(iri_to_uri(unquote("/" + path.lstrip("/"))) or "/")


def shortened(path: str) -> str:
    """Keep a path within the column; one that is too long ends in its SHA-256."""
    if len(path) <= LONGEST:
        return path
    return path[: LONGEST - 65] + "~" + hashlib.sha256(path.encode()).hexdigest()


def _url_parts(page: Page, url_path: str) -> tuple[int, str, str] | None:
    now = page.url_path
    page.url_path = url_path
    try:
        parts = page.get_url_parts()
    finally:
        page.url_path = now
    # Without a path where no address is made for pages at all.
    return parts if parts is not None and parts[2] is not None else None
