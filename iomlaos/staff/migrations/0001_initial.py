

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import uuid
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
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('model', models.CharField(max_length=80)),
                ('object_key', models.CharField(max_length=40)),
                ('title', models.CharField(max_length=200)),
                ('by_name', models.CharField(blank=True, max_length=150)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now)),
                ('kind', models.CharField(choices=[('submitted', '%(who)s submitted “%(title)s” for review'), ('returned', '%(who)s returned “%(title)s”'), ('published', '%(who)s published “%(title)s”'), ('scheduled', '%(who)s scheduled “%(title)s” for %(moment)s'), ('cancelled', '%(who)s cancelled the schedule of “%(title)s”'), ('withdrawn', '%(who)s withdrew “%(title)s”'), ('draft-deleted', '%(who)s deleted the draft of “%(title)s”'), ('went-live', '“%(title)s” was published as scheduled'), ('failed', '“%(title)s” could not be published as scheduled')], max_length=14)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('moment', models.DateTimeField(null=True)),
                ('is_for_mail', models.BooleanField(default=False)),
                ('mailed_at', models.DateTimeField(null=True)),
                ('dismissed_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'notification',
                'verbose_name_plural': 'notifications',
                'default_permissions': (),
                'indexes': [models.Index(fields=['recipient', 'at'], name='notification_of_person'), models.Index(condition=models.Q(('is_for_mail', True), ('mailed_at', None)), fields=['at'], name='notification_for_mail')],
            },
        ),
    ]
