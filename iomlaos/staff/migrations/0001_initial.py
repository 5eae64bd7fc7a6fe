

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AutosavedForm',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('model', models.CharField(max_length=80)),
                ('object_key', models.CharField(blank=True, max_length=40)),
                ('data', models.TextField(blank=True)),
                ('typed_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'text that was not saved',
                'verbose_name_plural': 'texts that were not saved',
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(fields=['by', 'model', 'object_key'], name='typedtext_of_person')],
            },
        ),
        migrations.CreateModel(
            name='EditingSession',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('model', models.CharField(max_length=80)),
                ('object_key', models.CharField(blank=True, max_length=40)),
                ('since', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'form that is open',
                'verbose_name_plural': 'forms that are open',
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(fields=['model', 'object_key'], name='presence_at_record')],
            },
        ),
    ]
