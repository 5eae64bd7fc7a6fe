from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("careers", "0006_told_again")]

    operations = [
        migrations.RenameField("subscription", "refusals", "bounce_count"),
        migrations.AlterField(
            model_name="subscription",
            name="bounce_count",
            field=models.PositiveSmallIntegerField(
                default=0,
                help_text="How often the mail server refused the address since it last accepted a message.",
                verbose_name="bounces in a row",
            ),
        ),
        migrations.RemoveIndex(model_name="alertmessage", name="alertmessage_waiting"),
        migrations.RenameField("alertmessage", "not_before", "send_after"),
        migrations.AddIndex(
            model_name="alertmessage",
            index=models.Index(
                condition=models.Q(state="waiting"), fields=["send_after"], name="alertmessage_waiting"
            ),
        ),
        migrations.AlterField(
            model_name="alertmessage",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting"),
                    ("sent", "Sent"),
                    ("dropped", "Dropped: there was nothing to tell any more"),
                    ("refused", "Refused by the mail server"),
                    ("given-up", "Given up after several tries"),
                ],
                default="waiting",
                max_length=12,
            ),
        ),
    ]
