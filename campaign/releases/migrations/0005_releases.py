from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("campaign_releases", "0004_effects")]

    operations = []
