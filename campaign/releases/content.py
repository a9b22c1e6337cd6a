"""What a page or record says, as text and as a hash, and what it carries beside that.

The ledger asks whether readers see something else; a release asks whether the version that goes
live is the one that was approved. Both leave out the same bookkeeping, and some more of their own.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

NOT_CONTENT = frozenset(
    {
        # Where it stands.
        "depth", "numchild", "path", "url_path",
        # Whether and when it is public; which version it is.
        "draft_title", "expired", "first_published_at", "go_live_at", "has_unpublished_changes",
        "last_published_at", "latest_revision", "latest_revision_created_at", "live",
        "live_revision",
        # What editors keep among themselves.
        "locked", "locked_at", "locked_by", "wagtail_admin_comments",
    }
)  # fmt: skip
"""Fields that may differ while it says the same."""


def canonical(content: Any, *, ascii_only: bool = False) -> str:
    """Content as JSON that is the same whenever the content is: sorted keys, no spaces.

    Args:
        content: anything that Django can write as JSON.
        ascii_only: whether other letters are written as escapes; a kept hash stays what it was.
    """
    return json.dumps(
        content,
        cls=DjangoJSONEncoder,
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=ascii_only,
    )


def digest(text: str) -> str:
    """The SHA-256 of a text, in UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()
