# The record of due work: items, attempts, signs of life.

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailcore", "0098_apitoken"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                (
                    "name",
                    models.CharField(
                        max_length=32, primary_key=True, serialize=False, verbose_name="name"
                    ),
                ),
                ("beaten_at", models.DateTimeField(verbose_name="last sign of life")),
            ],
            options={
                "verbose_name": "heartbeat",
                "verbose_name_plural": "heartbeats",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="DueWork",
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
                        choices=[("go_live", "Go live"), ("expiry", "Come down")],
                        max_length=16,
                        verbose_name="what happens",
                    ),
                ),
                ("object_id", models.CharField(max_length=255, verbose_name="object id")),
                ("title", models.CharField(blank=True, max_length=255, verbose_name="title")),
                ("due_at", models.DateTimeField(verbose_name="due")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("due", "Scheduled"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("superseded", "Superseded"),
                            ("cancelled", "Cancelled"),
                        ],
                        db_index=True,
                        default="due",
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "attempts",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Counts up for ever; a worker proves with it that its claim still holds.",
                        verbose_name="attempts",
                    ),
                ),
                (
                    "tries",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Counts since the schedule was set or tried again; decides the next delay.",
                        verbose_name="attempts since set",
                    ),
                ),
                (
                    "next_attempt_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="While running: when a silent worker loses its claim. After a failure: when the next attempt may begin.",
                        null=True,
                        verbose_name="not before",
                    ),
                ),
                (
                    "handed_out_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="handed out"),
                ),
                ("last_error", models.TextField(blank=True, verbose_name="last error")),
                ("reason", models.TextField(blank=True, verbose_name="why it was not done")),
                (
                    "first_attempt_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="first attempt"),
                ),
                (
                    "finished_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="finished"),
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
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="scheduled by",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        blank=True,
                        help_text="The version that goes live; empty when something comes down.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="wagtailcore.revision",
                        verbose_name="version",
                    ),
                ),
            ],
            options={
                "verbose_name": "due work",
                "verbose_name_plural": "items of due work",
                "ordering": ("due_at", "kind", "pk"),
                "permissions": (("retry_duework", "Can try due work again"),),
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["state", "due_at"], name="due_work_state_due_at"),
                    models.Index(fields=["content_type", "object_id"], name="due_work_object"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "go_live")),
                        fields=("revision", "due_at"),
                        name="due_work_one_per_go_live",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "expiry")),
                        fields=("content_type", "object_id", "due_at"),
                        name="due_work_one_per_expiry",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "expiry"), _negated=True),
                            ("revision__isnull", True),
                            _connector="OR",
                        ),
                        name="due_work_expiry_has_no_revision",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["go_live", "expiry"])),
                        name="due_work_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["due", "running", "done", "failed", "superseded", "cancelled"],
                            )
                        ),
                        name="due_work_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("finished_at__isnull", True),
                                ("state__in", ["due", "failed", "running"]),
                            ),
                            models.Q(
                                ("finished_at__isnull", False),
                                ("state__in", ["cancelled", "done", "superseded"]),
                            ),
                            _connector="OR",
                        ),
                        name="due_work_finished_when_closed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "running"), _negated=True),
                            ("next_attempt_at__isnull", False),
                            _connector="OR",
                        ),
                        name="due_work_running_has_an_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tries__lte", models.F("attempts"))),
                        name="due_work_tries_within_attempts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DueAttempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("started_at", models.DateTimeField(verbose_name="started")),
                (
                    "finished_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="finished"),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("superseded", "Nothing left to do"),
                            ("cancelled", "Cancelled"),
                            ("lost", "Worker stopped"),
                        ],
                        max_length=16,
                        verbose_name="outcome",
                    ),
                ),
                ("error", models.TextField(blank=True, verbose_name="error")),
                (
                    "work",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attempt_log",
                        to="campaign_releases.duework",
                    ),
                ),
            ],
            options={
                "verbose_name": "attempt",
                "verbose_name_plural": "attempts",
                "ordering": ("work", "number"),
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("work", "number"), name="due_attempt_numbered"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at__isnull", True), ("outcome", "")),
                            models.Q(
                                ("finished_at__isnull", False),
                                (
                                    "outcome__in",
                                    ["done", "failed", "superseded", "cancelled", "lost"],
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="due_attempt_finished_with_outcome",
                    ),
                ],
            },
        ),
    ]
