"""Let Wagtail's stock groups see what is due from the first day; Moderators may try it again.

Trying again publishes, so it goes with the right to publish. A site that renamed or removed these
groups is left as it is, and grants made later in the admin are not touched again.
"""

from django.db import migrations

GRANTS = {"Editors": ["view_duework"], "Moderators": ["view_duework", "retry_duework"]}
NAMES = {"view_duework": "Can view due work", "retry_duework": "Can try due work again"}


def _permissions(apps, using, codenames):
    # Permissions are made after all migrations, so the first run has to make them itself, as
    # Wagtail's own migrations do.
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    content_type, _made = ContentType.objects.using(using).get_or_create(
        app_label="campaign_releases", model="duework"
    )
    for codename in codenames:
        permission, _made = Permission.objects.using(using).get_or_create(
            content_type=content_type, codename=codename, defaults={"name": NAMES[codename]}
        )
        yield permission


def grant(apps, schema_editor):
    using = schema_editor.connection.alias
    Group = apps.get_model("auth", "Group")
    for name, codenames in GRANTS.items():
        for group in Group.objects.using(using).filter(name=name):
            group.permissions.add(*_permissions(apps, using, codenames))


def revoke(apps, schema_editor):
    using = schema_editor.connection.alias
    Group = apps.get_model("auth", "Group")
    for name, codenames in GRANTS.items():
        for group in Group.objects.using(using).filter(name=name):
            group.permissions.remove(*_permissions(apps, using, codenames))


class Migration(migrations.Migration):
    dependencies = [
        ("campaign_releases", "0001_due_work"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailcore", "0002_initial_data"),
    ]

    operations = [migrations.RunPython(grant, revoke)]
