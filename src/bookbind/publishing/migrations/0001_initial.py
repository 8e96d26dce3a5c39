import bookbind.kit.ids
import bookbind.providers.base.types
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('connections', '0002_initial'),
        ('documents', '0002_initial'),
        ('lists', '0002_initial'),
        ('tenancy', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PublishingSettings',
            fields=[
                ('id', models.UUIDField(default=bookbind.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('publish_to', models.CharField(choices=[('bill', 'bill'), ('supplier_credit', 'supplier_credit'), ('expense', 'expense')], default=bookbind.providers.base.types.DocumentKind['BILL'], max_length=20)),
                ('publish_as', models.CharField(choices=[('draft', 'draft'), ('awaiting_approval', 'awaiting_approval'), ('awaiting_payment', 'awaiting_payment')], default=bookbind.providers.base.types.PublishAs['DRAFT'], max_length=20)),
                ('tax_amounts', models.CharField(choices=[('document', 'As on the document'), ('computed', 'Computed from the rate')], default='document', max_length=12)),
                ('new_suppliers', models.CharField(choices=[('create', 'Create it'), ('ask', 'Ask me first')], default='create', max_length=8)),
                ('auto_publish', models.BooleanField(default=False)),
                ('books_closed_until', models.DateField(blank=True, null=True)),
                ('auto_publish_exceptions', models.ManyToManyField(blank=True, related_name='+', to='lists.listitem')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.business')),
                ('connection', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='publishing_settings', to='connections.connection')),
                ('default_tax_rate', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='lists.listitem')),
                ('paid_from', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='lists.listitem')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Resume',
            fields=[
                ('id', models.UUIDField(default=bookbind.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('began_at', models.DateTimeField()),
                ('publish_now', models.BooleanField()),
                ('lists_read_at', models.DateTimeField(null=True)),
                ('checked_at', models.DateTimeField(null=True)),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.business')),
                ('connection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='resumes', to='connections.connection')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(condition=models.Q(('checked_at__isnull', True)), fields=('connection',), name='one_unchecked_resume')],
            },
        ),
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.UUIDField(default=bookbind.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('waiting', 'Queued'), ('held', 'Waiting'), ('sending', 'Publishing'), ('unknown', 'Checking'), ('published', 'Published'), ('rejected', 'Needs fixing'), ('withdrawn', 'Taken back')], default='waiting', max_length=20)),
                ('reason', models.CharField(blank=True, max_length=40)),
                ('reason_data', models.JSONField(default=dict)),
                ('marker', models.CharField(max_length=80, unique=True)),
                ('queued_at', models.DateTimeField()),
                ('automatic', models.BooleanField(default=False)),
                ('twins_checked_at', models.DateTimeField(null=True)),
                ('twins_accepted', models.BooleanField(default=False)),
                ('must_look_for_twins', models.BooleanField(default=False)),
                ('new_supplier_accepted', models.BooleanField(default=False)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('lookups', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField(null=True)),
                ('error', models.JSONField(default=dict)),
                ('frozen', models.JSONField(default=dict)),
                ('labels', models.JSONField(default=dict)),
                ('remote_id', models.CharField(blank=True, max_length=160)),
                ('remote_number', models.CharField(blank=True, max_length=160)),
                ('remote_status', models.CharField(blank=True, max_length=60)),
                ('remote_url', models.CharField(blank=True, max_length=500)),
                ('differences', models.JSONField(default=list)),
                ('published_at', models.DateTimeField(null=True)),
                ('paper', models.CharField(choices=[('none', 'No file'), ('waiting', 'File waiting'), ('attached', 'File attached'), ('failed', 'File not attached')], default='none', max_length=12)),
                ('paper_attempts', models.PositiveIntegerField(default=0)),
                ('paper_next_try_at', models.DateTimeField(null=True)),
                ('paper_error', models.JSONField(default=dict)),
                ('paper_remote_id', models.CharField(blank=True, max_length=160)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.business')),
                ('connection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='publications', to='connections.connection')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='publications', to='documents.document')),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('resume', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='publications', to='publishing.resume')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['connection', 'state', 'queued_at'], name='publication_queue')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['waiting', 'held', 'sending', 'unknown', 'rejected'])), fields=('document',), name='one_open_publication')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.UUIDField(default=bookbind.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('epoch', models.PositiveIntegerField()),
                ('purpose', models.CharField(choices=[('document', 'The document'), ('contact', 'Its supplier')], default='document', max_length=12)),
                ('operation', models.CharField(max_length=40)),
                ('key', models.CharField(max_length=128, unique=True)),
                ('body', models.BinaryField()),
                ('body_sha256', models.CharField(max_length=64)),
                ('outcome', models.CharField(choices=[('open', 'Being sent'), ('done', 'Accepted'), ('refused', 'Refused'), ('not_done', 'Did not reach the vendor'), ('lost', 'No answer')], default='open', max_length=12)),
                ('first_sent_at', models.DateTimeField()),
                ('last_sent_at', models.DateTimeField()),
                ('sends', models.PositiveIntegerField(default=1)),
                ('answered_at', models.DateTimeField(null=True)),
                ('http_status', models.PositiveSmallIntegerField(null=True)),
                ('correlation_id', models.CharField(blank=True, max_length=80)),
                ('vendor_text', models.TextField(blank=True)),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.business')),
                ('connection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='connections.connection')),
                ('publication', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='publishing.publication')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(condition=models.Q(('outcome__in', ['open', 'lost'])), fields=('publication', 'purpose'), name='one_undecided_delivery')],
            },
        ),
    ]
