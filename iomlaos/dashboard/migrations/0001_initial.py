

from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='CheckedLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.TextField()),
                ('outcome', models.CharField(choices=[('fine', 'It answers'), ('unwilling', 'It does not answer programs; look for yourself'), ('gone', 'There is no such page'), ('error', 'It answers with an error'), ('loop', 'It leads from one address to the next and never to a page'), ('silent', 'It does not answer in time'), ('unreachable', 'It cannot be reached'), ('unknown-host', 'There is no such site'), ('certificate', 'Its certificate is not in order'), ('private', 'It leads into a private network, which visitors cannot reach'), ('malformed', 'It is not an address')], max_length=12)),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('failing_since', models.DateTimeField(null=True)),
                ('checked_at', models.DateTimeField()),
                ('found_in', models.JSONField(default=list, help_text='A list of [model, key].')),
            ],
            options={
                'verbose_name': 'link that was checked',
                'verbose_name_plural': 'links that were checked',
                'ordering': ['address'],
                'default_permissions': (),
            },
        ),
    ]
