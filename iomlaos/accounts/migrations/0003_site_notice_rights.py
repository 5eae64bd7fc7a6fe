"""The site-wide notice: for those who look after the site as a whole."""

from django.db import migrations

from iomlaos.accounts.roles import give

ROLES = ("Editors", "Administrators")
RIGHTS = {"office.sitenotice": "view add change delete"}


def give_rights(apps, schema_editor) -> None:
    alias = schema_editor.connection.alias
    for group in apps.get_model("auth", "Group").objects.using(alias).filter(name__in=ROLES):
        give(apps, alias, group, RIGHTS)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_roles"), ("office", "0003_site_notice")]
    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
