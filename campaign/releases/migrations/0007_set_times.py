import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaign_releases", "0006_takedowns_and_alerts"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailcore", "0098_apitoken"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SetTime",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("object_id", models.CharField(max_length=255, verbose_name="object id")),
                (
                    "field",
                    models.CharField(
                        choices=[("go_live", "Go live"), ("expire", "Come down")],
                        max_length=16,
                        verbose_name="what happens",
                    ),
                ),
                (
                    "wall",
                    models.CharField(
                        help_text="What clocks show: 2027-03-18T06:00:00, without a zone.",
                        max_length=26,
                        verbose_name="wall time",
                    ),
                ),
                ("zone", models.CharField(max_length=64, verbose_name="time zone")),
                (
                    "fold",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="Where clocks show the same time twice: 0 the earlier, 1 the later.",
                        verbose_name="which of two",
                    ),
                ),
                ("utc", models.DateTimeField(verbose_name="moment")),
                (
                    "zone_data",
                    models.CharField(
                        help_text="The release of the zone data that the moment was computed with.",
                        max_length=32,
                        verbose_name="zone data",
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
                (
                    "revision",
                    models.ForeignKey(
                        blank=True,
                        help_text="The scheduled version; empty for the end of what is public.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="wagtailcore.revision",
                        verbose_name="version",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="set by",
                    ),
                ),
            ],
            options={
                "verbose_name": "set time",
                "verbose_name_plural": "set times",
                "ordering": ("utc", "pk"),
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revision__isnull", False)),
                        fields=("revision", "field"),
                        name="set_time_one_per_version",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("revision__isnull", True)),
                        fields=("content_type", "object_id", "field"),
                        name="set_time_one_per_object",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("field__in", ["go_live", "expire"])),
                        name="set_time_field_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fold__in", (0, 1))), name="set_time_fold_is_0_or_1"
                    ),
                ],
            },
        ),
    ]
