"""Times in the editor's forms: which zone, which of two, and never one that does not exist.

Wagtail's own field says of such times only that they "may be ambiguous or may not exist", and
nowhere which clock counts. `install` gives every date and time in the admin this field instead,
with Wagtail's widget inside; and every form of a thing with drafts the rules for its two times.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import lazy
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms.models import (
    WagtailAdminDraftStateFormMixin,
    register_form_field_override,
)
from wagtail.admin.panels import PublishingPanel
from wagtail.admin.widgets import AdminDateTimeInput
from wagtail.models import Page

from campaign.releases.exceptions import AmbiguousTimeError, NonexistentTimeError
from campaign.releases.set_times import sentences_for
from campaign.releases.wall_time import candidates, name_of_place, resolve


class TypedTime(str):
    """What was typed, and which of two moments was chosen with it (ISO, UTC; empty for none)."""

    which: str

    def __new__(cls, text: str, which: str = "") -> TypedTime:
        """A string with one thing more."""
        typed = super().__new__(cls, text)
        typed.which = which
        return typed


class WallTimeInput(AdminDateTimeInput):
    """Wagtail's field for a date and time, and below it the choice between two moments.

    The choice is there only for a time that clocks show twice: after it was refused, or when one
    was chosen before.
    """

    template_name = "campaign_releases/forms/wall_time_input.html"

    @classmethod
    def around(cls, widget: Any) -> WallTimeInput:
        """Take over what a panel asked of Wagtail's own widget."""
        made = cls(
            attrs=widget.attrs,
            format=widget.format,
            js_overlay_parent_selector=widget.js_overlay_parent_selector,
        )
        made.js_format, made.js_time_format = widget.js_format, widget.js_time_format
        return made

    def get_config(self) -> dict[str, Any]:
        """Keep the calendar from rewriting what was typed.

        It would read it on the clock of the browser, and turn a time that clocks skip into another
        without a word.
        """
        return {**super().get_config(), "validateOnBlur": False}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Keep the choice with what was typed."""
        text = super().value_from_datadict(data, files, name)
        return TypedTime(text, data.get(f"{name}-which") or "") if text else text

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the two moments, if it is that time of the year."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        wall, chosen = _shown(value)
        zone = timezone.get_current_timezone_name()
        found = candidates(wall, zone) if wall is not None else ()
        context["widget"]["which"] = {
            "name": f"{name}-which",
            "id": f"{context['widget']['attrs'].get('id') or name}-which",
            "time": f"{wall:%H:%M}" if wall else "",
            "place": name_of_place(zone),
            "choices": [
                {
                    "value": one.utc.isoformat(),
                    "label": one.label,
                    "checked": chosen == one.utc.isoformat(),
                }
                for one in found
            ],
        }
        return context


def _shown(value: Any) -> tuple[datetime | None, str]:
    """The naive time that a field shows, and which moment it stands for (ISO, UTC)."""
    if isinstance(value, datetime):
        if timezone.is_naive(value):
            return value, ""
        return timezone.make_naive(value), value.astimezone(UTC).isoformat()
    try:
        wall = parse_datetime(str(value or "").strip())
    except ValueError:
        return None, ""
    if wall is None or timezone.is_aware(wall):
        return None, ""
    return wall, getattr(value, "which", "")


def _zone_note() -> str:
    """Whose clock counts in this field."""
    own, ours = timezone.get_current_timezone_name(), settings.TIME_ZONE
    words = {"own": name_of_place(own), "ours": name_of_place(ours)}
    if own == ours:
        return _("%(own)s time.") % words
    return _("%(own)s time, the zone of your account. The campaign runs on %(ours)s time.") % words


class WallTimeField(forms.DateTimeField):
    """A date and time on the clock of the person who types it, as one moment (aware, UTC).

    Refuses a time that clocks skip, with the next that there is; asks which of two is meant.
    """

    widget = WallTimeInput

    def __init__(self, **kwargs: Any) -> None:
        widget = kwargs.get("widget")
        if isinstance(widget, AdminDateTimeInput) and not isinstance(widget, WallTimeInput):
            kwargs["widget"] = WallTimeInput.around(widget)
        super().__init__(**kwargs)
        own_help, note = self.help_text, lazy(_zone_note, str)
        self.help_text = lazy(lambda: f"{own_help} {note()}".strip(), str)()

    def prepare_value(self, value: Any) -> Any:
        """The moment on the reader's clock; not without its zone, which says which of two."""
        if isinstance(value, datetime) and timezone.is_aware(value):
            return timezone.localtime(value)
        return value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether another moment was typed.

        Compared in UTC: Python calls a time that clocks show twice unequal to the same moment in
        another zone.
        """
        if isinstance(initial, datetime) and timezone.is_aware(initial):
            initial = initial.astimezone(UTC)
        return super().has_changed(initial, data)

    def to_python(self, value: Any) -> datetime | None:
        """The moment that was typed.

        Raises:
            ValidationError: no date and time ("invalid"), skipped ("nonexistent") or shown twice
                and none chosen ("ambiguous").
        """
        if value in self.empty_values:
            return None
        typed = value if isinstance(value, datetime) else self._parsed(str(value).strip())
        if timezone.is_aware(typed):
            return typed
        zone = timezone.get_current_timezone_name()
        try:
            return resolve(typed, zone)
        except NonexistentTimeError as error:
            raise ValidationError(str(error), code="nonexistent") from error
        except AmbiguousTimeError as error:
            which = getattr(value, "which", "")
            for one in error.candidates:
                if one.utc.isoformat() == which:
                    return one.utc
            raise ValidationError(str(error), code="ambiguous") from error

    def _parsed(self, text: str) -> datetime:
        try:
            parsed = parse_datetime(text)
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        if parsed is None:
            # By the formats of the admin's language, as Django's own field does it.
            parsed = super(forms.DateTimeField, self).to_python(text)
        return cast(datetime, parsed)


# --- The two times of a thing with drafts ---------------------------------------------------------

TIME_HAS_PASSED = gettext_lazy(
    "This time has passed. Choose a time to come, or leave it empty to publish the page now."
)
TIME_HAS_PASSED_FOR_RECORD = gettext_lazy(
    "This time has passed. Choose a time to come, or leave it empty to publish now."
)


def install() -> None:
    """Put the field and the rules into every form of the admin. Called once, at the start."""
    register_form_field_override(models.DateTimeField, override={"form_class": WallTimeField})
    if not hasattr(WagtailAdminDraftStateFormMixin.clean, "campaign_releases"):
        clean = _with_our_rules(WagtailAdminDraftStateFormMixin.clean)
        WagtailAdminDraftStateFormMixin.clean = clean
        panel = PublishingPanel.BoundPanel
        panel.get_context_data = _with_sentences(panel.get_context_data)


def _with_our_rules(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    @functools.wraps(original)
    def clean(form: Any) -> dict[str, Any]:
        now = timezone.now()
        _forget_end_that_has_come(form, now)
        _start_as_a_draft(form)
        cleaned: dict[str, Any] = original(form)
        go_live_at = cleaned.get("go_live_at")
        # Wagtail reads such a time as "now", so a slip of the year would make public at once what
        # was meant for later. A time that has passed since it was chosen stays without harm.
        if go_live_at and "go_live_at" in form.changed_data and go_live_at <= now:
            is_page = isinstance(form.instance, Page)
            message = TIME_HAS_PASSED if is_page else TIME_HAS_PASSED_FOR_RECORD
            form.add_error("go_live_at", ValidationError(message, code="go_live_at_has_passed"))
        return cleaned

    clean.campaign_releases = True  # type: ignore[attr-defined]
    return clean


def _start_as_a_draft(form: Any) -> None:
    """A new thing is a draft until it is published, also when "Publish" is what saves it.

    Wagtail's page creation inserts the row as live and publishes it afterwards: a page with a time
    would be public for a moment, and one that the gate refuses would be lost with what was typed.
    """
    if form.instance._state.adding:
        form.instance.live = False


def _with_sentences(original: Callable[..., Any]) -> Callable[..., Any]:
    """The schedule's dialog says above its fields what is to happen, in words."""

    @functools.wraps(original)
    def get_context_data(panel: Any, parent_context: Any = None) -> dict[str, Any]:
        if not panel.form.errors:
            sentences = sentences_for(panel.instance, at=timezone.now())
            if sentences:
                panel.help_text = format_html_join("", "<p>{}</p>", ((one,) for one in sentences))
        context: dict[str, Any] = original(panel, parent_context)
        return context

    return get_context_data


def _forget_end_that_has_come(form: Any, now: datetime) -> None:
    """What came down at its time can be edited again, although the form still shows that time.

    The end of something that is still public stays, and is refused: it is overdue.
    """
    expire_at = form.cleaned_data.get("expire_at")
    if not expire_at or expire_at >= now or "expire_at" in form.changed_data:
        return
    if form.instance.pk and not form.instance.live:
        form.cleaned_data["expire_at"] = None
        go_live_at = form.cleaned_data.get("go_live_at")
        if go_live_at and go_live_at <= expire_at:
            form.cleaned_data["go_live_at"] = None
