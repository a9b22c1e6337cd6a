# Effects: what is to happen outside the database once a publication is committed.

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaign_releases", "0003_ledger")]

    operations = [
        migrations.CreateModel(
            name="Effect",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=100, verbose_name="what is to be done")),
                (
                    "address",
                    models.CharField(
                        blank=True,
                        help_text="Effects of one address are carried out in order. Empty: in any order.",
                        max_length=2000,
                        verbose_name="address",
                    ),
                ),
                ("payload", models.JSONField(default=dict, verbose_name="details")),
                (
                    "sameness",
                    models.CharField(
                        help_text="Equal for effects of one address that are done by doing either.",
                        max_length=64,
                    ),
                ),
                (
                    "priority",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "Urgent"), (50, "Normal")], default=50, verbose_name="priority"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "claim",
                    models.UUIDField(
                        blank=True,
                        editable=False,
                        help_text="Drawn anew for each attempt; a worker proves with it that it still holds.",
                        null=True,
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="attempts")),
                (
                    "tries",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Counts since it was added or tried again; decides the next delay.",
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
                ("last_error", models.TextField(blank=True, verbose_name="last error")),
                (
                    "last_error_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="time of the last error"
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="added")),
                (
                    "finished_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="finished"),
                ),
                (
                    "alarmed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="somebody was told"),
                ),
            ],
            options={
                "verbose_name": "effect",
                "verbose_name_plural": "effects",
                "ordering": ("pk",),
                "permissions": (("retry_effect", "Can try an effect again"),),
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["waiting", "running"])),
                        fields=["priority", "id"],
                        name="effect_open_in_order",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["waiting", "running"])),
                        fields=["address", "id"],
                        name="effect_open_by_address",
                    ),
                    models.Index(
                        condition=models.Q(("finished_at__isnull", False)),
                        fields=["finished_at"],
                        name="effect_finished",
                    ),
                    models.Index(
                        condition=models.Q(("state", "failed")),
                        fields=["kind"],
                        name="effect_failed",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "running", "done", "failed"])),
                        name="effect_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at__isnull", False), ("state", "done")),
                            models.Q(
                                models.Q(("state", "done"), _negated=True),
                                ("finished_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="effect_finished_when_done",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("claim__isnull", False),
                                ("next_attempt_at__isnull", False),
                                ("state", "running"),
                            ),
                            models.Q(
                                models.Q(("state", "running"), _negated=True),
                                ("claim__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="effect_claimed_while_running",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tries__lte", models.F("attempts"))),
                        name="effect_tries_within_attempts",
                    ),
                ],
            },
        ),
    ]
