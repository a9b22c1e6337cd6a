# Takedowns with what they need to be undone, and alerts.

import uuid

import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaign_releases", "0005_releases"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailcore", "0098_apitoken"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Alert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("safety", "Safety message"),
                            ("number", "A number is not working"),
                            ("service", "A service is disrupted"),
                            ("information", "Information is missing or wrong"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                (
                    "languages",
                    models.JSONField(
                        default=list,
                        help_text="The codes of the languages that show it.",
                        verbose_name="languages",
                    ),
                ),
                (
                    "fallback_language",
                    models.CharField(blank=True, max_length=100, verbose_name="fallback language"),
                ),
                ("starts_at", models.DateTimeField(verbose_name="starts")),
                ("ends_at", models.DateTimeField(verbose_name="ends")),
                (
                    "ended_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="ended early"),
                ),
                (
                    "drill",
                    models.BooleanField(
                        default=False,
                        help_text="Shown only to people who are logged in to the editor, and marked as a drill.",
                        verbose_name="drill",
                    ),
                ),
                ("preview_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(verbose_name="created")),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="ended by",
                    ),
                ),
                (
                    "link_page",
                    models.ForeignKey(
                        blank=True,
                        help_text="Where readers find more. It is left out while that page is not public.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.WAGTAIL_PAGE_MODEL,
                        verbose_name="page to link to",
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="replaced_by",
                        to="campaign_releases.alert",
                        verbose_name="replaces",
                    ),
                ),
            ],
            options={
                "verbose_name": "alert",
                "verbose_name_plural": "alerts",
                "ordering": ("-starts_at", "-pk"),
                "permissions": (("show_alert", "Can show alerts and end them"),),
                "default_permissions": ("view",),
                "indexes": [models.Index(fields=["ends_at"], name="alert_ends_at")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["safety", "number", "service", "information"])
                        ),
                        name="alert_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="alert_ends_after_it_starts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AlertText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(max_length=100, verbose_name="language")),
                ("text", models.CharField(max_length=300, verbose_name="message")),
                (
                    "alert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="texts",
                        to="campaign_releases.alert",
                    ),
                ),
            ],
            options={
                "verbose_name": "words of an alert",
                "verbose_name_plural": "words of alerts",
                "ordering": ("alert", "pk"),
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("alert", "language"), name="alert_text_once"),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="alert_text_says_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Takedown",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("page", "Page"),
                            ("snippet", "Snippet"),
                            ("release", "Release"),
                            ("language", "Language"),
                            ("campaign", "Whole campaign"),
                        ],
                        max_length=16,
                        verbose_name="what",
                    ),
                ),
                (
                    "object_id",
                    models.CharField(blank=True, max_length=255, verbose_name="object id"),
                ),
                ("title", models.CharField(max_length=255, verbose_name="title")),
                (
                    "with_descendants",
                    models.BooleanField(default=False, verbose_name="with the pages below it"),
                ),
                ("reason", models.TextField(verbose_name="reason")),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("gone", "Say that it has been taken down (410)"),
                            ("redirect", "Lead readers to another page"),
                        ],
                        default="gone",
                        max_length=16,
                        verbose_name="answer",
                    ),
                ),
                (
                    "explanations",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="What readers are told, by language code.",
                        verbose_name="explanation",
                    ),
                ),
                (
                    "redirect_path",
                    models.CharField(
                        blank=True, max_length=1000, verbose_name="address to lead to"
                    ),
                ),
                ("drill", models.BooleanField(default=False, verbose_name="drill")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("standing", "Taken down"),
                            ("undone", "Put back"),
                            ("waiting", "Drill: waiting for the worker"),
                            ("running", "Drill: measuring"),
                            ("done", "Drill: done"),
                            ("failed", "Drill: failed"),
                        ],
                        default="standing",
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                ("taken_down_at", models.DateTimeField(verbose_name="taken down")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="undone")),
                ("undo_reason", models.TextField(blank=True, verbose_name="why it was undone")),
                (
                    "results",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="What a drill found out; what an undo could not put back.",
                    ),
                ),
                (
                    "content_type",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="contenttypes.contenttype",
                    ),
                ),
                (
                    "redirect_page",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.WAGTAIL_PAGE_MODEL,
                        verbose_name="page to lead to",
                    ),
                ),
                (
                    "taken_down_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="taken down by",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="undone by",
                    ),
                ),
            ],
            options={
                "verbose_name": "takedown",
                "verbose_name_plural": "takedowns",
                "ordering": ("-taken_down_at", "-pk"),
                "permissions": (("take_down", "Can take content down and put it back"),),
                "default_permissions": ("view",),
                "indexes": [models.Index(fields=["state", "drill"], name="takedown_state_drill")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("scope__in", ["page", "snippet", "release", "language", "campaign"])
                        ),
                        name="takedown_scope_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["standing", "undone", "waiting", "running", "done", "failed"],
                            )
                        ),
                        name="takedown_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answer__in", ["gone", "redirect"])),
                        name="takedown_answer_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="takedown_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "undone"), ("undone_at__isnull", False)),
                            models.Q(
                                models.Q(("state", "undone"), _negated=True),
                                ("undone_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="takedown_undone_has_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("drill", True),
                                ("state__in", ["done", "failed", "running", "waiting"]),
                            ),
                            models.Q(("drill", False), ("state__in", ["standing", "undone"])),
                            _connector="OR",
                        ),
                        name="takedown_drills_have_their_own_states",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TakedownAddress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("page", "Page"),
                            ("shows", "Page that showed it"),
                            ("media", "File"),
                            ("widget", "Widget"),
                        ],
                        max_length=16,
                        verbose_name="what is there",
                    ),
                ),
                (
                    "origin",
                    models.CharField(
                        help_text="As in https://www.example.org, without a slash.",
                        max_length=300,
                        verbose_name="site",
                    ),
                ),
                ("path", models.CharField(db_index=True, max_length=1000, verbose_name="address")),
                (
                    "covers_below",
                    models.BooleanField(
                        default=False,
                        help_text="The page also answered at addresses below its own.",
                    ),
                ),
                ("language", models.CharField(blank=True, max_length=100, verbose_name="language")),
                ("title", models.CharField(blank=True, max_length=255, verbose_name="title")),
                (
                    "marker",
                    models.CharField(
                        blank=True,
                        help_text="Words that must no longer be there, where the address itself stays.",
                        max_length=255,
                    ),
                ),
                ("checks", models.PositiveIntegerField(default=0, verbose_name="times fetched")),
                (
                    "last_status",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="last answer"
                    ),
                ),
                (
                    "last_error",
                    models.CharField(blank=True, max_length=300, verbose_name="last error"),
                ),
                (
                    "last_checked_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="last fetched"),
                ),
                (
                    "next_check_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Empty when nothing is left to fetch.",
                        null=True,
                        verbose_name="next fetch",
                    ),
                ),
                ("gone_at", models.DateTimeField(blank=True, null=True, verbose_name="gone")),
                (
                    "site",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="wagtailcore.site",
                    ),
                ),
                (
                    "takedown",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="addresses",
                        to="campaign_releases.takedown",
                    ),
                ),
            ],
            options={
                "verbose_name": "address taken down",
                "verbose_name_plural": "addresses taken down",
                "ordering": ("kind", "path", "pk"),
                "default_permissions": (),
                "indexes": [models.Index(fields=["next_check_at"], name="takedown_next_check")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("takedown", "origin", "path"), name="takedown_address_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["page", "shows", "media", "widget"])),
                        name="takedown_address_kind_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TakedownItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("object_id", models.CharField(max_length=255, verbose_name="object id")),
                ("title", models.CharField(max_length=255, verbose_name="title")),
                ("language", models.CharField(blank=True, max_length=100, verbose_name="language")),
                ("translation_key", models.UUIDField(blank=True, null=True)),
                ("alias", models.BooleanField(default=False, verbose_name="alias")),
                ("was_live", models.BooleanField(verbose_name="was public")),
                (
                    "content",
                    models.JSONField(
                        blank=True,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        help_text="What was public, in case the version itself is deleted.",
                        null=True,
                    ),
                ),
                (
                    "published_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="published"),
                ),
                (
                    "expire_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="was to come down"),
                ),
                (
                    "schedules",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="The schedules that were cancelled: version and time (ISO, UTC) of each.",
                    ),
                ),
                (
                    "content_type",
                    models.ForeignKey(
                        help_text="The base type, as on the revision: every page counts as a page.",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="contenttypes.contenttype",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="wagtailcore.revision",
                        verbose_name="version that was public",
                    ),
                ),
                (
                    "takedown",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="campaign_releases.takedown",
                    ),
                ),
            ],
            options={
                "verbose_name": "thing taken down",
                "verbose_name_plural": "things taken down",
                "ordering": ("pk",),
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["content_type", "object_id"], name="takedown_item_object"),
                    models.Index(fields=["translation_key"], name="takedown_item_set"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("takedown", "content_type", "object_id"), name="takedown_item_once"
                    )
                ],
            },
        ),
    ]
