

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SignInEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), db_index=True, verbose_name='when')),
                ('kind', models.CharField(choices=[('signed_in', 'Signed in'), ('password_right', 'Right password; the code was asked for'), ('password_wrong', 'Wrong password'), ('code_wrong', 'Wrong code'), ('recovery_code', 'A recovery code was used'), ('locked', 'Locked out for a while'), ('enrolled', 'Second factor set up'), ('new_codes', 'New recovery codes made'), ('factor_reset', 'Second factor reset'), ('password_changed', 'Password changed'), ('reset_requested', 'A new password was asked for by mail')], max_length=20, verbose_name='what')),
                ('username', models.CharField(blank=True, max_length=150, verbose_name='name of the account')),
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
