

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
            name='Image',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('alternative_text', models.CharField(help_text='A sentence for those who cannot see it: “A health worker weighs a child in a village school.” Not the name of the file.', max_length=300, verbose_name='what it shows')),
                ('caption', models.CharField(blank=True, help_text='What stands below it. May be empty.', max_length=300, verbose_name='caption')),
                ('photographer', models.CharField(blank=True, help_text='As it is to be named below the picture: “IOM 2026”. May be empty.', max_length=150, verbose_name='who took it')),
                ('width', models.PositiveSmallIntegerField(editable=False)),
                ('height', models.PositiveSmallIntegerField(editable=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, editable=False, verbose_name='added')),
                ('by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'picture',
                'verbose_name_plural': 'pictures',
                'ordering': ['-created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ImageReference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model', models.CharField(max_length=80)),
                ('object_key', models.CharField(max_length=40)),
                ('image', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='references', to='media.image')),
            ],
            options={
                'verbose_name': 'reference to a picture',
                'verbose_name_plural': 'references to pictures',
                'indexes': [models.Index(fields=['model', 'object_key'], name='imagereference_of_row')],
                'constraints': [models.UniqueConstraint(fields=('image', 'model', 'object_key'), name='imagereference_once_a_row')],
            },
        ),
        migrations.CreateModel(
            name='Rendition',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('width', models.PositiveSmallIntegerField()),
                ('file', models.FileField(max_length=200, upload_to='')),
                ('bytes', models.PositiveIntegerField()),
                ('image', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='renditions', to='media.image')),
            ],
            options={
                'verbose_name': 'rendition of a picture',
                'verbose_name_plural': 'renditions of pictures',
                'ordering': ['width'],
                'constraints': [models.UniqueConstraint(fields=('image', 'width'), name='rendition_once_a_width')],
            },
        ),
    ]
