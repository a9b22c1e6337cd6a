"""A document that nothing public uses has no address for strangers."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from wagtail import hooks

from campaign.releases.enums import FileKind
from campaign.releases.exposure import is_public_file


@hooks.register("before_serve_document")
def hide_what_is_not_public(document: Any, request: HttpRequest) -> None:
    """Answer 404 to strangers; whoever may open the editor sees it.

    Raises:
        Http404: nothing public uses the document.
    """
    if is_public_file(FileKind.DOCUMENT, document.pk):
        return
    if not request.user.has_perm("wagtailadmin.access_admin"):
        raise Http404
