

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='SeededRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model', models.CharField(max_length=80)),
                ('key', models.CharField(max_length=200)),
                ('object_key', models.CharField(max_length=40)),
                ('hashes', models.JSONField(default=dict)),
                ('loaded_at', models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'verbose_name': 'seeded record',
                'verbose_name_plural': 'seeded records',
                'constraints': [models.UniqueConstraint(fields=('model', 'key'), name='seededrecord_loaded_once')],
            },
        ),
    ]
