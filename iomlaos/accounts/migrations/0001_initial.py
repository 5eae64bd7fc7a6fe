

import django.contrib.auth.models
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Role',
            fields=[
            ],
            options={
                'verbose_name': 'role',
                'verbose_name_plural': 'roles',
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('auth.group',),
            managers=[
                ('objects', django.contrib.auth.models.GroupManager()),
            ],
        ),
        migrations.CreateModel(
            name='SignInEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), db_index=True, verbose_name='when')),
                ('kind', models.CharField(choices=[('signed_in', 'Signed in'), ('password_right', 'Password correct, code asked for'), ('password_wrong', 'Wrong password'), ('code_wrong', 'Wrong code'), ('recovery_code', 'Recovery code used'), ('locked', 'Locked after too many wrong passwords'), ('enrolled', 'Two-step sign-in set up'), ('new_codes', 'New recovery codes made'), ('factor_reset', 'Two-step sign-in reset'), ('password_changed', 'Password changed'), ('reset_requested', 'Password reset requested'), ('link_made', 'Sign-in link made')], max_length=20, verbose_name='what')),
                ('username', models.CharField(blank=True, max_length=150, verbose_name='username')),
                ('by', models.CharField(blank=True, max_length=150, verbose_name='by')),
                ('address', models.GenericIPAddressField(blank=True, null=True, verbose_name='network address')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='account')),
            ],
            options={
                'verbose_name': 'sign-in',
                'verbose_name_plural': 'sign-ins',
                'ordering': ['-at', '-pk'],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['address', 'kind', 'at'], name='signin_by_address')],
            },
        ),
    ]
