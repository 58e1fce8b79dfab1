"""Files for the tests of imports, and a short way to import them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from sanchuang.core.attachments import Upload
from sanchuang.registry.codes import check_character, organisation_check_character
from sanchuang.registry.imports import actions
from sanchuang.registry.imports.running import work
from sanchuang.registry.imports.tasks import by_itself
from sanchuang.registry.models import Import
from sanchuang.values import Evidence

SOURCE = "区市场监管局名录 2026-10"
HEADS = ("统一社会信用代码", "企业名称", "注册资本(万元)", "成立日期", "行业", "住所")


def credit_code(number: int) -> str:
    """A valid unified social credit code of West Lake District."""
    organisation = f"{number:08d}"
    body = "91330106" + organisation + organisation_check_character(organisation)
    return body + check_character(body)


def company(number: int, name: str = "", **other: Any) -> list[Any]:
    """A row of a business register."""
    row = (
        dict(
            zip(
                HEADS,
                (
                    credit_code(number),
                    name or f"杭州第{number}号试验有限公司",
                    500,
                    "2015/3/2",
                    "6513",
                    "文三路",
                ),
                strict=True,
            )
        )
        | other
    )
    return [row[head] for head in HEADS]


def text(rows: Sequence[Sequence[Any]], encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    """`rows` as CSV."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    return buffer.getvalue().encode(encoding)


def workbook(rows: Sequence[Sequence[Any]], merged: Sequence[str] = ()) -> bytes:
    """`rows` as Excel."""
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    for cells in merged:
        book.active.merge_cells(cells)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def received(
    content: bytes, by: Any, name: str = "名录.csv", kind: str = "organisations", **given: Any
) -> Import:
    """The file, taken in."""
    with Upload.of(name, [content]) as upload:
        return actions.receive(upload, by=by, kind=kind, **({"source": SOURCE} | given))


def tried(run: Import, by: Any, columns: Any = None, **given: Any) -> Import:
    """After the dry run."""
    with by_itself():
        actions.set_up(run, by=by, columns=columns or actions.columns_from(run, {}), **given)
        return work(run.pk)


def imported(
    content: bytes, by: Any, name: str = "名录.csv", evidence: Any = Evidence.CLAIMED, **given: Any
) -> Import:
    """After the import."""
    run = tried(received(content, by, name, **given), by, evidence=evidence)
    with by_itself():
        actions.start(run, by=by)
        work(run.pk)
    return Import.objects.get(pk=run.pk)


def written(folder: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """`rows` as a file."""
    path = folder / "名录.csv"
    path.write_bytes(text(rows))
    return path
