

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import iomlaos.publishing.dates
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='StandardText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(help_text='Pages name it by this key.', max_length=80, unique=True, verbose_name='key')),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('title_en', models.CharField(max_length=120, null=True, verbose_name='title')),
                ('title_lo', models.CharField(max_length=120, null=True, verbose_name='title')),
                ('body', models.TextField(verbose_name='text')),
                ('body_en', models.TextField(null=True, verbose_name='text')),
                ('body_lo', models.TextField(null=True, verbose_name='text')),
                ('is_confirmed', models.BooleanField(default=False, verbose_name='confirmed by the office')),
            ],
            options={
                'verbose_name': 'standard text',
                'verbose_name_plural': 'standard texts',
                'ordering': ['title_en'],
            },
        ),
        migrations.CreateModel(
            name='Office',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text="The organization's full name.", max_length=120, verbose_name='name')),
                ('name_en', models.CharField(help_text="The organization's full name.", max_length=120, null=True, verbose_name='name')),
                ('name_lo', models.CharField(help_text="The organization's full name.", max_length=120, null=True, verbose_name='name')),
                ('short_name', models.CharField(help_text='Shown at the top of every page.', max_length=60, verbose_name='short name')),
                ('short_name_en', models.CharField(help_text='Shown at the top of every page.', max_length=60, null=True, verbose_name='short name')),
                ('short_name_lo', models.CharField(help_text='Shown at the top of every page.', max_length=60, null=True, verbose_name='short name')),
                ('introduction', models.TextField(help_text='Two or three sentences, the first text of the home page.', verbose_name='introduction')),
                ('introduction_en', models.TextField(help_text='Two or three sentences, the first text of the home page.', null=True, verbose_name='introduction')),
                ('introduction_lo', models.TextField(help_text='Two or three sentences, the first text of the home page.', null=True, verbose_name='introduction')),
                ('opened', iomlaos.publishing.dates.PartialDateField(blank=True, null=True, verbose_name='opened')),
                ('postal_address', models.TextField(help_text='The country last.', verbose_name='postal address')),
                ('postal_address_en', models.TextField(help_text='The country last.', null=True, verbose_name='postal address')),
                ('postal_address_lo', models.TextField(help_text='The country last.', null=True, verbose_name='postal address')),
                ('hours', models.TextField(blank=True, verbose_name='opening hours')),
                ('hours_en', models.TextField(blank=True, null=True, verbose_name='opening hours')),
                ('hours_lo', models.TextField(blank=True, null=True, verbose_name='opening hours')),
            ],
            options={
                'verbose_name': 'contact details',
                'verbose_name_plural': 'contact details',
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='office_is_one')],
            },
        ),
        migrations.CreateModel(
            name='Page',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(help_text='The last part: small letters, digits and hyphens. The old address will lead to the new one.', max_length=80, unique=True, verbose_name='address of the page')),
                ('state', models.CharField(choices=[('draft', 'Draft: only staff see it'), ('published', 'Published'), ('withdrawn', 'Withdrawn: its address says that it was taken down')], default='draft', max_length=10, verbose_name='state')),
                ('withdrawal_reason', models.CharField(blank=True, max_length=300, verbose_name='why it is withdrawn')),
                ('withdrawal_reason_en', models.CharField(blank=True, max_length=300, null=True, verbose_name='why it is withdrawn')),
                ('withdrawal_reason_lo', models.CharField(blank=True, max_length=300, null=True, verbose_name='why it is withdrawn')),
                ('publish_from', models.DateTimeField(blank=True, null=True, verbose_name='public from')),
                ('publish_until', models.DateTimeField(blank=True, null=True, verbose_name='public until')),
                ('review_due', models.DateField(blank=True, help_text='We remind you on the front page.', null=True, verbose_name='review by')),
                ('information_date', iomlaos.publishing.dates.PartialDateField(blank=True, help_text='Shown on the page: a year, a month or a day. It becomes today when you change the text.', null=True, verbose_name='information as of')),
                ('reviewed_on', models.DateField(blank=True, help_text='Shown on the page.', null=True, verbose_name='last checked')),
                ('changelog', models.JSONField(blank=True, default=list, editable=False, verbose_name='changes that its page names')),
                ('created_at', models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now(), verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now(), verbose_name='last changed')),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('title_en', models.CharField(max_length=120, null=True, verbose_name='title')),
                ('title_lo', models.CharField(max_length=120, null=True, verbose_name='title')),
                ('lead', models.TextField(blank=True, help_text='One or two sentences under the title.', verbose_name='lead')),
                ('lead_en', models.TextField(blank=True, help_text='One or two sentences under the title.', null=True, verbose_name='lead')),
                ('lead_lo', models.TextField(blank=True, help_text='One or two sentences under the title.', null=True, verbose_name='lead')),
                ('body', models.TextField(blank=True, verbose_name='text')),
                ('body_en', models.TextField(blank=True, null=True, verbose_name='text')),
                ('body_lo', models.TextField(blank=True, null=True, verbose_name='text')),
            ],
            options={
                'default_permissions': ('add', 'change', 'delete', 'view', 'publish'),
                'verbose_name': 'page',
                'verbose_name_plural': 'pages',
                'ordering': ['title_en'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'published', 'withdrawn'])), name='page_state_is_known'), models.CheckConstraint(condition=models.Q(('publish_from__isnull', True), ('publish_until__isnull', True), ('publish_until__gt', models.F('publish_from')), _connector='OR'), name='page_public_until_after_from')],
            },
        ),
        migrations.CreateModel(
            name='Place',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(help_text='Small letters and hyphens.', max_length=80, unique=True, verbose_name='key')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('name_en', models.CharField(max_length=120, null=True, verbose_name='name')),
                ('name_lo', models.CharField(max_length=120, null=True, verbose_name='name')),
                ('kind', models.CharField(choices=[('province', 'Province or capital'), ('town', 'Town or border post'), ('area', 'Area')], max_length=10, verbose_name='kind')),
                ('iso_code', models.CharField(blank=True, help_text="LA-AT, for instance. Marks the province on the home page's map.", max_length=6, verbose_name='ISO 3166-2 code')),
                ('latitude', models.DecimalField(blank=True, decimal_places=3, help_text='In degrees north, for instance 17.97. Marks the place on the map.', max_digits=6, null=True, validators=[django.core.validators.MinValueValidator(13), django.core.validators.MaxValueValidator(23)], verbose_name='latitude')),
                ('longitude', models.DecimalField(blank=True, decimal_places=3, help_text='In degrees east, for instance 102.61.', max_digits=6, null=True, validators=[django.core.validators.MinValueValidator(100), django.core.validators.MaxValueValidator(108)], verbose_name='longitude')),
            ],
            options={
                'verbose_name': 'place',
                'verbose_name_plural': 'places',
                'ordering': ['name_en'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('latitude__isnull', True), ('longitude__isnull', True)), models.Q(('latitude__isnull', False), ('longitude__isnull', False)), _connector='OR'), name='place_position_is_whole', violation_error_message='Give both latitude and longitude, or neither.'), models.UniqueConstraint(condition=models.Q(('iso_code', ''), _negated=True), fields=('iso_code',), name='place_iso_code_once', violation_error_message='Another place has this code already.')],
            },
        ),
        migrations.CreateModel(
            name='SiteNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(help_text='One or two sentences.', max_length=300, verbose_name='text')),
                ('text_en', models.CharField(help_text='One or two sentences.', max_length=300, null=True, verbose_name='text')),
                ('text_lo', models.CharField(help_text='One or two sentences.', max_length=300, null=True, verbose_name='text')),
                ('kind', models.CharField(choices=[('information', 'Information'), ('warning', 'Warning')], default='information', help_text='Warnings are shown first.', max_length=12, verbose_name='kind')),
                ('link', models.CharField(blank=True, help_text='A page of this site, such as /careers/check/, or a full address.', max_length=300, verbose_name='link')),
                ('starts_at', models.DateTimeField(help_text='Vientiane time.', verbose_name='shown from')),
                ('ends_at', models.DateTimeField(help_text='Vientiane time. At most a year later.', verbose_name='shown until')),
            ],
            options={
                'verbose_name': 'site-wide notice',
                'verbose_name_plural': 'site-wide notices',
                'ordering': ['-starts_at', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='sitenotice_ends_after_start', violation_error_message='The end is not after the start.')],
            },
        ),
        migrations.CreateModel(
            name='ContactPoint',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('telephone', 'Telephone'), ('fax', 'Fax'), ('email', 'E-mail'), ('facebook', 'Facebook'), ('social', 'Other network')], max_length=10, verbose_name='kind')),
                ('written', models.CharField(help_text='As the page shows it: +856.21 26 77 30, or the name of a page.', max_length=120, verbose_name='as written')),
                ('address', models.URLField(blank=True, help_text='For Facebook and other networks.', verbose_name='address of the page')),
                ('order', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contact_points', to='office.office')),
            ],
            options={
                'verbose_name': 'contact point',
                'verbose_name_plural': 'contact points',
                'ordering': ['order', 'kind', 'written'],
                'constraints': [models.UniqueConstraint(fields=('office', 'kind', 'written'), name='contactpoint_once', violation_error_message='This number or address is listed already.')],
            },
        ),
    ]
