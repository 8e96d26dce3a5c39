"""Nothing: what this added is created in 0001 with its tables. Databases that ran it know it by its name."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0001_initial'),
        ('tenancy', '0001_initial'),
    ]

    operations = []
