# The ledger: entries and contents, which the database lets nobody change.

import django.db.models.deletion
from django.db import migrations, models

from campaign.releases.models import append_only


def install(_apps, schema_editor):
    append_only.install(schema_editor.connection)


def remove(_apps, schema_editor):
    append_only.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("campaign_releases", "0002_group_permissions")]

    operations = [
        migrations.CreateModel(
            name="LedgerContent",
            fields=[
                (
                    "hash",
                    models.CharField(
                        max_length=64, primary_key=True, serialize=False, verbose_name="SHA-256"
                    ),
                ),
                ("content", models.JSONField(verbose_name="content")),
                (
                    "refers_to",
                    models.JSONField(
                        default=list,
                        help_text="The records that this content shows, as pairs of type and number.",
                        verbose_name="refers to",
                    ),
                ),
            ],
            options={
                "verbose_name": "content in the ledger",
                "verbose_name_plural": "contents in the ledger",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.CharField(max_length=2000, verbose_name="address")),
                ("site_id", models.CharField(blank=True, max_length=36, verbose_name="site")),
                ("language", models.CharField(max_length=100, verbose_name="language")),
                ("content_type", models.CharField(max_length=200, verbose_name="type")),
                (
                    "object_id",
                    models.CharField(max_length=255, verbose_name="number of the page or record"),
                ),
                (
                    "translation_key",
                    models.UUIDField(blank=True, null=True, verbose_name="translation key"),
                ),
                ("title", models.CharField(blank=True, max_length=255, verbose_name="title")),
                (
                    "revision_id",
                    models.CharField(blank=True, max_length=255, verbose_name="version"),
                ),
                (
                    "change",
                    models.CharField(
                        choices=[("shown", "Shown"), ("changed", "Changed"), ("gone", "Gone")],
                        max_length=16,
                        verbose_name="change",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="from")),
                ("recorded_at", models.DateTimeField(verbose_name="recorded")),
                (
                    "user_id",
                    models.CharField(
                        blank=True, max_length=255, verbose_name="number of the person"
                    ),
                ),
                ("user_name", models.CharField(blank=True, max_length=255, verbose_name="by")),
                (
                    "approved_by_id",
                    models.CharField(
                        blank=True, max_length=255, verbose_name="number of the approver"
                    ),
                ),
                (
                    "approved_by_name",
                    models.CharField(blank=True, max_length=255, verbose_name="approved by"),
                ),
                (
                    "release_id",
                    models.BigIntegerField(
                        blank=True, null=True, verbose_name="number of the release"
                    ),
                ),
                (
                    "release_title",
                    models.CharField(blank=True, max_length=255, verbose_name="release"),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("person", "A person"),
                            ("schedule", "Its own schedule"),
                            ("release", "A release"),
                            ("language_set", "Its source or original"),
                            ("takedown", "A takedown"),
                            ("maintenance", "Maintenance"),
                        ],
                        max_length=16,
                        verbose_name="cause",
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                (
                    "content",
                    models.ForeignKey(
                        blank=True,
                        db_column="content_hash",
                        help_text="What was shown; empty when the address shows nothing from then on.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="campaign_releases.ledgercontent",
                        verbose_name="content",
                    ),
                ),
            ],
            options={
                "verbose_name": "ledger entry",
                "verbose_name_plural": "ledger entries",
                "ordering": ("-at", "-pk"),
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["address", "language", "at"], name="ledger_address_at"),
                    models.Index(fields=["content_type", "object_id"], name="ledger_object"),
                    models.Index(fields=["at"], name="ledger_at"),
                    models.Index(
                        condition=models.Q(("release_id__isnull", False)),
                        fields=["release_id"],
                        name="ledger_release",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("change__in", ["shown", "changed", "gone"])),
                        name="ledger_change_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("change", "gone"), ("content__isnull", True)),
                            models.Q(
                                models.Q(("change", "gone"), _negated=True),
                                ("content__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="ledger_content_unless_gone",
                    ),
                ],
            },
        ),
        migrations.RunPython(install, remove),
    ]
