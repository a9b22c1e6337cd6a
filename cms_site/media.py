"""Serve uploaded pictures, without a web server in front.

Only pictures as the pages show them (`images/`): originals may hold more than was published, and
documents have an address of their own that asks who may see them. WhiteNoise answers conditional
and range requests; its middleware is not used, since it looks at its folder once, at the start.
"""

from __future__ import annotations

import mimetypes
from pathlib import Path

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils._os import safe_join
from django.views.decorators.http import require_safe
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

PUBLIC_FOLDER = "images"

# An SVG is a document that may hold scripts. Opened by its own address it is shut in a sandbox
# without an origin; inside a page it is only a picture.
_CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@require_safe
def serve_picture(request: HttpRequest, path: str) -> HttpResponseBase:
    """Answer with one uploaded picture.

    Args:
        request: GET or HEAD.
        path: below `MEDIA_ROOT/images/`.

    Raises:
        Http404: there is no such picture, or the path climbs out of the folder.
    """
    try:
        file = Path(safe_join(Path(settings.MEDIA_ROOT, PUBLIC_FOLDER), path))
    except (SuspiciousFileOperation, ValueError) as exc:
        raise Http404 from exc
    if not file.is_file():
        raise Http404
    content_type, _encoding = mimetypes.guess_type(file.name)
    static_file = StaticFile(
        str(file),
        [
            ("Content-Type", content_type or "application/octet-stream"),
            # A changed picture gets a new name.
            ("Cache-Control", "public, max-age=31536000, immutable"),
            ("Content-Security-Policy", _CONTENT_SECURITY_POLICY),
        ],
    )
    response: HttpResponseBase = WhiteNoiseMiddleware.serve(static_file, request)
    return response
