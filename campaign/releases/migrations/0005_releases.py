# Releases, their items, languages and checks; and the kinds of due work that carry them out.

import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import campaign.releases.models.releases


class Migration(migrations.Migration):
    dependencies = [
        ("campaign_releases", "0004_effects"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailcore", "0098_apitoken"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="duework",
            name="due_work_kind_is_known",
        ),
        migrations.AlterField(
            model_name="duework",
            name="kind",
            field=models.CharField(
                choices=[
                    ("go_live", "Go live"),
                    ("expiry", "Come down"),
                    ("release_check", "Release: check"),
                    ("release_end", "Release: end"),
                    ("release_start", "Release: go live"),
                ],
                max_length=16,
                verbose_name="what happens",
            ),
        ),
        migrations.AddConstraint(
            model_name="duework",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        ["go_live", "expiry", "release_check", "release_end", "release_start"],
                    )
                ),
                name="due_work_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="duework",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind__in", ["release_check", "release_end", "release_start"])),
                fields=("kind", "content_type", "object_id", "due_at"),
                name="due_work_one_per_release_kind",
            ),
        ),
        migrations.CreateModel(
            name="Release",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=255, verbose_name="title")),
                (
                    "description",
                    models.TextField(
                        blank=True,
                        help_text="What goes out, and why at that time.",
                        verbose_name="description",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        help_text="Is told what would fail, and what became of the release.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("approved", "Approved"),
                            ("scheduled", "Scheduled"),
                            ("live", "Live"),
                            ("ended", "Ended"),
                            ("cancelled", "Cancelled"),
                            ("failed", "Failed"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "zone",
                    models.CharField(
                        blank=True,
                        help_text="The name of the zone (IANA).",
                        max_length=64,
                        verbose_name="time zone",
                    ),
                ),
                (
                    "zone_data",
                    models.CharField(
                        blank=True,
                        editable=False,
                        help_text="Which data of that zone the moments were computed with.",
                        max_length=32,
                    ),
                ),
                (
                    "goes_live_wall",
                    models.CharField(blank=True, max_length=19, verbose_name="goes live"),
                ),
                ("goes_live_fold", models.PositiveSmallIntegerField(default=0, editable=False)),
                (
                    "goes_live_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="goes live at"
                    ),
                ),
                ("ends_wall", models.CharField(blank=True, max_length=19, verbose_name="ends")),
                ("ends_fold", models.PositiveSmallIntegerField(default=0, editable=False)),
                (
                    "ends_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="ends at"
                    ),
                ),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="approved by",
                    ),
                ),
                (
                    "approved_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="approved"
                    ),
                ),
                (
                    "approved_digest",
                    models.CharField(
                        blank=True,
                        editable=False,
                        help_text="Hash of everything that was approved: items, versions, times, languages.",
                        max_length=64,
                    ),
                ),
                (
                    "approval_void_reason",
                    models.TextField(
                        blank=True, editable=False, verbose_name="why it must be approved again"
                    ),
                ),
                (
                    "scheduled_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="scheduled"
                    ),
                ),
                (
                    "published_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="went live"
                    ),
                ),
                (
                    "ended_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="ended"
                    ),
                ),
                (
                    "inverse_of",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="inverses",
                        to="campaign_releases.release",
                        verbose_name="puts back",
                    ),
                ),
                ("created_at", models.DateTimeField(editable=False, verbose_name="created")),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
            ],
            options={
                "verbose_name": "release",
                "verbose_name_plural": "releases",
                "ordering": ("-created_at", "-pk"),
                "permissions": (("approve_release", "Can approve releases"),),
                "indexes": [
                    models.Index(fields=["state", "goes_live_at"], name="release_state_goes_live"),
                    models.Index(fields=["state", "ends_at"], name="release_state_ends"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "draft",
                                    "approved",
                                    "scheduled",
                                    "live",
                                    "ended",
                                    "cancelled",
                                    "failed",
                                ],
                            )
                        ),
                        name="release_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_fold__in", (0, 1)), ("goes_live_fold__in", (0, 1))
                        ),
                        name="release_fold_is_0_or_1",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at__isnull", True),
                            ("goes_live_at__isnull", True),
                            ("ends_at__gt", models.F("goes_live_at")),
                            _connector="OR",
                        ),
                        name="release_ends_after_it_goes_live",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["approved", "failed", "scheduled"]), _negated=True
                            ),
                            ("approved_at__isnull", False),
                            _connector="OR",
                        ),
                        name="release_approved_has_its_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "scheduled"), _negated=True),
                            models.Q(
                                ("goes_live_at__isnull", False), ("scheduled_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="release_scheduled_has_its_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("live", "ended")), _negated=True),
                            ("published_at__isnull", False),
                            _connector="OR",
                        ),
                        name="release_live_has_its_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "ended"), _negated=True),
                            ("ended_at__isnull", False),
                            _connector="OR",
                        ),
                        name="release_ended_has_its_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReleaseItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="campaign_releases.release",
                    ),
                ),
                (
                    "content_type",
                    models.ForeignKey(
                        help_text="The base type, as on the revision: every page counts as a page.",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="contenttypes.contenttype",
                        verbose_name="type",
                    ),
                ),
                ("object_id", models.CharField(max_length=255, verbose_name="object id")),
                (
                    "revision",
                    models.ForeignKey(
                        blank=True,
                        help_text="The version that goes live; empty for what is withdrawn.",
                        null=True,
                        on_delete=campaign.releases.models.releases.keep_pinned,
                        related_name="+",
                        to="wagtailcore.revision",
                        verbose_name="version",
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[("publish", "Goes live"), ("withdraw", "Comes down")],
                        default="publish",
                        max_length=16,
                        verbose_name="what happens",
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=255, verbose_name="title")),
                ("content_hash", models.CharField(blank=True, editable=False, max_length=64)),
                (
                    "translation_of",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        help_text="Set when it is here because a language of the release asks for it.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="translations",
                        to="campaign_releases.releaseitem",
                        verbose_name="translation of",
                    ),
                ),
                (
                    "was_live",
                    models.BooleanField(
                        editable=False, null=True, verbose_name="was public before"
                    ),
                ),
                (
                    "previous_revision",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="wagtailcore.revision",
                    ),
                ),
                (
                    "previous_content",
                    models.JSONField(
                        blank=True,
                        editable=False,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        null=True,
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0, editable=False)),
                ("open", models.BooleanField(default=True, editable=False)),
                ("added_at", models.DateTimeField(editable=False, verbose_name="added")),
                (
                    "added_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="added by",
                    ),
                ),
            ],
            options={
                "verbose_name": "item of a release",
                "verbose_name_plural": "items of a release",
                "ordering": ("release", "position", "pk"),
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("release", "content_type", "object_id"), name="release_item_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("open", True)),
                        fields=("content_type", "object_id"),
                        name="release_item_in_one_open_release",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("action__in", ["publish", "withdraw"])),
                        name="release_item_action_is_known",
                    ),
                ],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="ReleaseLanguage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="languages",
                        to="campaign_releases.release",
                    ),
                ),
                (
                    "locale",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="wagtailcore.locale",
                        verbose_name="language",
                    ),
                ),
                (
                    "policy",
                    models.CharField(
                        choices=[
                            ("wait", "Wait: nothing goes live without it"),
                            ("go_when_ready", "Go when ready: it follows by itself"),
                            ("go_with_notice", "Go, with a notice on the page that is behind"),
                        ],
                        default="wait",
                        max_length=16,
                        verbose_name="translations that are not ready",
                    ),
                ),
            ],
            options={
                "verbose_name": "language of a release",
                "verbose_name_plural": "languages of a release",
                "ordering": ("release", "locale"),
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("release", "locale"), name="release_language_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("policy__in", ["wait", "go_when_ready", "go_with_notice"])
                        ),
                        name="release_language_policy_is_known",
                    ),
                ],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="OwedTranslation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="owed",
                        to="campaign_releases.release",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="owed",
                        to="campaign_releases.releaseitem",
                    ),
                ),
                (
                    "content_type",
                    models.ForeignKey(
                        help_text="The base type of the source, as on the item.",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="contenttypes.contenttype",
                    ),
                ),
                ("translation_key", models.UUIDField()),
                (
                    "locale",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="wagtailcore.locale",
                    ),
                ),
                (
                    "policy",
                    models.CharField(
                        choices=[
                            ("wait", "Wait: nothing goes live without it"),
                            ("go_when_ready", "Go when ready: it follows by itself"),
                            ("go_with_notice", "Go, with a notice on the page that is behind"),
                        ],
                        max_length=16,
                    ),
                ),
                ("owed_since", models.DateTimeField()),
                (
                    "looked_at",
                    models.DateTimeField(
                        help_text="Until when changes of its texts were taken into account."
                    ),
                ),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "owed translation",
                "verbose_name_plural": "owed translations",
                "ordering": ("release", "pk"),
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("settled_at__isnull", True)),
                        fields=["translation_key", "locale"],
                        name="owed_translation_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("item", "locale"), name="owed_translation_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("policy__in", ("go_when_ready", "go_with_notice"))),
                        name="owed_translation_policy_owes",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReleaseCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="checks",
                        to="campaign_releases.release",
                    ),
                ),
                (
                    "trigger",
                    models.CharField(
                        choices=[
                            ("asked", "Somebody asked"),
                            ("schedule", "It was scheduled"),
                            ("day_before", "A day before"),
                            ("hour_before", "An hour before"),
                        ],
                        max_length=16,
                        verbose_name="why it was checked",
                    ),
                ),
                ("run_at", models.DateTimeField(verbose_name="checked")),
                ("goes_live_at", models.DateTimeField(blank=True, null=True, verbose_name="for")),
                ("ok", models.BooleanField(verbose_name="nothing would fail")),
                (
                    "took",
                    models.FloatField(
                        default=0,
                        help_text="Seconds that the rehearsal took: how long going live takes.",
                    ),
                ),
                (
                    "results",
                    models.JSONField(
                        default=list, encoder=django.core.serializers.json.DjangoJSONEncoder
                    ),
                ),
            ],
            options={
                "verbose_name": "check of a release",
                "verbose_name_plural": "checks of a release",
                "ordering": ("-run_at", "-pk"),
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("trigger__in", ["asked", "schedule", "day_before", "hour_before"])
                        ),
                        name="release_check_trigger_is_known",
                    )
                ],
                "indexes": [],
            },
        ),
    ]
