from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("campaign_releases", "0006_takedowns_and_alerts")]

    operations = []
