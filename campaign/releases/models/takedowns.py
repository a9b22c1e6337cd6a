"""Takedowns: what was taken off the site in one act, why, and how soon it was really gone.

A takedown keeps what it needs to be undone: for each thing the version that was public and the
schedules that were cancelled. It is never deleted; undoing it is a further fact about it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaign.assurance.rules import Key
from campaign.releases.enums import (
    TakedownAddressKind,
    TakedownAnswer,
    TakedownScope,
    TakedownState,
)
from campaign.releases.querysets import TakedownAddressQuerySet, TakedownQuerySet


class Takedown(models.Model):
    """One act that took things off the site, or a drill of one.

    What it covers is named by `scope` and, except for the whole campaign, by the object: a page, a
    snippet, a release or a language (`wagtailcore.Locale`).
    """

    scope = models.CharField(_("what"), max_length=16, choices=TakedownScope)
    content_type = models.ForeignKey(
        ContentType, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    object_id = models.CharField(_("object id"), max_length=255, blank=True)
    title = models.CharField(_("title"), max_length=255)
    with_descendants = models.BooleanField(_("with the pages below it"), default=False)
    reason = models.TextField(_("reason"))
    answer = models.CharField(
        _("answer"), max_length=16, choices=TakedownAnswer, default=TakedownAnswer.GONE
    )
    explanations = models.JSONField(
        _("explanation"),
        default=dict,
        blank=True,
        help_text=_("What readers are told, by language code."),
    )
    redirect_page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("page to lead to"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    redirect_path = models.CharField(_("address to lead to"), max_length=1000, blank=True)
    drill = models.BooleanField(_("drill"), default=False)
    state = models.CharField(
        _("state"), max_length=16, choices=TakedownState, default=TakedownState.STANDING
    )
    taken_down_at = models.DateTimeField(_("taken down"))
    taken_down_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("taken down by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("undone by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    undo_reason = models.TextField(_("why it was undone"), blank=True)
    results = models.JSONField(
        default=dict,
        blank=True,
        help_text=_("What a drill found out; what an undo could not put back."),
    )

    objects: ClassVar[models.Manager[Takedown]] = models.Manager.from_queryset(TakedownQuerySet)()
    target = GenericForeignKey("content_type", "object_id", for_concrete_model=False)
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("takedown")
        verbose_name_plural = _("takedowns")
        ordering = ("-taken_down_at", "-pk")
        default_permissions = ("view",)
        permissions = (("take_down", _("Can take content down and put it back")),)
        indexes = [models.Index(fields=["state", "drill"], name="takedown_state_drill")]
        constraints = [
            models.CheckConstraint(
                condition=Q(scope__in=TakedownScope.values), name="takedown_scope_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=TakedownState.values), name="takedown_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(answer__in=TakedownAnswer.values), name="takedown_answer_is_known"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="takedown_has_a_reason"),
            models.CheckConstraint(
                condition=Q(state=TakedownState.UNDONE, undone_at__isnull=False)
                | (~Q(state=TakedownState.UNDONE) & Q(undone_at__isnull=True)),
                name="takedown_undone_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(drill=True, state__in=sorted(TakedownState.of_drills()))
                | Q(drill=False, state__in=sorted(TakedownState.of_takedowns())),
                name="takedown_drills_have_their_own_states",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_scope_display()}: {self.title}"

    @property
    def is_standing(self) -> bool:
        """Whether what it covers is still kept off the site."""
        return self.state == TakedownState.STANDING

    def time_to_gone(self) -> timedelta | None:
        """From the act until the last address was gone; None while one is not, or has none."""
        gone = [address.gone_at for address in self.addresses.all()]
        if not gone or None in gone:
            return None
        return max(moment - self.taken_down_at for moment in gone if moment is not None)


class TakedownItem(models.Model):
    """One thing that a takedown took off the site, with all that is needed to put it back."""

    takedown = models.ForeignKey(Takedown, on_delete=models.CASCADE, related_name="items")
    content_type = models.ForeignKey(
        ContentType,
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("The base type, as on the revision: every page counts as a page."),
    )
    object_id = models.CharField(_("object id"), max_length=255)
    title = models.CharField(_("title"), max_length=255)
    language = models.CharField(_("language"), max_length=100, blank=True)
    translation_key = models.UUIDField(null=True, blank=True)
    alias = models.BooleanField(_("alias"), default=False)
    was_live = models.BooleanField(_("was public"))
    revision = models.ForeignKey(
        "wagtailcore.Revision",
        verbose_name=_("version that was public"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    content = models.JSONField(
        null=True,
        blank=True,
        encoder=DjangoJSONEncoder,
        help_text=_("What was public, in case the version itself is deleted."),
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    expire_at = models.DateTimeField(_("was to come down"), null=True, blank=True)
    schedules = models.JSONField(
        default=list,
        blank=True,
        help_text=_("The schedules that were cancelled: version and time (ISO, UTC) of each."),
    )

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("thing taken down")
        verbose_name_plural = _("things taken down")
        ordering = ("pk",)
        default_permissions = ()
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="takedown_item_object"),
            models.Index(fields=["translation_key"], name="takedown_item_set"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["takedown", "content_type", "object_id"], name="takedown_item_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.language})" if self.language else self.title

    @property
    def key(self) -> Key:
        """The key by which the thing is known to the gate."""
        return (self.content_type_id, self.object_id)


class TakedownAddress(models.Model):
    """One public address that a takedown empties, and when it was seen to be empty."""

    takedown = models.ForeignKey(Takedown, on_delete=models.CASCADE, related_name="addresses")
    kind = models.CharField(_("what is there"), max_length=16, choices=TakedownAddressKind)
    site = models.ForeignKey(
        "wagtailcore.Site", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    origin = models.CharField(
        _("site"), max_length=300, help_text=_("As in https://www.example.org, without a slash.")
    )
    path = models.CharField(_("address"), max_length=1000, db_index=True)
    covers_below = models.BooleanField(
        default=False, help_text=_("The page also answered at addresses below its own.")
    )
    language = models.CharField(_("language"), max_length=100, blank=True)
    title = models.CharField(_("title"), max_length=255, blank=True)
    marker = models.CharField(
        max_length=255,
        blank=True,
        help_text=_("Words that must no longer be there, where the address itself stays."),
    )
    checks = models.PositiveIntegerField(_("times fetched"), default=0)
    last_status = models.PositiveSmallIntegerField(_("last answer"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    last_checked_at = models.DateTimeField(_("last fetched"), null=True, blank=True)
    next_check_at = models.DateTimeField(
        _("next fetch"), null=True, blank=True, help_text=_("Empty when nothing is left to fetch.")
    )
    gone_at = models.DateTimeField(_("gone"), null=True, blank=True)

    objects: ClassVar[models.Manager[TakedownAddress]] = models.Manager.from_queryset(
        TakedownAddressQuerySet
    )()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("address taken down")
        verbose_name_plural = _("addresses taken down")
        ordering = ("kind", "path", "pk")
        default_permissions = ()
        indexes = [models.Index(fields=["next_check_at"], name="takedown_next_check")]
        constraints = [
            models.UniqueConstraint(
                fields=["takedown", "origin", "path"], name="takedown_address_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=TakedownAddressKind.values),
                name="takedown_address_kind_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.path

    @property
    def seconds_to_gone(self) -> float | None:
        """From the act until this address was seen to be gone; None while it is not."""
        if self.gone_at is None:
            return None
        return max(0.0, (self.gone_at - self.takedown.taken_down_at).total_seconds())

    def is_gone(self, *, status: int, body: str) -> bool:
        """Whether an answer shows that what was taken down is no longer there."""
        if status in (404, 410):
            return True
        if self.marker:
            return status == 200 and self.marker not in body
        redirects = self.takedown.answer == TakedownAnswer.REDIRECT
        return redirects and status in (301, 302, 303, 307, 308)
