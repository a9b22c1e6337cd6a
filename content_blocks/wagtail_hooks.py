"""What this package registers with Wagtail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.utils import quote
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.rich_text.editors.draftail.features import EntityFeature
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.rich_text.feature_registry import FeatureRegistry
from wagtail.snippets.models import register_snippet

from content_blocks.deletion import refuse_deletion_in_use
from content_blocks.exceptions import FactInUseError
from content_blocks.models.base import Fact
from content_blocks.phone_chooser import phone_chooser_viewset
from content_blocks.rich_text import (
    ENTITY_TYPE,
    FEATURE,
    ContactLinkHandler,
    ContentstateContactConversionRule,
    PublicPageLinkHandler,
)
from content_blocks.viewsets import CampaignFactsViewSetGroup

register_snippet(CampaignFactsViewSetGroup)


@hooks.register("register_admin_viewset")
def register_phone_chooser() -> ChooserViewSet:
    """The window in which an editor chooses whose number to put into a text."""
    return phone_chooser_viewset


# After Wagtail's own, which it replaces.
@hooks.register("register_rich_text_features", order=1)
def register_public_page_link(features: FeatureRegistry) -> None:
    """A link in running text leads to a public page, or is no link."""
    features.register_link_type(PublicPageLinkHandler)


@hooks.register("register_rich_text_features")
def register_contact_phone(features: FeatureRegistry) -> None:
    """The phone entity: shown to readers, edited, and turned from one form into the other."""
    features.register_link_type(ContactLinkHandler)
    features.register_editor_plugin(
        "draftail",
        FEATURE,
        EntityFeature(
            {
                "type": ENTITY_TYPE,
                "icon": "mobile-alt",
                "description": _("Phone number of a contact"),
                "attributes": ["slug", "name", "number"],
                "chooserUrls": {
                    "contactChooser": reverse_lazy(f"{phone_chooser_viewset.name}:choose")
                },
            },
            js=["wagtailadmin/js/chooser-modal.js", "content_blocks/js/contact-phone.js"],
        ),
    )
    features.register_converter_rule("contentstate", FEATURE, ContentstateContactConversionRule)


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
