import bookbind.kit.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('connections', '0002_initial'),
        ('tenancy', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ListItem',
            fields=[
                ('id', models.UUIDField(default=bookbind.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('list', models.CharField(choices=[('categories', 'categories'), ('tax_rates', 'tax_rates'), ('suppliers', 'suppliers'), ('customers', 'customers'), ('products', 'products'), ('tracking_1', 'tracking_1'), ('tracking_2', 'tracking_2'), ('bank_accounts', 'bank_accounts'), ('payment_methods', 'payment_methods')], max_length=20)),
                ('name', models.CharField(max_length=255)),
                ('folded_name', models.CharField(max_length=255)),
                ('code', models.CharField(blank=True, max_length=60)),
                ('details', models.JSONField(default=dict)),
                ('archived_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.business')),
                ('merged_into', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged_items', to='lists.listitem')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['business', 'list', 'folded_name'], name='list_item_name')],
            },
        ),
        migrations.CreateModel(
            name='KeptApart',
            fields=[
                ('id', models.UUIDField(default=bookbind.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('said_at', models.DateTimeField()),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.business')),
                ('said_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('first', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='lists.listitem')),
                ('second', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='lists.listitem')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('first', 'second'), name='one_statement_each_pair')],
            },
        ),
        migrations.CreateModel(
            name='Combination',
            fields=[
                ('id', models.UUIDField(default=bookbind.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('moved', models.JSONField(default=dict)),
                ('combined_at', models.DateTimeField()),
                ('undone_at', models.DateTimeField(null=True)),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.business')),
                ('combined_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('absorbed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='lists.listitem')),
                ('kept', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='lists.listitem')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='ListSync',
            fields=[
                ('id', models.UUIDField(default=bookbind.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('list', models.CharField(choices=[('categories', 'categories'), ('tax_rates', 'tax_rates'), ('suppliers', 'suppliers'), ('customers', 'customers'), ('products', 'products'), ('tracking_1', 'tracking_1'), ('tracking_2', 'tracking_2'), ('bank_accounts', 'bank_accounts'), ('payment_methods', 'payment_methods')], max_length=20)),
                ('state', models.CharField(choices=[('never', 'Not read yet'), ('waiting', 'Waiting to be read'), ('reading', 'Being read'), ('complete', 'Complete'), ('failed', 'Not read')], default='never', max_length=20)),
                ('generation', models.PositiveIntegerField(default=0)),
                ('reading', models.PositiveIntegerField(default=0)),
                ('requested_at', models.DateTimeField(null=True)),
                ('wants_full', models.BooleanField(default=True)),
                ('read_count', models.PositiveIntegerField(default=0)),
                ('expected_count', models.PositiveIntegerField(null=True)),
                ('item_count', models.PositiveIntegerField(default=0)),
                ('started_at', models.DateTimeField(null=True)),
                ('deadline_at', models.DateTimeField(null=True)),
                ('read_from', models.DateTimeField(null=True)),
                ('last_success_at', models.DateTimeField(null=True)),
                ('last_full_at', models.DateTimeField(null=True)),
                ('emptied_at', models.DateTimeField(null=True)),
                ('last_error', models.JSONField(default=dict)),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.business')),
                ('connection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='list_syncs', to='connections.connection')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('connection', 'list'), name='one_sync_each_list')],
            },
        ),
        migrations.CreateModel(
            name='RemoteItem',
            fields=[
                ('id', models.UUIDField(default=bookbind.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('list', models.CharField(choices=[('categories', 'categories'), ('tax_rates', 'tax_rates'), ('suppliers', 'suppliers'), ('customers', 'customers'), ('products', 'products'), ('tracking_1', 'tracking_1'), ('tracking_2', 'tracking_2'), ('bank_accounts', 'bank_accounts'), ('payment_methods', 'payment_methods')], max_length=20)),
                ('remote_type', models.CharField(max_length=40)),
                ('remote_id', models.CharField(max_length=160)),
                ('name', models.CharField(max_length=255)),
                ('folded_name', models.CharField(max_length=255)),
                ('code', models.CharField(blank=True, max_length=60)),
                ('details', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('active', 'Active'), ('archived', 'Archived'), ('gone', 'Deleted')], default='active', max_length=20)),
                ('merged_into_remote_id', models.CharField(blank=True, max_length=160)),
                ('generation', models.PositiveIntegerField(default=0)),
                ('changed_at', models.DateTimeField()),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.business')),
                ('connection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='remote_items', to='connections.connection')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['connection', 'list', 'folded_name'], name='remote_item_name')],
                'constraints': [models.UniqueConstraint(fields=('connection', 'list', 'remote_type', 'remote_id'), name='one_mirror_each_entry')],
            },
        ),
        migrations.CreateModel(
            name='Binding',
            fields=[
                ('id', models.UUIDField(default=bookbind.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('use', models.CharField(choices=[('any', 'Costs and sales'), ('costs', 'Costs'), ('sales', 'Sales')], default='any', max_length=10)),
                ('opened_at', models.DateTimeField()),
                ('opened_why', models.CharField(max_length=40)),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_why', models.CharField(blank=True, max_length=40)),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.business')),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('connection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bindings', to='connections.connection')),
                ('opened_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('list_item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bindings', to='lists.listitem')),
                ('remote_item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bindings', to='lists.remoteitem')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('list_item', 'connection', 'use'), name='one_current_binding')],
            },
        ),
        migrations.CreateModel(
            name='StagedPage',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('list', models.CharField(choices=[('categories', 'categories'), ('tax_rates', 'tax_rates'), ('suppliers', 'suppliers'), ('customers', 'customers'), ('products', 'products'), ('tracking_1', 'tracking_1'), ('tracking_2', 'tracking_2'), ('bank_accounts', 'bank_accounts'), ('payment_methods', 'payment_methods')], max_length=20)),
                ('generation', models.PositiveIntegerField()),
                ('position', models.PositiveIntegerField()),
                ('entries', models.JSONField()),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.business')),
                ('connection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='connections.connection')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('connection', 'list', 'generation', 'position'), name='one_staged_page_each')],
            },
        ),
        migrations.CreateModel(
            name='Dimension',
            fields=[
                ('id', models.UUIDField(default=bookbind.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('remote_id', models.CharField(max_length=160)),
                ('name', models.CharField(max_length=255)),
                ('per_line', models.BooleanField(default=True)),
                ('active', models.BooleanField(default=True)),
                ('slot', models.CharField(blank=True, choices=[('categories', 'categories'), ('tax_rates', 'tax_rates'), ('suppliers', 'suppliers'), ('customers', 'customers'), ('products', 'products'), ('tracking_1', 'tracking_1'), ('tracking_2', 'tracking_2'), ('bank_accounts', 'bank_accounts'), ('payment_methods', 'payment_methods')], max_length=20)),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.business')),
                ('connection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='dimensions', to='connections.connection')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('connection', 'remote_id'), name='one_dimension_each'), models.UniqueConstraint(condition=models.Q(('slot', ''), _negated=True), fields=('connection', 'slot'), name='one_dimension_a_slot')],
            },
        ),
    ]
