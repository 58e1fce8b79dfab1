"""Which changes of a fact can be advised."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0012_facts_below_zero")]

    operations = [
        migrations.AddField(
            model_name="factdefinition",
            name="moves",
            field=models.CharField(
                blank=True,
                choices=[("fixed", "fixed"), ("grows", "grows")],
                default="",
                max_length=10,
                verbose_name="changes that can be advised",
            ),
            preserve_default=False,
        ),
    ]
