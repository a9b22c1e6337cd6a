"""What every fact is: translatable, drafted, versioned, lockable, previewable and searchable."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
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

#: What Wagtail writes to the row of a live record when a draft of it is saved or locked.
DRAFT_BOOKKEEPING = frozenset(
    {
        "latest_revision",
        "has_unpublished_changes",
        "locked",
        "locked_at",
        "locked_by",
    }
)


class Fact(
    WorkflowMixin,
    DraftStateMixin,
    LockableMixin,
    RevisionMixin,
    PreviewableMixin,
    TranslatableMixin,
    index.Indexed,
    ClusterableModel,
    models.Model,  # Wagtail is untyped: without this line the type checker sees no model
):
    """A record that pages, widgets and printed material show, and never copy.

    A fact that is not fit to be public stays a draft on every path: `save()` refuses to make it
    live, whether a person, a workflow, a schedule or a script asks.
    """

    #: The field that names the record for good; no two records of one language share it.
    permanent_name_field: ClassVar[str] = "slug"

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a live record that may not be public is refused and nothing is written.

        Raises:
            NotPublishableError: the record is live and `why_not_publishable` has something to say.
        """
        if self.live and self._writes_content(kwargs.get("update_fields")):
            reasons = self.why_not_publishable()
            if reasons:
                raise NotPublishableError(reasons)
        # Whoever hears of it writes in the same transaction, or nothing is written.
        with transaction.atomic():
            super().save(*args, **kwargs)

    def clean(self) -> None:
        """Refuse a permanent name that another record of this language has.

        The database has this rule too. A form leaves it out, because the language is not one of
        its fields, and the editor would see an error page.
        """
        super().clean()
        field = self.permanent_name_field
        if self.locale_id is None:
            return
        others = type(self)._default_manager.filter(
            **{field: getattr(self, field), "locale": self.locale_id}
        )
        if others.exclude(pk=self.pk).exists():
            raise ValidationError(
                {
                    field: _(
                        "Another record in this language has “%(name)s” already. Choose a "
                        "different one, or edit that record."
                    )
                    % {"name": getattr(self, field)}
                }
            )

    def why_not_publishable(self) -> dict[str, Any]:
        """Say, for each field, what must change before this record may be public."""
        return {}

    @staticmethod
    def _writes_content(update_fields: Iterable[str] | None) -> bool:
        """Whether a save writes more than the bookkeeping of drafts.

        Saving a draft of a live record holds the draft in memory, but writes only a few columns.
        """
        return update_fields is None or not set(update_fields) <= DRAFT_BOOKKEEPING

    def get_preview_template(self, request: Any, mode_name: str) -> str:  # noqa: ARG002 - Wagtail's
        """One preview template for each kind of record."""
        return f"content_blocks/previews/{self._meta.model_name}.html"


SLUG_HELP = _(
    "The permanent short name of this record: small letters, numbers and hyphens. "
    "Pages and campaign files refer to it, so do not change it later."
)
