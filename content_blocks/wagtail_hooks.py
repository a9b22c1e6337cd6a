"""What this package registers with Wagtail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.utils import quote
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from wagtail import hooks
from wagtail.admin import messages
from wagtail.snippets.models import register_snippet

from content_blocks.deletion import refuse_deletion_in_use
from content_blocks.exceptions import FactInUseError
from content_blocks.models.base import Fact
from content_blocks.viewsets import CampaignFactsViewSetGroup

register_snippet(CampaignFactsViewSetGroup)


@hooks.register("before_delete_snippet")
def explain_facts_in_use(request: HttpRequest, instances: Sequence[Any]) -> HttpResponse | None:
    """Show where a record is used, in place of deleting it; for one record or for many."""
    for instance in instances:
        if not isinstance(instance, Fact):
            continue
        try:
            refuse_deletion_in_use(instance)
        except FactInUseError as refusal:
            messages.error(request, refusal.message)
            return redirect(instance.snippet_viewset.get_url_name("usage"), quote(instance.pk))
    return None
