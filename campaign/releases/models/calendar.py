"""Who subscribes to the calendar from outside the editor."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class CalendarFeed(models.Model):
    """One person's secret address of the calendar, for the calendar program they use.

    Only the hash of the token is kept: whoever reads the database cannot read the feed, and the
    address is shown once, when it is made. Making a new one replaces the former.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    token_hash = models.CharField(
        max_length=64, unique=True, editable=False, help_text=_("SHA-256 of the token.")
    )
    made_at = models.DateTimeField(_("made"))

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.user)
