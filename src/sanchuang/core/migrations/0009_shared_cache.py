from typing import Any

from django.core.management import call_command
from django.db import migrations


def create(apps: Any, schema_editor: Any) -> None:
    """The table of the cache that all processes of the site share, as settings.CACHES names it."""
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("core", "0008_pseudonym_unique")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
