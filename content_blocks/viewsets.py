"""The facts of a campaign in the admin: one menu group, one list and form for each kind."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    PublishingPanel,
    TabbedInterface,
)
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet, SnippetViewSetGroup

from content_blocks.enums import Confirmation, RouteStatus
from content_blocks.filters import (
    ContactRouteFilterSet,
    GlossaryTermFilterSet,
    HotspotFilterSet,
    SignFilterSet,
)
from content_blocks.forms import ContactRouteForm, FactForm
from content_blocks.hours import today
from content_blocks.models import ContactRoute, GlossaryTerm, Hotspot, Sign
from content_blocks.views import (
    FactCollectWorkflowActionDataView,
    FactCopyView,
    FactCreateView,
    FactEditView,
    FactWorkflowActionView,
)


def review_text(record: Sign | ContactRoute) -> str:
    """When to look at a record again, in the words of the list."""
    if record.review_due is None:
        return str(_("No date"))
    if record.review_due < today(timezone.now()):
        return str(_("Overdue"))
    return f"{record.review_due:%Y-%m-%d}"


def status_text(route: ContactRoute) -> str:
    """The state of a route in a word or two; the label of the choice explains it in the form."""
    return str(str(RouteStatus(route.status).label).partition(":")[0])


def is_overdue(record: Sign | ContactRoute) -> bool:
    """Whether the date to look at a record again has passed."""
    return record.review_due is not None and record.review_due < today(timezone.now())


class FactViewSet(SnippetViewSet):
    """What the admin of all facts has in common."""

    add_view_class = FactCreateView
    copy_view_class = FactCopyView
    edit_view_class = FactEditView
    workflow_action_view_class = FactWorkflowActionView
    collect_workflow_action_data_view_class = FactCollectWorkflowActionDataView
    inspect_view_enabled = True
    # What Wagtail and the language bridge keep for themselves says nothing to an editor.
    inspect_view_fields_exclude = [
        "id",
        "translation_key",
        "latest_revision",
        "live_revision",
        "first_published_at",
        "has_unpublished_changes",
        "locked",
        "locked_at",
        "locked_by",
        "expired",
    ]
    list_per_page = 50
    copy_view_enabled = True


class HotspotViewSet(FactViewSet):
    """Kinds of place; their order in lists is changed by dragging."""

    model = Hotspot
    icon = "site"
    menu_label = _("Hotspots")
    ordering = ["order", "name"]
    sort_order_field = "order"
    list_display = [
        "name",
        Column("pictogram", label=_("Pictogram"), accessor="get_pictogram_display"),
        "summary",
    ]
    list_export = ["slug", "name", "summary", "pictogram", "order", "live"]
    export_filename = "hotspots"
    filterset_class = HotspotFilterSet
    edit_handler = ObjectList(
        [
            HelpPanel(
                content=_(
                    "<p>A <strong>kind</strong> of place, never a named place. Naming a place tips "
                    "people off and brands a community.</p>"
                )
            ),
            FieldPanel("name"),
            FieldPanel("slug"),
            FieldPanel("summary"),
            FieldPanel("pictogram"),
            PublishingPanel(),
        ],
        base_form_class=FactForm,
    )


class SignViewSet(FactViewSet):
    """Signs."""

    model = Sign
    icon = "view"
    menu_label = _("Signs")
    ordering = ["code"]
    filterset_class = SignFilterSet
    list_display = [
        "code",
        "text",
        Column("observed", label=_("Observed"), accessor="get_observed_display"),
        StatusTagColumn(
            "confirmation",
            label=_("Confirmation"),
            accessor="get_confirmation_display",
            primary=lambda sign: sign.confirmation != Confirmation.AWAITING,
        ),
        StatusTagColumn(
            "review_due",
            label=_("Review due"),
            accessor=review_text,
            primary=lambda sign: not is_overdue(sign),
            sort_key="review_due",
        ),
    ]
    list_export = [
        "code",
        "text",
        "observed",
        "exploitation_type",
        "caution",
        "source",
        "source_url",
        "confirmation",
        "reviewed_on",
        "review_due",
        "live",
    ]
    export_filename = "signs"
    edit_handler = TabbedInterface(
        [
            ObjectList(
                [
                    HelpPanel(
                        content=_(
                            "<p>Describe <strong>behaviour</strong>, never how somebody looks, "
                            "speaks or dresses, or where they are from. One sign proves nothing: "
                            "say why it may be innocent.</p>"
                        )
                    ),
                    FieldPanel("text"),
                    FieldPanel("caution"),
                    FieldRowPanel([FieldPanel("observed"), FieldPanel("exploitation_type")]),
                    FieldPanel("hotspots", widget=forms.CheckboxSelectMultiple),
                    FieldPanel("noticed_by"),
                    FieldPanel("do_now"),
                ],
                heading=_("Sign"),
            ),
            ObjectList(
                [
                    FieldPanel("code"),
                    FieldPanel("source"),
                    FieldPanel("source_url"),
                    FieldPanel("confirmation"),
                    FieldRowPanel([FieldPanel("reviewed_on"), FieldPanel("review_due")]),
                    PublishingPanel(),
                ],
                heading=_("Source and review"),
            ),
        ],
        base_form_class=FactForm,
    )


class ContactRouteIndexView(IndexView):
    """The list of contact routes."""

    def get_base_queryset(self) -> QuerySet[Any]:
        """Read what the columns show in one query."""
        queryset: QuerySet[Any] = super().get_base_queryset()
        return queryset.select_related("replaced_by")


class ContactRouteViewSet(FactViewSet):
    """Ways to reach help."""

    model = ContactRoute
    icon = "mobile-alt"
    menu_label = _("Contact routes")
    ordering = ["name"]
    index_view_class = ContactRouteIndexView
    filterset_class = ContactRouteFilterSet
    list_display = [
        "name",
        Column("channel", label=_("Channel"), accessor="get_channel_display"),
        Column("number", label=_("Number"), accessor="number_shown"),
        StatusTagColumn(
            "status",
            label=_("State of the route"),
            accessor=status_text,
            primary=lambda route: route.status == RouteStatus.LIVE,
            sort_key="status",
        ),
        StatusTagColumn(
            "review_due",
            label=_("Check again by"),
            accessor=review_text,
            primary=lambda route: not is_overdue(route),
            sort_key="review_due",
        ),
        DateColumn("verified_on", label=_("Checked on"), sort_key="verified_on"),
    ]
    list_export = [
        "slug",
        "name",
        "channel",
        "number",
        "url",
        "email",
        "operator",
        "status",
        "verified_on",
        "verified_by",
        "review_due",
        "source_url",
        "live",
    ]
    export_filename = "contact-routes"
    edit_handler = TabbedInterface(
        [
            ObjectList(
                [
                    HelpPanel(
                        content=_(
                            "<p>One way to reach help: one number, one link or one address. If a "
                            "service has a phone line and a chat, make two routes.</p>"
                        )
                    ),
                    FieldPanel("name"),
                    FieldPanel("slug"),
                    FieldPanel("short_use"),
                    FieldPanel("channel"),
                    MultiFieldPanel(
                        [
                            FieldRowPanel([FieldPanel("number"), FieldPanel("number_display")]),
                            FieldPanel("url"),
                            FieldPanel("email"),
                        ],
                        heading=_("What people use to reach it"),
                    ),
                    FieldPanel("audiences"),
                    FieldPanel("urgency"),
                ],
                heading=_("Route"),
            ),
            ObjectList(
                [
                    HelpPanel(
                        content=_(
                            "<p>People are afraid of being wrong and of being found out. Say "
                            "plainly who answers and what happens to what they say. If you are "
                            "not sure, choose “we are checking”.</p>"
                        )
                    ),
                    FieldPanel("operator"),
                    FieldRowPanel(
                        [FieldPanel("independent_of_council"), FieldPanel("independent_of_police")]
                    ),
                    FieldPanel("anonymity"),
                    FieldPanel("what_is_shared"),
                    FieldPanel("who_pays"),
                ],
                heading=_("Trust"),
            ),
            ObjectList(
                [
                    FieldPanel("always_open"),
                    InlinePanel(
                        "opening_hours",
                        heading=_("Weekly hours"),
                        label=_("hours of one day"),
                        help_text=_(
                            "A row for each stretch of each day, in United Kingdom time. Leave all "
                            "out if you do not know: readers see “we are checking these hours”."
                        ),
                        panels=[
                            FieldRowPanel(
                                [FieldPanel("weekday"), FieldPanel("opens"), FieldPanel("closes")]
                            )
                        ],
                    ),
                    InlinePanel(
                        "opening_exceptions",
                        heading=_("Days with other hours"),
                        label=_("day"),
                        help_text=_("Bank holidays and the like. They go before the weekly hours."),
                        panels=[
                            FieldRowPanel([FieldPanel("date"), FieldPanel("closed")]),
                            FieldRowPanel([FieldPanel("opens"), FieldPanel("closes")]),
                            FieldPanel("note"),
                        ],
                    ),
                    FieldPanel("hours_text"),
                    MultiFieldPanel(
                        [
                            FieldPanel("cost"),
                            FieldPanel("cost_text"),
                            FieldPanel("shows_on_bill"),
                        ],
                        heading=_("Cost"),
                    ),
                ],
                heading=_("Hours and cost"),
            ),
            ObjectList(
                [
                    FieldPanel("languages"),
                    FieldPanel("languages_text"),
                    FieldPanel("bsl"),
                    FieldPanel("accessible_alternatives", widget=forms.CheckboxSelectMultiple),
                    FieldPanel("area"),
                    FieldPanel("eligibility"),
                    FieldPanel("minimum_age"),
                ],
                heading=_("Who can use it"),
            ),
            ObjectList(
                [
                    HelpPanel(
                        content=_(
                            "<p>Contact details decay fast. Call, write or read the service's own "
                            "page before you set a route to “working”.</p>"
                        )
                    ),
                    FieldPanel("status"),
                    FieldRowPanel([FieldPanel("verified_on"), FieldPanel("verified_by")]),
                    FieldPanel("review_due"),
                    FieldPanel("source"),
                    FieldPanel("source_url"),
                    FieldPanel("replaced_by"),
                    PublishingPanel(),
                ],
                heading=_("Checking"),
            ),
        ],
        base_form_class=ContactRouteForm,
    )


class GlossaryTermViewSet(FactViewSet):
    """Words we use."""

    model = GlossaryTerm
    icon = "openquote"
    menu_label = _("Glossary")
    ordering = ["term"]
    filterset_class = GlossaryTermFilterSet
    list_display = ["term", "definition"]
    list_export = ["slug", "term", "definition", "avoid", "source_url", "reviewed_on", "live"]
    export_filename = "glossary"
    edit_handler = ObjectList(
        [
            FieldPanel("term"),
            FieldPanel("slug"),
            FieldPanel("definition"),
            FieldPanel("avoid"),
            FieldPanel("source_url"),
            FieldPanel("reviewed_on"),
            PublishingPanel(),
        ],
        base_form_class=FactForm,
    )


class CampaignFactsViewSetGroup(SnippetViewSetGroup):
    """The menu group “Campaign facts”."""

    items = (ContactRouteViewSet, SignViewSet, HotspotViewSet, GlossaryTermViewSet)
    menu_label = _("Campaign facts")
    menu_icon = "list-ul"
    menu_name = "campaign-facts"
    menu_order = 150
