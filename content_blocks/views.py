"""The editor's views of facts, where they differ from Wagtail's own."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from wagtail.admin import messages
from wagtail.snippets.views.snippets import (
    CollectWorkflowActionDataView,
    CopyView,
    CreateView,
    EditView,
    WorkflowActionView,
)

from content_blocks.exceptions import NotPublishableError


class PublicationMixin:
    """Say in the form why a record may not be public, when an editor wants to make it so.

    The model refuses it on every path; here the editor learns it before anything is saved.
    """

    def is_valid(self, form: Any) -> bool:
        """Tell the form what the editor wants."""
        form.publishing = self.is_publishing()
        valid: bool = super().is_valid(form)  # type: ignore[misc]
        return valid

    def is_publishing(self) -> bool:
        """Whether this request would make the record public, now or at its time."""
        action = getattr(self, "action", None)
        if action == "workflow-action":
            return getattr(self, "workflow_action", None) == "approve"
        return action == "publish"


class FactCreateView(PublicationMixin, CreateView):
    """Make a record."""


class FactCopyView(PublicationMixin, CopyView):
    """Make a record from another."""


class FactEditView(PublicationMixin, EditView):
    """Change a record."""


class RefusalMixin:
    """Turn a refusal in the last step of a workflow into a message; nothing is changed."""

    object: Any

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Run the action as one transaction."""
        try:
            with transaction.atomic():
                response: HttpResponse = super().post(request, *args, **kwargs)  # type: ignore[misc]
                return response
        except (NotPublishableError, ValidationError) as refusal:
            messages.error(request, " ".join(refusal.messages))
            return redirect(self.object.snippet_viewset.get_url_name("edit"), self.object.pk)


class FactWorkflowActionView(RefusalMixin, WorkflowActionView):
    """Approve or reject."""


class FactCollectWorkflowActionDataView(RefusalMixin, CollectWorkflowActionDataView):
    """Approve or reject with a comment."""
