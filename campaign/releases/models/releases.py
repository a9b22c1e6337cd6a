"""Releases: what goes live together at one moment, and may end together at another.

A release says *what* (items pinned to versions), *when* (wall time with its zone, and the moment
computed from it) and *on whose approval*. It never publishes by being saved: the use cases in
`releasing` carry it out.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision

from campaign.assurance.rules import Key
from campaign.releases.enums import (
    APPROVED_RELEASE_STATES,
    CheckTrigger,
    ItemAction,
    LanguagePolicy,
    ReleaseState,
)
from campaign.releases.querysets import (
    OwedTranslationQuerySet,
    ReleaseItemQuerySet,
    ReleaseQuerySet,
)


def keep_pinned(collector: Any, field: Any, sub_objs: Any, using: str) -> None:
    """`on_delete` of a pin: a version that an open release is going to publish is not purged.

    With its page or record it goes all the same; the item is told apart then (`SET_NULL`).

    Raises:
        ProtectedError: versions themselves are deleted, as `purge_revisions` does.
    """
    origin = collector.origin
    itself = isinstance(origin, Revision) or getattr(origin, "model", None) is Revision
    open_items = [item for item in sub_objs if item.open]
    if itself and open_items:
        raise models.ProtectedError(
            "This version belongs to a release that is still to go live.", set(open_items)
        )
    models.SET_NULL(collector, field, sub_objs, using)


class Release(models.Model):
    """A set of pages, snippets and translations that goes live at one moment, all or nothing.

    `goes_live_wall` is what the editor typed: local time in `zone`, `YYYY-MM-DDTHH:MM:SS`, and
    `goes_live_fold` which of two such times when the clocks go back. `goes_live_at` is the moment
    (UTC) computed from them; the same for the end. No end means that it stays.
    """

    title = models.CharField(_("title"), max_length=255)
    description = models.TextField(
        _("description"), blank=True, help_text=_("What goes out, and why at that time.")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Is told what would fail, and what became of the release."),
    )
    state = models.CharField(
        _("state"),
        max_length=16,
        choices=ReleaseState,
        default=ReleaseState.DRAFT,
        editable=False,
    )
    zone = models.CharField(
        _("time zone"), max_length=64, blank=True, help_text=_("The name of the zone (IANA).")
    )
    zone_data = models.CharField(
        max_length=32,
        blank=True,
        editable=False,
        help_text=_("Which data of that zone the moments were computed with."),
    )
    goes_live_wall = models.CharField(_("goes live"), max_length=19, blank=True)
    goes_live_fold = models.PositiveSmallIntegerField(default=0, editable=False)
    goes_live_at = models.DateTimeField(_("goes live at"), null=True, blank=True, editable=False)
    ends_wall = models.CharField(_("ends"), max_length=19, blank=True)
    ends_fold = models.PositiveSmallIntegerField(default=0, editable=False)
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("approved by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True, editable=False)
    approved_digest = models.CharField(
        max_length=64,
        blank=True,
        editable=False,
        help_text=_("Hash of everything that was approved: items, versions, times, languages."),
    )
    approval_void_reason = models.TextField(
        _("why it must be approved again"), blank=True, editable=False
    )
    check_asked_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("When somebody asked for a check that a worker has still to make."),
    )
    check_asked_for_now = models.BooleanField(
        default=False,
        editable=False,
        help_text=_("Whether that check is for now, and not for when the release goes live."),
    )
    scheduled_at = models.DateTimeField(_("scheduled"), null=True, blank=True, editable=False)
    published_at = models.DateTimeField(_("went live"), null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)
    inverse_of = models.ForeignKey(
        "self",
        verbose_name=_("puts back"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="inverses",
    )
    created_at = models.DateTimeField(_("created"), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("created by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects: ClassVar[models.Manager[Release]] = models.Manager.from_queryset(ReleaseQuerySet)()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        ordering = ("-created_at", "-pk")
        permissions = (("approve_release", _("Can approve releases")),)
        indexes = [
            models.Index(fields=["state", "goes_live_at"], name="release_state_goes_live"),
            models.Index(fields=["state", "ends_at"], name="release_state_ends"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ReleaseState.values), name="release_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(goes_live_fold__in=(0, 1), ends_fold__in=(0, 1)),
                name="release_fold_is_0_or_1",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True)
                | Q(goes_live_at__isnull=True)
                | Q(ends_at__gt=F("goes_live_at")),
                name="release_ends_after_it_goes_live",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(APPROVED_RELEASE_STATES))
                | Q(approved_at__isnull=False),
                name="release_approved_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReleaseState.SCHEDULED)
                | Q(goes_live_at__isnull=False, scheduled_at__isnull=False),
                name="release_scheduled_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(ReleaseState.LIVE, ReleaseState.ENDED))
                | Q(published_at__isnull=False),
                name="release_live_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReleaseState.ENDED) | Q(ended_at__isnull=False),
                name="release_ended_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether it is still to go live; its items are in no other open release."""
        return ReleaseState(self.state).is_open

    @property
    def is_approved(self) -> bool:
        """Whether an approval stands for what has not yet gone out."""
        return self.state in APPROVED_RELEASE_STATES


class ReleaseItem(models.Model):
    """One page or snippet of a release, pinned to the version that goes out.

    `open` repeats that the release is open, so that the database itself keeps a thing out of two
    open releases. What was public before is kept as content, because versions are purged.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="items")
    content_type = models.ForeignKey(
        ContentType,
        verbose_name=_("type"),
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("The base type, as on the revision: every page counts as a page."),
    )
    object_id = models.CharField(_("object id"), max_length=255)
    revision = models.ForeignKey(
        "wagtailcore.Revision",
        verbose_name=_("version"),
        null=True,
        blank=True,
        on_delete=keep_pinned,
        related_name="+",
        help_text=_("The version that goes live; empty for what is withdrawn."),
    )
    action = models.CharField(
        _("what happens"), max_length=16, choices=ItemAction, default=ItemAction.PUBLISH
    )
    title = models.CharField(_("title"), max_length=255, blank=True)
    content_hash = models.CharField(max_length=64, blank=True, editable=False)
    translation_of = models.ForeignKey(
        "self",
        verbose_name=_("translation of"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.CASCADE,
        related_name="translations",
        help_text=_("Set when it is here because a language of the release asks for it."),
    )
    was_live = models.BooleanField(_("was public before"), null=True, editable=False)
    previous_revision = models.ForeignKey(
        "wagtailcore.Revision",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    previous_content = models.JSONField(
        null=True, blank=True, editable=False, encoder=DjangoJSONEncoder
    )
    position = models.PositiveIntegerField(default=0, editable=False)
    open = models.BooleanField(default=True, editable=False)
    added_at = models.DateTimeField(_("added"), editable=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("added by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects: ClassVar[models.Manager[ReleaseItem]] = models.Manager.from_queryset(
        ReleaseItemQuerySet
    )()
    content_object = GenericForeignKey("content_type", "object_id", for_concrete_model=False)
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("item of a release")
        verbose_name_plural = _("items of a release")
        ordering = ("release", "position", "pk")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["release", "content_type", "object_id"], name="release_item_once"
            ),
            models.UniqueConstraint(
                fields=["content_type", "object_id"],
                condition=Q(open=True),
                name="release_item_in_one_open_release",
            ),
            models.CheckConstraint(
                condition=Q(action__in=ItemAction.values), name="release_item_action_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.object_id

    @property
    def key(self) -> Key:
        """The same key as `campaign.assurance.rules.key_of(instance)`."""
        return (self.content_type_id, self.object_id)

    def instance(self) -> Any | None:
        """The page (specific) or snippet as it is in the database; None when it was deleted."""
        model: Any = self.content_type.model_class()
        found = None if model is None else model._base_manager.filter(pk=self.object_id).first()
        return getattr(found, "specific", found)


class ReleaseLanguage(models.Model):
    """A language that belongs to a release, and what its translations do."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="languages")
    locale = models.ForeignKey(
        "wagtailcore.Locale", verbose_name=_("language"), on_delete=models.CASCADE, related_name="+"
    )
    policy = models.CharField(
        _("translations that are not ready"),
        max_length=16,
        choices=LanguagePolicy,
        default=LanguagePolicy.WAIT,
    )

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("language of a release")
        verbose_name_plural = _("languages of a release")
        ordering = ("release", "locale")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["release", "locale"], name="release_language_once"),
            models.CheckConstraint(
                condition=Q(policy__in=LanguagePolicy.values),
                name="release_language_policy_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.locale}: {self.get_policy_display()}"


class OwedTranslation(models.Model):
    """A translation that stayed behind when its source went live with a release.

    With `go_when_ready` it goes live by itself once it is complete; with `go_with_notice` its page
    says that it is behind. Settled when a complete translation is public.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="owed")
    item = models.ForeignKey(ReleaseItem, on_delete=models.CASCADE, related_name="owed")
    content_type = models.ForeignKey(
        ContentType,
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("The base type of the source, as on the item."),
    )
    translation_key = models.UUIDField()
    locale = models.ForeignKey("wagtailcore.Locale", on_delete=models.CASCADE, related_name="+")
    policy = models.CharField(max_length=16, choices=LanguagePolicy)
    owed_since = models.DateTimeField()
    looked_at = models.DateTimeField(
        help_text=_("Until when changes of its texts were taken into account.")
    )
    settled_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[OwedTranslation]] = models.Manager.from_queryset(
        OwedTranslationQuerySet
    )()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("owed translation")
        verbose_name_plural = _("owed translations")
        ordering = ("release", "pk")
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["translation_key", "locale"],
                condition=Q(settled_at__isnull=True),
                name="owed_translation_open",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["item", "locale"], name="owed_translation_once"),
            models.CheckConstraint(
                condition=Q(
                    policy__in=(LanguagePolicy.GO_WHEN_READY, LanguagePolicy.GO_WITH_NOTICE)
                ),
                name="owed_translation_policy_owes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} ({self.locale})"


class ReleaseCheck(models.Model):
    """What a preflight found, and for which moment.

    `results` is a list of `{"item": id or null, "title": str, "findings": [{"rule", "severity",
    "where", "why", "what_to_do"}]}`, in the order in which the items go out; things without an item
    belong to the release as a whole. Texts are in the language of whoever is told.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="checks")
    trigger = models.CharField(_("why it was checked"), max_length=16, choices=CheckTrigger)
    run_at = models.DateTimeField(_("checked"))
    goes_live_at = models.DateTimeField(
        _("for"), null=True, blank=True, help_text=_("Empty: for when it was checked.")
    )
    digest = models.CharField(
        max_length=64,
        blank=True,
        help_text=_("Hash of everything that was checked, as an approval has one."),
    )
    ok = models.BooleanField(_("nothing would fail"))
    took = models.FloatField(
        default=0, help_text=_("Seconds that the rehearsal took: how long going live takes.")
    )
    results = models.JSONField(default=list, encoder=DjangoJSONEncoder)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("check of a release")
        verbose_name_plural = _("checks of a release")
        ordering = ("-run_at", "-pk")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(trigger__in=CheckTrigger.values), name="release_check_trigger_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.release} {self.run_at:%Y-%m-%d %H:%M} {'ok' if self.ok else 'would fail'}"
