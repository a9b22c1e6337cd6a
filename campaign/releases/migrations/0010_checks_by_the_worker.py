from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaign_releases", "0009_calendar_feed")]

    operations = [
        migrations.AddField(
            model_name="release",
            name="check_asked_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When somebody asked for a check that a worker has still to make.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="release",
            name="check_asked_for_now",
            field=models.BooleanField(
                default=False,
                editable=False,
                help_text="Whether that check is for now, and not for when the release goes live.",
            ),
        ),
        migrations.AddField(
            model_name="releasecheck",
            name="digest",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Hash of everything that was checked, as an approval has one.",
                max_length=64,
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="releasecheck",
            name="goes_live_at",
            field=models.DateTimeField(
                blank=True,
                help_text="Empty: for when it was checked.",
                null=True,
                verbose_name="for",
            ),
        ),
    ]
