"""What the tests of operations share: a small site with a backup of it, and empty places."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from district_database import dropped, emptied, using

HERE = Path(__file__).parent
sys.path.append(str(HERE))
CONTENT = (b"(first)", b"(second)")


@pytest.fixture(scope="module")
def archive(
    django_db_setup: None,
    django_db_blocker: Any,
    shared_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Path]:
    """The backup of a site with a ledger of three transfers and two files."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "var").mkdir()
    with django_db_blocker.unblock():
        name = emptied("backup", folder, shared_folder)
        with override_settings(VAR=folder / "var"), using(name):
            from sanchuang.operations.backup.saving import back_up

            fill()
            made = back_up(folder / "site.tar")
            assert made.manifest.absent == []
        yield made.path
        dropped(name)


def fill() -> None:
    from django.core.management import call_command
    from small_ledger import make_books

    from sample_files import pdf
    from sanchuang.core import attachments
    from sanchuang.registry.models import Organisation

    call_command("migrate", verbosity=0, interactive=False)
    books = make_books()
    for yuan in (5, 6, 7):
        books.give(yuan)
    company = Organisation.objects.create(slug="acme", name="某企业", kind="company", source="x")
    for content in CONTENT:
        with attachments.Upload.of("a.pdf", [pdf(content)]) as upload:
            attachments.add(company, by=books.by, upload=upload)


@pytest.fixture
def empty(
    django_db_setup: None, django_db_blocker: Any, tmp_path: Path, settings: Any
) -> Iterator[Callable[[], dict[str, Any]]]:
    """An empty place to restore to; called, it says what lies there."""
    settings.VAR = tmp_path / "var"
    settings.VAR.mkdir()
    with django_db_blocker.unblock():
        name = emptied("restored", settings.VAR)
        if Path(name).is_absolute():
            name = str(settings.VAR / "sanchuang.sqlite3")
        with using(name):
            yield what_is_there
        if not Path(name).is_absolute():
            dropped(name)


def what_is_there() -> dict[str, Any]:
    """Tables of the database and files of the place."""
    from django.conf import settings
    from django.db import connection

    name = str(connection.settings_dict["NAME"])
    tables = (
        []
        if connection.vendor == "sqlite" and not Path(name).exists()
        else connection.introspection.table_names()
    )
    connection.close()
    files = sorted(str(path.relative_to(settings.VAR)) for path in settings.VAR.rglob("*") if path.is_file())
    return {"tables": len(tables), "files": [file for file in files if file != ".restore.lock"]}
