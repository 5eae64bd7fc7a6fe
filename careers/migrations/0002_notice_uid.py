import uuid

from django.db import migrations, models

MODELS = ("vacancy", "procurementnotice")


def give_uids(apps, schema_editor):
    """A default would give all existing rows the same value."""
    for name in MODELS:
        rows = apps.get_model("careers", name)._base_manager.using(schema_editor.connection.alias)
        for key in rows.values_list("pk", flat=True):
            rows.filter(pk=key).update(uid=uuid.uuid4())


class Migration(migrations.Migration):
    dependencies = [("careers", "0001_initial")]

    operations = [
        *(
            migrations.AddField(name, "uid", models.UUIDField(editable=False, null=True))
            for name in MODELS
        ),
        migrations.RunPython(give_uids, migrations.RunPython.noop),
        *(
            migrations.AlterField(
                name, "uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
            )
            for name in MODELS
        ),
        *(
            migrations.AddIndex(
                name,
                models.Index(
                    condition=models.Q(("state", "withdrawn"), ("outcome", "cancelled"), _connector="OR"),
                    fields=["closes_at"],
                    name=f"{name}_called_off",
                ),
            )
            for name in MODELS
        ),
    ]
