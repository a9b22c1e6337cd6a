"""What every fact is: translatable, drafted, versioned, lockable, previewable and searchable."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from modelcluster.models import ClusterableModel
from wagtail.models import (
    DraftStateMixin,
    LockableMixin,
    PreviewableMixin,
    RevisionMixin,
    TranslatableMixin,
    WorkflowMixin,
)
from wagtail.search import index

from content_blocks.exceptions import NotPublishableError


class Fact(
    WorkflowMixin,  # type: ignore[misc]  # Wagtail is untyped
    DraftStateMixin,
    LockableMixin,
    RevisionMixin,
    PreviewableMixin,
    TranslatableMixin,
    index.Indexed,
    ClusterableModel,
):
    """A record that pages, widgets and printed material show, and never copy.

    A fact that is not fit to be public stays a draft on every path: `save()` refuses to make it
    live, whether a person, a workflow, a schedule or a script asks.
    """

    class Meta:
        abstract = True

    def why_not_publishable(self) -> dict[str, str]:
        """Say, for each field, what must change before this record may be public."""
        return {}

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a live record that may not be public is refused and nothing is written.

        Raises:
            NotPublishableError: the record is live and `why_not_publishable` has something to say.
        """
        if self.live:
            reasons = self.why_not_publishable()
            if reasons:
                raise NotPublishableError(reasons)
        super().save(*args, **kwargs)

    def get_preview_template(self, request: Any, mode_name: str) -> str:  # noqa: ARG002 - Wagtail's
        """One preview template for each kind of record."""
        return f"content_blocks/previews/{self._meta.model_name}.html"


SLUG_HELP = _(
    "The permanent short name of this record: small letters, numbers and hyphens. "
    "Pages and campaign files refer to it, so do not change it later."
)
