"""Serve uploaded pictures and documents, without a web server in front.

Only pictures as the pages show them (`images/`): originals may hold more than was published.
WhiteNoise answers conditional and range requests; its middleware is not used, since it looks at its
folder once, at the start.

What nothing public uses answers 404 to strangers (`campaign.releases.exposure`). A web server that
serves the folder itself cannot know that: see docs/decisions/0022-embargoed-files.md.
"""

from __future__ import annotations

import mimetypes
from pathlib import Path

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils._os import safe_join
from django.views.decorators.http import require_safe
from wagtail.documents.views.serve import serve
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

from campaign.releases.enums import FileKind
from campaign.releases.exposure import is_public_file, is_public_picture

PUBLIC_FOLDER = "images"

# An SVG is a document that may hold scripts. Opened by its own address it is shut in a sandbox
# without an origin; inside a page it is only a picture.
_CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

# A browser that has a picture may keep it a day. A cache that serves others asks again after a
# minute: what was taken down is gone from it by then, even where nobody can tell it to forget.
FOR_EVERYONE = "public, max-age=86400, s-maxage=60"
FOR_EDITORS_ONLY = "private, no-store"


@require_safe
def serve_picture(request: HttpRequest, path: str) -> HttpResponseBase:
    """Answer with one uploaded picture.

    Args:
        request: GET or HEAD.
        path: below `MEDIA_ROOT/images/`.

    Raises:
        Http404: there is no such picture, the path climbs out of the folder, or nothing public
            uses it and the reader may not open the editor.
    """
    try:
        file = Path(safe_join(Path(settings.MEDIA_ROOT, PUBLIC_FOLDER), path))
    except (SuspiciousFileOperation, ValueError) as exc:
        raise Http404 from exc
    if not file.is_file():
        raise Http404
    # Not `request.user` first: asking for the session would make every answer differ by cookie.
    public = is_public_picture(f"{PUBLIC_FOLDER}/{path}")
    if not public and not request.user.has_perm("wagtailadmin.access_admin"):
        raise Http404
    content_type, _encoding = mimetypes.guess_type(file.name)
    static_file = StaticFile(
        str(file),
        [
            ("Content-Type", content_type or "application/octet-stream"),
            ("Cache-Control", FOR_EVERYONE if public else FOR_EDITORS_ONLY),
            ("Content-Security-Policy", _CONTENT_SECURITY_POLICY),
        ],
    )
    response: HttpResponseBase = WhiteNoiseMiddleware.serve(static_file, request)
    return response


def serve_document(request: HttpRequest, number: int, name: str) -> HttpResponseBase:
    """Answer with one document, as Wagtail does; a hook of releases says who may see it.

    Wagtail says nothing to caches, and they would guess.

    Raises:
        Http404: there is no such document, or nothing public uses it.
    """
    response: HttpResponseBase = serve(request, number, name)
    public = is_public_file(FileKind.DOCUMENT, number)
    response["Cache-Control"] = FOR_EVERYONE if public else FOR_EDITORS_ONLY
    return response
