import bookbind.kit.ids
import bookbind.providers.base.types
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('lists', '0001_initial'),
        ('tenancy', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='StoredFile',
            fields=[
                ('id', models.UUIDField(default=bookbind.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('content_type', models.CharField(max_length=60)),
                ('size_bytes', models.PositiveIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('page_count', models.PositiveSmallIntegerField(default=1)),
                ('path', models.CharField(max_length=200)),
                ('uploaded_at', models.DateTimeField()),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.business')),
                ('uploaded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['business', 'sha256'], name='stored_file_content')],
            },
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.UUIDField(default=bookbind.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('bill', 'bill'), ('supplier_credit', 'supplier_credit'), ('expense', 'expense')], default=bookbind.providers.base.types.DocumentKind['BILL'], max_length=20)),
                ('shelf', models.CharField(choices=[('inbox', 'Inbox'), ('archive', 'Archive')], default='inbox', max_length=10)),
                ('archived_why', models.CharField(blank=True, max_length=40)),
                ('stage', models.CharField(choices=[('review', 'To review'), ('waiting', 'Waiting'), ('fixing', 'Needs fixing'), ('published', 'Published')], default='review', max_length=10)),
                ('frozen_at', models.DateTimeField(null=True)),
                ('date', models.DateField(blank=True, null=True)),
                ('due_date', models.DateField(blank=True, null=True)),
                ('reference', models.CharField(blank=True, max_length=120)),
                ('currency', models.CharField(max_length=3)),
                ('tax_mode', models.CharField(choices=[('exclusive', 'exclusive'), ('inclusive', 'inclusive'), ('no_tax', 'no_tax')], default=bookbind.providers.base.types.TaxMode['EXCLUSIVE'], max_length=12)),
                ('total', models.DecimalField(blank=True, decimal_places=3, max_digits=15, null=True)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('paid', models.BooleanField(default=False)),
                ('publish_as', models.CharField(blank=True, choices=[('draft', 'draft'), ('awaiting_approval', 'awaiting_approval'), ('awaiting_payment', 'awaiting_payment')], max_length=20)),
                ('field_sources', models.JSONField(default=dict)),
                ('version', models.PositiveIntegerField(default=1)),
                ('captured_at', models.DateTimeField()),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.business')),
                ('captured_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('paid_from', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lists.listitem')),
                ('supplier', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lists.listitem')),
                ('file', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='documents.storedfile')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['business', 'shelf', 'stage', '-captured_at'], name='document_tab'), models.Index(fields=['business', 'supplier'], name='document_supplier')],
            },
        ),
        migrations.CreateModel(
            name='DocumentLine',
            fields=[
                ('id', models.UUIDField(default=bookbind.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveSmallIntegerField()),
                ('description', models.CharField(blank=True, max_length=500)),
                ('quantity', models.DecimalField(decimal_places=4, default=1, max_digits=12)),
                ('net', models.DecimalField(decimal_places=3, max_digits=15, null=True)),
                ('tax', models.DecimalField(decimal_places=3, max_digits=15, null=True)),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.business')),
                ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lists.listitem')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='documents.document')),
                ('tax_rate', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lists.listitem')),
                ('tracking_1', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lists.listitem')),
                ('tracking_2', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lists.listitem')),
            ],
            options={
                'ordering': ['position'],
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('document', 'position'), name='one_line_each_position')],
            },
        ),
    ]
