"""Let Wagtail's stock groups work with what is new: each part has its entry in the table.

A site that renamed or removed these groups is left as it is, and grants made later in the admin are
not touched again.
"""

from django.db import migrations

# By model: what each permission is called, and which of the stock groups get it.
GRANTS = {
    "ledgerentry": {"view_ledgerentry": ("Can view ledger entry", ["Editors", "Moderators"])},
    # Trying again does what a publication does, so it goes with the right to publish.
    "effect": {
        "view_effect": ("Can view effect", ["Moderators"]),
        "retry_effect": ("Can try an effect again", ["Moderators"]),
    },
    "release": {
        "view_release": ("Can view release", ["Editors", "Moderators"]),
        "add_release": ("Can add release", ["Editors", "Moderators"]),
        "change_release": ("Can change release", ["Editors", "Moderators"]),
        # Approving goes with the right to publish.
        "approve_release": ("Can approve releases", ["Moderators"]),
    },
    "takedown": {
        "view_takedown": ("Can view takedown", ["Editors", "Moderators"]),
        # Whoever may publish may take down, and be quick about it.
        "take_down": ("Can take content down and put it back", ["Moderators"]),
    },
    "alert": {
        "view_alert": ("Can view alert", ["Editors", "Moderators"]),
        "show_alert": ("Can show alerts and end them", ["Moderators"]),
    },
}


def _permission(apps, using, model, codename, name):
    # Permissions are made after all migrations, so the first run has to make them itself, as
    # Wagtail's own migrations do.
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    content_type, _made = ContentType.objects.using(using).get_or_create(
        app_label="campaign_releases", model=model
    )
    permission, _made = Permission.objects.using(using).get_or_create(
        content_type=content_type, codename=codename, defaults={"name": name}
    )
    return permission


def _rows(apps, using):
    Group = apps.get_model("auth", "Group")
    groups = {group.name: group for group in Group.objects.using(using).all()}
    for model, permissions in GRANTS.items():
        for codename, (name, group_names) in permissions.items():
            permission = _permission(apps, using, model, codename, name)
            for group_name in group_names:
                if group_name in groups:
                    yield groups[group_name], permission


def grant(apps, schema_editor):
    for group, permission in _rows(apps, schema_editor.connection.alias):
        group.permissions.add(permission)


def revoke(apps, schema_editor):
    for group, permission in _rows(apps, schema_editor.connection.alias):
        group.permissions.remove(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("campaign_releases", "0007_set_times"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailcore", "0002_initial_data"),
    ]

    operations = [migrations.RunPython(grant, revoke)]
