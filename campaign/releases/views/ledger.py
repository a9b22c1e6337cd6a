"""The ledger for editors: the report, "what did this address show", and the export."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.views.reports import ReportView
from wagtail.admin.widgets import AdminDateTimeInput
from wagtail.admin.widgets.button import HeaderButton
from wagtail.permission_policies import ModelPermissionPolicy

from campaign.releases.enums import Cause, LedgerChange
from campaign.releases.ledger import Answer, count_unrecorded, shown
from campaign.releases.ledger_text import Line, as_csv, as_json, lines_of
from campaign.releases.models import LedgerEntry

VIEW = "campaign_releases.view_ledgerentry"
EXPORTS = {"csv": (as_csv, "text/csv"), "json": (as_json, "application/json")}


class AddressColumn(Column):
    """The address as text, with a link to the answer for the moment the entry begins."""

    cell_template_name = "campaign_releases/ledger/address_cell.html"

    def get_cell_context_data(
        self, instance: LedgerEntry, parent_context: dict[str, Any]
    ) -> dict[str, Any]:
        """Add the question as a query."""
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        asked = {"address": instance.address, "at": instance.at.isoformat()}
        context["query"] = urlencode(asked | {"language": instance.language})
        return context


class ChangeColumn(Column):
    """What happened: shown, changed, gone."""

    cell_template_name = "campaign_releases/ledger/change_cell.html"


class FromColumn(Column):
    """When it began, to the second."""

    cell_template_name = "campaign_releases/ledger/from_cell.html"


class UntilColumn(Column):
    """When the next entry took over; in words while this one stands."""

    cell_template_name = "campaign_releases/ledger/until_cell.html"


class WhoColumn(Column):
    """Who did it, who approved it, in which release, and why."""

    cell_template_name = "campaign_releases/ledger/who_cell.html"


def _languages() -> list[tuple[str, str]]:
    codes = LedgerEntry.objects.order_by("language").values_list("language", flat=True).distinct()
    return [(code, code) for code in codes if code]


class LedgerFilterSet(WagtailFilterSet):
    """What to show: by address, language, period, change, cause, release and person."""

    address = django_filters.CharFilter(
        label=gettext_lazy("Address contains"), lookup_expr="icontains"
    )
    language = django_filters.ChoiceFilter(label=gettext_lazy("Language"), choices=_languages)
    at = django_filters.DateFromToRangeFilter(
        label=gettext_lazy("Period"), widget=DateRangePickerWidget
    )
    change = django_filters.ChoiceFilter(label=gettext_lazy("Change"), choices=LedgerChange.choices)
    cause = django_filters.ChoiceFilter(label=gettext_lazy("Cause"), choices=Cause.choices)
    release = django_filters.CharFilter(
        label=gettext_lazy("Release"), method="filter_release", field_name="release_title"
    )
    person = django_filters.CharFilter(
        label=gettext_lazy("Person (by or approved by)"), method="filter_person"
    )
    records = django_filters.ChoiceFilter(
        label=gettext_lazy("What"),
        choices=[
            ("addresses", gettext_lazy("Addresses only")),
            ("records", gettext_lazy("Records only")),
        ],
        method="filter_records",
    )

    class Meta:
        model = LedgerEntry
        fields: list[str] = []

    def filter_release(self, queryset: Any, name: str, value: str) -> Any:  # noqa: ARG002
        """By a part of the title, or by the number."""
        wanted = Q(release_title__icontains=value)
        return queryset.filter(wanted | Q(release_id=int(value)) if value.isdecimal() else wanted)

    def filter_person(self, queryset: Any, name: str, value: str) -> Any:  # noqa: ARG002
        """By a part of the name of whoever did or approved it."""
        return queryset.filter(Q(user_name__icontains=value) | Q(approved_by_name__icontains=value))

    def filter_records(self, queryset: Any, name: str, value: str) -> Any:  # noqa: ARG002
        """Only what has an address of its own, or only records that pages show."""
        return queryset.records() if value == "records" else queryset.addresses()


class LedgerReport(ReportView):
    """Every change of what the public saw, the newest first."""

    model = LedgerEntry
    page_title = gettext_lazy("Ledger")
    header_icon = "history"
    index_url_name = "campaign_releases_ledger:report"
    index_results_url_name = "campaign_releases_ledger:results"
    results_template_name = "campaign_releases/ledger/results.html"
    filterset_class = LedgerFilterSet
    default_ordering = "-at"
    permission_policy = ModelPermissionPolicy(LedgerEntry)
    any_permission_required = ["view"]
    columns = [
        AddressColumn("address", label=gettext_lazy("Address"), width="26%"),
        ChangeColumn("change", label=gettext_lazy("Change")),
        FromColumn("at", label=gettext_lazy("From"), sort_key="at"),
        UntilColumn("until", label=gettext_lazy("Until")),
        WhoColumn("who", label=gettext_lazy("By whom, and why")),
    ]

    def get_base_queryset(self) -> QuerySet[LedgerEntry]:
        """All of it, with the end of each entry."""
        entries: QuerySet[LedgerEntry] = LedgerEntry.objects.with_until()
        return entries

    def order_queryset(self, queryset: Any) -> Any:
        """Entries of one moment in the order in which they were written."""
        ordered = super().order_queryset(queryset)
        return (
            ordered.order_by(*ordered.query.order_by, "-pk") if ordered.query.order_by else ordered
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Count what the ledger does not know, for the line above the table."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["unrecorded_count"] = count_unrecorded()
        return context

    @cached_property
    def header_more_buttons(self) -> list[Any]:
        """The question, and the two exports of what is filtered."""
        query = self.request.GET.copy()
        query.pop("p", None)
        export = reverse("campaign_releases_ledger:export")
        return [
            HeaderButton(
                label=_("What did an address show?"),
                url=reverse("campaign_releases_ledger:shown"),
                icon_name="search",
                priority=10,
            ),
            *(
                HeaderButton(
                    label=_("Download %(format)s") % {"format": name.upper()},
                    url=f"{export}?{urlencode([*query.lists(), ('format', name)], doseq=True)}",
                    icon_name="download",
                    priority=20,
                )
                for name in EXPORTS
            ),
        ]


class MomentField(forms.DateTimeField):
    """A time by the reader's clock, or with its distance from UTC where clocks repeat it."""

    def to_python(self, value: Any) -> datetime | None:
        """Say how to name one of two moments."""
        try:
            moment: datetime | None = super().to_python(value)
        except forms.ValidationError as error:
            if error.code != "ambiguous_timezone":
                raise
            raise forms.ValidationError(
                _(
                    "Clocks skip or repeat that time. Write how far it is from UTC too, as in "
                    "2027-10-31T01:30+00:00."
                ),
                code=error.code,
            ) from error
        return moment


class AskForm(forms.Form):
    """The question: which address, when, in which language."""

    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=2100,
        help_text=gettext_lazy("For example /en/guidance/hotels/. A whole address works too."),
    )
    at = MomentField(label=gettext_lazy("At"), widget=AdminDateTimeInput, required=False)
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        required=False,
        help_text=gettext_lazy("Only where one address has had several languages."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("Any")), *_languages()]  # type: ignore[attr-defined]
        self.fields["at"].help_text = _(
            "By the clock in %(zone)s, which is set in your account. Leave it empty for now."
        ) % {"zone": timezone.get_current_timezone_name()}


class ShownView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """What did this address show at that moment? Asked with GET, so that an answer can be kept."""

    template_name = "campaign_releases/ledger/shown.html"
    page_title = gettext_lazy("What did an address show?")
    header_icon = "history"
    permission_policy = ModelPermissionPolicy(LedgerEntry)
    any_permission_required = ["view"]

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Below the report."""
        return [
            *self.breadcrumbs_items,
            {"url": reverse("campaign_releases_ledger:report"), "label": _("Ledger")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the form and, where a question was asked, the answer."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        form = AskForm(self.request.GET or None)
        context["form"] = form
        if form.is_valid():
            answer = shown(
                form.cleaned_data["address"],
                form.cleaned_data["language"],
                form.cleaned_data["at"],
            )
            context |= {
                "answer": answer,
                "lines": _lines_of(answer.entry),
                "records": [(record, _lines_of(record)) for record in answer.records],
                "history": _history(answer),
            }
        return context


def _lines_of(entry: LedgerEntry | None) -> list[Line]:
    if entry is None or entry.content is None:
        return []
    return lines_of(entry.content_type, entry.content.content)


def _history(answer: Answer) -> str:
    address = reverse("campaign_releases_ledger:report")
    return f"{address}?{urlencode({'address': answer.address})}"


def export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Send the filtered entries as CSV or JSON, as they are read."""
    if not request.user.has_perm(VIEW):
        raise PermissionDenied
    if request.GET.get("format") not in EXPORTS:
        return HttpResponseBadRequest("format=csv, or format=json")
    name = request.GET["format"]
    write, content_type = EXPORTS[name]
    entries = LedgerFilterSet(
        request.GET, queryset=LedgerEntry.objects.order_by("at", "pk"), request=request
    ).qs
    at = timezone.now()
    return StreamingHttpResponse(
        (piece.encode() for piece in write(entries)),
        content_type=f"{content_type}; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="ledger-{at:%Y%m%dT%H%M%SZ}.{name}"'
        },
    )
