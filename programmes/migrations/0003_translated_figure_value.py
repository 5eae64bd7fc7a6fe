"""The value of a figure in both languages: what was written is English, also in versions and unsaved forms."""

import json
import re

from django.db import migrations, models

LABELS = ('programmes.programme', 'programmes.figure')
#: In the form of a figure, and in its row in the form of a programme.
FORM_FIELD = re.compile(r'((?:figures-\d+-)?value)')


def name_language(apps, schema_editor):
    """Keep each value as the English one, wherever its column is named."""
    apps.get_model('programmes', 'Figure').objects.update(value_en=models.F('value'))
    for revision in apps.get_model('publishing', 'Revision').objects.filter(model__in=LABELS).iterator():
        rows = [revision.data['fields'], *revision.data['owned'].get('figures', {}).values()]
        if renamed := [row for row in rows if rename_value(row)]:
            for row in renamed:
                row['value_lo'] = None
            revision.save(update_fields=['data'])
    for record in apps.get_model('seeding', 'SeededRecord').objects.filter(model='programmes.figure'):
        if rename_value(record.hashes):
            record.save(update_fields=['hashes'])
    for form in apps.get_model('staff', 'AutosavedForm').objects.filter(model__in=LABELS).exclude(data=''):
        form.data = json.dumps(
            [[FORM_FIELD.sub(r'\1_en', name) if FORM_FIELD.fullmatch(name) else name, values]
             for name, values in json.loads(form.data)],
            ensure_ascii=False,
        )
        form.save(update_fields=['data'])


def rename_value(row):
    """Whether a row had a value without a language."""
    if 'value' in row:
        row['value_en'] = row.pop('value')
        return True
    return False


class Migration(migrations.Migration):

    dependencies = [
        ('programmes', '0002_last_changed'),
        ('publishing', '0001_initial'),
        ('seeding', '0001_initial'),
        ('staff', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='figure',
            name='value_en',
            field=models.CharField(max_length=40, null=True, verbose_name='figure'),
        ),
        migrations.AddField(
            model_name='figure',
            name='value_lo',
            field=models.CharField(max_length=40, null=True, verbose_name='figure'),
        ),
        # Last: PostgreSQL alters no table with triggers that wait for the commit.
        migrations.RunPython(name_language, migrations.RunPython.noop),
    ]
