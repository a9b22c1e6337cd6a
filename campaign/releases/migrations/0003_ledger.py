from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("campaign_releases", "0002_group_permissions")]

    operations = []
