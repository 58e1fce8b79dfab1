from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0008_imports'),
    ]

    operations = [
        migrations.AlterField(
            model_name='factdefinition',
            name='per',
            field=models.CharField(choices=[('year', 'year'), ('quarter', 'quarter'), ('static', 'static')], max_length=10, verbose_name='recorded per'),
        ),
    ]
