"""The ledger: what each address showed in each language, from when, and on whose approval.

Rows are only ever added (`append_only` makes the database refuse anything else). They hold plain
values and no keys to other tables of the site, so that no deletion, no `purge_revisions` and no
uninstalled app can reach them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaign.releases.addresses import RECORD_PREFIX
from campaign.releases.enums import Cause, LedgerChange
from campaign.releases.exceptions import LedgerIsAppendOnlyError
from campaign.releases.querysets import LedgerEntryQuerySet


class AppendOnly(models.Model):
    """A row that is written once."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new row.

        Raises:
            LedgerIsAppendOnlyError: the row is in the database already.
        """
        if not self._state.adding:
            raise LedgerIsAppendOnlyError
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse (LedgerIsAppendOnlyError)."""
        raise LedgerIsAppendOnlyError


class LedgerContent(AppendOnly):
    """One state of content, kept once however many addresses showed it and however often.

    `hash` is the SHA-256 of `content` as canonical JSON: sorted keys, no spaces, UTF-8.
    """

    hash = models.CharField(_("SHA-256"), max_length=64, primary_key=True)
    content = models.JSONField(_("content"))
    refers_to = models.JSONField(
        _("refers to"),
        default=list,
        help_text=_("The records that this content shows, as pairs of type and number."),
    )

    objects: ClassVar[Any] = models.Manager.from_queryset(LedgerEntryQuerySet)()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("content in the ledger")
        verbose_name_plural = _("contents in the ledger")
        default_permissions = ()

    def __str__(self) -> str:
        return self.hash


class LedgerEntry(AppendOnly):
    """From `at` on, `address` shows this; until the next entry of the same address and language.

    A record that pages show (a snippet) has the address `record:<type>/<number>`. A page outside
    every site is recorded like that too.
    """

    address = models.CharField(_("address"), max_length=2000)
    site_id = models.CharField(_("site"), max_length=36, blank=True)
    language = models.CharField(_("language"), max_length=100)
    content_type = models.CharField(_("type"), max_length=200)
    object_id = models.CharField(_("number of the page or record"), max_length=255)
    translation_key = models.UUIDField(_("translation key"), null=True, blank=True)
    title = models.CharField(_("title"), max_length=255, blank=True)
    revision_id = models.CharField(_("version"), max_length=255, blank=True)
    content = models.ForeignKey(
        LedgerContent,
        verbose_name=_("content"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_column="content_hash",
        help_text=_("What was shown; empty when the address shows nothing from then on."),
    )
    change = models.CharField(_("change"), max_length=16, choices=LedgerChange)
    at = models.DateTimeField(_("from"))
    recorded_at = models.DateTimeField(_("recorded"))
    user_id = models.CharField(_("number of the person"), max_length=255, blank=True)
    user_name = models.CharField(_("by"), max_length=255, blank=True)
    approved_by_id = models.CharField(_("number of the approver"), max_length=255, blank=True)
    approved_by_name = models.CharField(_("approved by"), max_length=255, blank=True)
    release_id = models.BigIntegerField(_("number of the release"), null=True, blank=True)
    release_title = models.CharField(_("release"), max_length=255, blank=True)
    cause = models.CharField(_("cause"), max_length=16, choices=Cause)
    reason = models.TextField(_("reason"), blank=True)

    objects: ClassVar[Any] = models.Manager.from_queryset(LedgerEntryQuerySet)()
    wagtail_reference_index_ignore = True

    #: When the next entry of this address took over; only on rows of `with_until()`.
    until: datetime | None

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ("-at", "-pk")
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["address", "language", "at"], name="ledger_address_at"),
            models.Index(fields=["content_type", "object_id"], name="ledger_object"),
            models.Index(fields=["at"], name="ledger_at"),
            models.Index(
                fields=["release_id"], name="ledger_release", condition=Q(release_id__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(change__in=LedgerChange.values), name="ledger_change_is_known"
            ),
            models.CheckConstraint(
                condition=Q(change=LedgerChange.GONE, content__isnull=True)
                | Q(~Q(change=LedgerChange.GONE), content__isnull=False),
                name="ledger_content_unless_gone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S}Z {self.address} {self.get_change_display()}"

    @property
    def is_record(self) -> bool:
        """Whether this is about a record that pages show, and not about an address of its own."""
        return self.address.startswith(RECORD_PREFIX)

    @property
    def content_hash(self) -> str:
        """The SHA-256 of what was shown; empty when nothing was."""
        return self.content_id or ""
