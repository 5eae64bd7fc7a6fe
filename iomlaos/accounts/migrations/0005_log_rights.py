"""The log of publishing: read by those who publish."""

from django.db import migrations

from iomlaos.accounts.roles import give

ROLES = ("Editors", "HR", "Procurement", "Administrators")


def give_rights(apps, schema_editor) -> None:
    alias = schema_editor.connection.alias
    for group in apps.get_model("auth", "Group").objects.using(alias).filter(name__in=ROLES):
        give(apps, alias, group, {"publishing.happening": "view"})


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_picture_rights"), ("publishing", "0006_log_of_publishing")]
    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
