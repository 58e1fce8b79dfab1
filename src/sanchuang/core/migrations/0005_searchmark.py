from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("core", "0004_names_in_english_msgids"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("model", models.CharField(blank=True, max_length=80)),
                ("record", models.CharField(blank=True, max_length=80)),
                ("mark", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "change for the search",
                "verbose_name_plural": "changes for the search",
                "ordering": ["pk"],
            },
        ),
    ]
