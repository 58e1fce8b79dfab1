"""Give every user a pseudonym of their own. Apart from the columns, for PostgreSQL changes no table with writes pending."""

from typing import Any

from django.db import migrations

from sanchuang.core.models.users import new_pseudonym


def fill(apps: Any, schema_editor: Any) -> None:
    User = apps.get_model("core", "User")
    for user in User.objects.filter(pseudonym=None).only("pk"):
        User.objects.filter(pk=user.pk).update(pseudonym=new_pseudonym())


class Migration(migrations.Migration):

    dependencies = [("core", "0006_users_audit")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
