import bookbind.kit.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('lists', '0002_initial'),
        ('tenancy', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SupplierRule',
            fields=[
                ('id', models.UUIDField(default=bookbind.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('due_mode', models.CharField(blank=True, choices=[('', 'Leave as it is'), ('days_after_date', "days after the document's date"), ('days_after_month_end', 'days after the end of its month'), ('day_of_next_month', 'day of the next month')], max_length=24)),
                ('due_days', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('publish_to', models.CharField(blank=True, choices=[('bill', 'bill'), ('supplier_credit', 'supplier_credit'), ('expense', 'expense')], max_length=20)),
                ('publish_as', models.CharField(blank=True, choices=[('draft', 'draft'), ('awaiting_approval', 'awaiting_approval'), ('awaiting_payment', 'awaiting_payment')], max_length=20)),
                ('auto_publish', models.BooleanField(blank=True, null=True)),
                ('position', models.PositiveIntegerField(default=0)),
                ('version', models.PositiveIntegerField(default=1)),
                ('active', models.BooleanField(default=True)),
                ('changed_at', models.DateTimeField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.business')),
                ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lists.listitem')),
                ('changed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('supplier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='supplier_rules', to='lists.listitem')),
                ('tax_rate', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lists.listitem')),
                ('tracking_1', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lists.listitem')),
                ('tracking_2', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lists.listitem')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('supplier', 'position'), name='supplier_rules_in_order')],
            },
        ),
        migrations.CreateModel(
            name='RuleRevision',
            fields=[
                ('id', models.UUIDField(default=bookbind.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField()),
                ('values', models.JSONField()),
                ('saved_at', models.DateTimeField()),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.business')),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='revisions', to='rules.supplierrule')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('rule', 'version'), name='one_revision_each_version')],
            },
        ),
    ]
