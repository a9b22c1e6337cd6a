"""What the editor's forms check that one model alone cannot."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm

from content_blocks.hours import Stretch, find_overlap
from content_blocks.models.base import Fact


class FactForm(WagtailAdminModelForm):
    """The form of every fact.

    The view says with `publishing` whether the record would become public. Then the form also
    asks the record itself; a draft may be saved without.
    """

    publishing = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer records of the same language only, and never the record itself."""
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            queryset = getattr(field, "queryset", None)
            if queryset is None or not issubclass(queryset.model, Fact):
                continue
            field.queryset = queryset.filter(locale=self.instance.locale_id)
            if isinstance(self.instance, queryset.model):
                field.queryset = field.queryset.exclude(pk=self.instance.pk)

    def _post_clean(self) -> None:
        super()._post_clean()
        if not self.publishing:
            return
        for field, reason in self.instance.why_not_publishable().items():
            self.add_error(field if field in self.fields else None, reason)


class ContactRouteForm(FactForm):
    """Hours make sense together: no overlaps, and none for a route that is always open."""

    def is_valid(self) -> bool:
        """Look at the rows of hours once each of them is valid."""
        return super().is_valid() and self._hours_agree()

    def _hours_agree(self) -> bool:
        formset = self.formsets.get("opening_hours")
        if formset is None:
            return True
        rows = [form for form in formset.forms if self._is_kept(form)]
        if rows and self.cleaned_data.get("always_open"):
            self.add_error(
                "always_open",
                _("Untick this, or remove the weekly hours: a route cannot have both."),
            )
            return False
        by_day: dict[int, list[Stretch]] = {}
        for form in rows:
            day = by_day.setdefault(form.cleaned_data["weekday"], [])
            day.append(Stretch(form.cleaned_data["opens"], form.cleaned_data.get("closes")))
            if find_overlap(day):
                form.add_error("opens", _("These hours overlap with others of the same day."))
                return False
        return True

    @staticmethod
    def _is_kept(form: Any) -> bool:
        return bool(form.cleaned_data.get("opens")) and not form.cleaned_data.get("DELETE")
