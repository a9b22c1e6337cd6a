"""What a browser may do with our pages: one strict policy for the public, one for the editor.

The reasons are in docs/decisions/0013-security-headers.md.
"""

from __future__ import annotations

from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from campaign.pages.inline import script_sources
from cms_site.theme.stylesheet import style_sources


def public_policy() -> dict[str, Any]:
    """Everything that a public page may load: itself, our own pictures and recordings."""
    return {
        "default-src": [NONE],
        # Hashes of exactly the text that stands in the page: nothing injected ever runs.
        "script-src": list(script_sources()),
        "style-src": list(style_sources()),
        # data: is the empty icon that keeps browsers from asking for /favicon.ico.
        "img-src": [SELF, "data:"],
        "media-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }


EDITOR_POLICY: dict[str, Any] = {
    "default-src": [SELF],
    # The page editor of Wagtail 8 writes inline scripts and styles without a nonce.
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "media-src": [SELF, "blob:"],
    "font-src": [SELF, "data:"],
    "object-src": [NONE],
    "form-action": [SELF],
    "base-uri": [SELF],
    # The preview panel shows a page inside the editor.
    "frame-ancestors": [SELF],
}


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """Send the public policy, or the editor's below the editor's address.

    A view may still say otherwise with django-csp's decorators.
    """

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        """Choose the policy of one answer."""
        parts: PolicyParts = super().get_policy_parts(request, response, report_only)
        if not report_only and parts.config is None:
            in_editor = request.path_info.startswith(reverse("wagtailadmin_home"))
            parts.config = dict(EDITOR_POLICY) if in_editor else public_policy()
            if getattr(request, "is_preview", False):
                # Wagtail renders a preview as a public page, and shows it in a frame of the editor.
                parts.config["frame-ancestors"] = [SELF]
        return parts
