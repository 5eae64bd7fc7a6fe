"""Pictures of texts: whoever writes texts puts them in, and whoever looks after them removes them."""

from django.db import migrations

from iomlaos.accounts.roles import give

WRITES = "view add change"
LOOKS_AFTER = "view add change delete"
RIGHTS = {
    "Contributors": WRITES,
    "HR": WRITES,
    "Procurement": WRITES,
    "Editors": LOOKS_AFTER,
    "Administrators": LOOKS_AFTER,
}


def give_rights(apps, schema_editor) -> None:
    alias = schema_editor.connection.alias
    for group in apps.get_model("auth", "Group").objects.using(alias).filter(name__in=RIGHTS):
        give(apps, alias, group, {"publishing.picture": RIGHTS[group.name]})


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_site_notice_rights"), ("publishing", "0005_pictures")]
    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
