"""The office's five roles. What an administrator makes of them afterwards stays."""

from django.db import migrations

from iomlaos.accounts.roles import make_role

DRAFTS = "view add change"
ALL = "view add change delete"
PUBLISHED = f"{ALL} publish"

PROGRAMMES = {
    "programmes.programme": PUBLISHED,
    "programmes.project": PUBLISHED,
    "programmes.document": PUBLISHED,
    "programmes.figure": ALL,
    "programmes.donor": ALL,
    "programmes.counterpart": ALL,
}
OFFICE = {
    "office.office": "view add change",
    "office.page": PUBLISHED,
    "office.standardtext": ALL,
    "office.place": ALL,
    "office.sitenotice": ALL,
}
HR = {"careers.vacancy": PUBLISHED, "careers.applicationform": PUBLISHED}
PROCUREMENT = {"careers.procurementnotice": PUBLISHED}
ADDS_IMAGES = {"media.image": DRAFTS}
KEEPS_IMAGES = {"media.image": ALL}
READS_LOG = {"publishing.publishinglogentry": "view"}
ROLES = {
    # Donors, counterparts and figures have no draft: what changes there is public at once.
    "Contributors": {
        "programmes.programme": DRAFTS,
        "programmes.project": DRAFTS,
        "programmes.document": DRAFTS,
        "programmes.figure": "view",
        "programmes.donor": "view",
        "programmes.counterpart": "view",
        "careers.vacancy": DRAFTS,
        "careers.procurementnotice": DRAFTS,
        "careers.applicationform": DRAFTS,
    }
    | ADDS_IMAGES,
    "Editors": PROGRAMMES | OFFICE | KEEPS_IMAGES | READS_LOG,
    "HR": HR | ADDS_IMAGES | READS_LOG,
    "Procurement": PROCUREMENT | ADDS_IMAGES | READS_LOG,
    "Administrators": PROGRAMMES
    | OFFICE
    | HR
    | PROCUREMENT
    | KEEPS_IMAGES
    | READS_LOG
    | {
        "careers.subscription": "view delete",
        "auth.user": ALL,
        "accounts.role": ALL,
        "accounts.signinevent": "view",
    },
}


def make_roles(apps, schema_editor) -> None:
    for name, permissions in ROLES.items():
        make_role(apps, schema_editor.connection.alias, name, permissions)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
