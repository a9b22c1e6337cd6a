"""Let Wagtail's stock groups work with facts from the first day.

Editors write and change drafts. Moderators also publish, unpublish, lock and delete; a record in
use is never deleted, whoever asks (`content_blocks.deletion`). A site that renamed or removed
these groups is left as it is, and grants made later in the admin are not touched again.
"""

from django.db import migrations

MODELS = ["contactroute", "glossaryterm", "hotspot", "sign"]
GRANTS = {
    "Editors": ["add", "change", "view"],
    "Moderators": ["add", "change", "view", "delete", "publish", "lock", "unlock"],
}
NAMES = {
    "contactroute": "contact route",
    "glossaryterm": "glossary term",
    "hotspot": "hotspot",
    "sign": "sign",
}


def _permissions(apps, using, actions):
    # Permissions are made after all migrations, so the first run has to make them itself, as
    # Wagtail's own migrations do; the codenames are those that Django and Wagtail look for.
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    for model in MODELS:
        content_type, _made = ContentType.objects.using(using).get_or_create(
            app_label="content_blocks", model=model
        )
        for action in actions:
            permission, _made = Permission.objects.using(using).get_or_create(
                content_type=content_type,
                codename=f"{action}_{model}",
                defaults={"name": f"Can {action} {NAMES[model]}"},
            )
            yield permission


def grant(apps, schema_editor):
    using = schema_editor.connection.alias
    Group = apps.get_model("auth", "Group")
    for name, actions in GRANTS.items():
        for group in Group.objects.using(using).filter(name=name):
            group.permissions.add(*_permissions(apps, using, actions))


def revoke(apps, schema_editor):
    using = schema_editor.connection.alias
    Group = apps.get_model("auth", "Group")
    for name, actions in GRANTS.items():
        for group in Group.objects.using(using).filter(name=name):
            group.permissions.remove(*_permissions(apps, using, actions))


class Migration(migrations.Migration):
    dependencies = [
        ("content_blocks", "0001_snippets"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailcore", "0002_initial_data"),
    ]

    operations = [migrations.RunPython(grant, revoke)]
