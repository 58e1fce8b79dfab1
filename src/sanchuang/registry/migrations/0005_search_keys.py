"""Names get the key that both scripts share: an unchanged pack is not loaded again, so its rows are rewritten here."""

from django.db import migrations

from sanchuang.core.search.keys import search_key


def rekey(apps, schema_editor):
    names = apps.get_model("registry", "OrganisationName").objects.using(schema_editor.connection.alias)
    changed = []
    for name in names.only("name", "key").iterator(chunk_size=2000):
        key = search_key(name.name)[:200]
        if key != name.key:
            name.key = key
            changed.append(name)
    names.bulk_update(changed, ["key"], batch_size=400)


class Migration(migrations.Migration):

    dependencies = [
        ("registry", "0004_names_in_english_msgids"),
    ]

    operations = [
        migrations.RunPython(rekey, migrations.RunPython.noop, elidable=True),
    ]
