
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('deployments', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='journalentry',
            name='item_position',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='journalentry',
            name='shared',
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='placement',
            name='created_folders',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name='placement',
            name='file_format',
            field=models.CharField(blank=True, max_length=32),
        ),
        migrations.AddField(
            model_name='placement',
            name='trace',
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='run',
            name='left_folders',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name='run',
            name='rows_before',
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='run',
            name='state',
            field=models.CharField(choices=[('running', 'Running'), ('done', 'Done'), ('recovered', 'Cut off and taken back'), ('undone', 'Undone'), ('given_up', 'Failed, nothing changed')], default='running', max_length=16),
        ),
    ]
