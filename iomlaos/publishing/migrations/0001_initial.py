

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
            name='Revision',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('model', models.CharField(max_length=80)),
                ('object_key', models.CharField(max_length=40)),
                ('number', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('state', 'What the record was'), ('draft', 'What the record is to become, once this is published'), ('scheduled', 'What the record becomes at a moment, by itself'), ('parked', 'What somebody typed while another was faster'), ('deleted', 'What the record was when it was deleted')], max_length=9)),
                ('data', models.JSONField()),
                ('title', models.CharField(max_length=200)),
                ('by_name', models.CharField(blank=True, max_length=150)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('event', models.CharField(blank=True, choices=[('', 'Not public'), ('published', 'Published'), ('changed', 'Live version changed'), ('withdrawn', 'Withdrawn'), ('scheduled', 'Scheduled'), ('taken_off', 'Schedule cancelled'), ('taken_down', 'Taken down'), ('deleted', 'Deleted')], max_length=10)),
                ('publish_at', models.DateTimeField(help_text='When it is published by itself.', null=True)),
                ('failure_reason', models.CharField(blank=True, help_text='Why it could not be published then.', max_length=500)),
                ('closed_at', models.DateTimeField(help_text='When it ceased to wait.', null=True)),
                ('ending', models.CharField(blank=True, choices=[('superseded', 'a later draft took its place'), ('published', 'it was published'), ('scheduled', 'it was scheduled'), ('cancelled', 'its schedule was cancelled'), ('discarded', 'it was deleted')], max_length=10)),
                ('base', models.ForeignKey(help_text='What its form started from.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='publishing.revision')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'revision',
                'verbose_name_plural': 'revisions',
                'ordering': ['-number'],
            },
        ),
        migrations.CreateModel(
            name='PublishingLogEntry',
            fields=[
            ],
            options={
                'verbose_name': 'publishing log entry',
                'verbose_name_plural': 'publishing log',
                'ordering': ['-at', '-number'],
                'proxy': True,
                'default_permissions': ('view',),
                'indexes': [],
                'constraints': [],
            },
            bases=('publishing.revision',),
        ),
        migrations.CreateModel(
            name='SlugRedirect',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model', models.CharField(max_length=80)),
                ('slug', models.SlugField(max_length=80)),
                ('object_id', models.BigIntegerField()),
            ],
            options={
                'verbose_name': 'former address',
                'verbose_name_plural': 'former addresses',
                'constraints': [models.UniqueConstraint(fields=('model', 'slug'), name='formeraddress_leads_to_one_object')],
            },
        ),
        migrations.CreateModel(
            name='Submission',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('model', models.CharField(max_length=80)),
                ('object_key', models.CharField(max_length=40)),
                ('title', models.CharField(max_length=200)),
                ('by_name', models.CharField(blank=True, max_length=150)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('returned_at', models.DateTimeField(null=True)),
                ('returned_by_name', models.CharField(blank=True, max_length=150)),
                ('return_note', models.CharField(blank=True, max_length=300)),
                ('ended_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'draft that was handed in',
                'verbose_name_plural': 'drafts that were handed in',
                'ordering': ['at'],
            },
        ),
        migrations.CreateModel(
            name='ReviewLink',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('model', models.CharField(max_length=80)),
                ('object_key', models.CharField(max_length=40)),
                ('title', models.CharField(max_length=200)),
                ('by_name', models.CharField(blank=True, max_length=150)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now)),
                ('for_whom', models.CharField(max_length=150)),
                ('key_hash', models.CharField(max_length=64, unique=True)),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('revoked_by_name', models.CharField(blank=True, max_length=150)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'link for a review outside',
                'verbose_name_plural': 'links for reviews outside',
                'ordering': ['-at'],
                'indexes': [models.Index(fields=['model', 'object_key'], name='reviewlink_of_record')],
            },
        ),
        migrations.AddIndex(
            model_name='revision',
            index=models.Index(fields=['model', 'kind', '-at'], name='revision_by_kind'),
        ),
        migrations.AddIndex(
            model_name='revision',
            index=models.Index(condition=models.Q(('closed_at', None), ('failure_reason', ''), ('kind', 'scheduled')), fields=['publish_at'], name='revision_due'),
        ),
        migrations.AddIndex(
            model_name='revision',
            index=models.Index(condition=models.Q(('event', ''), _negated=True), fields=['-at'], name='revision_log_of_publishing'),
        ),
        migrations.AddConstraint(
            model_name='revision',
            constraint=models.UniqueConstraint(condition=models.Q(('kind__in', ['state', 'draft', 'scheduled'])), fields=('model', 'object_key', 'number'), name='revision_number_is_the_lock'),
        ),
        migrations.AddConstraint(
            model_name='revision',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at', None), ('kind__in', ['draft', 'scheduled'])), fields=('model', 'object_key', 'kind'), name='revision_one_waiting_of_a_kind'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('model', 'object_key'), name='submission_one_at_a_time'),
        ),
    ]
