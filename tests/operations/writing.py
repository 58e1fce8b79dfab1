"""A process that writes as the site does until it is told to stop: `python writing.py NUMBER FOLDER`.

It posts transfers and attaches files, and notes in `FOLDER/NUMBER.log` what was answered.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def prepare() -> None:
    """Tables, two accounts, a reason."""
    from django.core.management import call_command

    from sanchuang.core.operator import operator
    from sanchuang.ledger import posting
    from sanchuang.ledger.models import Memo

    call_command("migrate", verbosity=0, interactive=False)
    posting.open_account("outside", name="outside", kind="outside", overdraft=True)
    posting.open_account("inside", name="inside", kind="budget")
    Memo.objects.create(title="writing", by=operator().pseudonym)


def write(number: int, folder: Path) -> None:
    """Go on until the file `stop` is there."""
    from sample_files import pdf
    from sanchuang.core import attachments
    from sanchuang.core.operator import operator
    from sanchuang.ledger import posting
    from sanchuang.ledger.models import Account, Memo
    from sanchuang.registry.models import Organisation
    from sanchuang.values import Yuan

    outside, inside = (Account.objects.get(code=code) for code in ("outside", "inside"))
    by, reason = operator(), Memo.objects.get()
    with (folder / f"{number}.log").open("w") as told:
        count = 0
        while not (folder / "stop").exists():
            key = f"{number}-{count}"
            posting.transfer(outside, inside, Yuan(count + 1), by=by, reason=reason, key=key)
            if count % 10 == 0:
                record = Organisation.objects.create(slug=key, name=key, kind="company", source="x")
                content = pdf(b"(%s) %s" % (key.encode(), b"x" * 20_000))
                with attachments.Upload.of("a.pdf", [content]) as upload:
                    attachments.add(record, by=by, upload=upload)
            told.write(f"{key}\n")
            told.flush()
            count += 1


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sanchuang.web.settings")
    import django

    django.setup()
    if sys.argv[1] == "prepare":
        prepare()
    else:
        write(int(sys.argv[1]), Path(sys.argv[2]))
