import sanchuang.core.models.users
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("core", "0007_pseudonyms")]

    operations = [
        migrations.AlterField(
            model_name="user",
            name="pseudonym",
            field=models.CharField(default=sanchuang.core.models.users.new_pseudonym, editable=False, max_length=32, unique=True, verbose_name="pseudonym"),
        ),
    ]
