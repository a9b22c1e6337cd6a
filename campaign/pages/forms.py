"""The form of every page type."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm


class BasePageForm(WagtailAdminPageForm):
    """Refuses a newly chosen publication time that has passed.

    Wagtail reads such a time as "now", so a slip of the year would make public at once what was
    meant for later. A time that has passed since it was chosen stays in the form without harm.
    """

    def clean(self) -> dict[str, Any]:
        """Say what is wrong with the time, and what to do instead."""
        cleaned: dict[str, Any] = super().clean()
        go_live_at = cleaned.get("go_live_at")
        if go_live_at and "go_live_at" in self.changed_data and go_live_at <= timezone.now():
            self.add_error(
                "go_live_at",
                forms.ValidationError(
                    _(
                        "This time has passed. Choose a time to come, or leave it empty to publish "
                        "the page now."
                    ),
                    code="go_live_at_has_passed",
                ),
            )
        return cleaned
