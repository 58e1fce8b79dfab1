"""Tables that commands write: Parquet or CSV by the file's name, there only when complete."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sanchuang.cli.writing import becoming, require_places
from sanchuang.values import Malformed

if TYPE_CHECKING:
    import polars as pl


def require_table(out: Path, reading: Iterable[Path | None] = ()) -> None:
    """Raise `Malformed` unless a table can be written to `out`, which is none of those that are read.

    Asked before anything is computed for it.
    """
    if out.suffix not in (".parquet", ".csv"):
        raise Malformed(f"不知道怎样写“{out.name}”", "文件名以 .parquet 或 .csv 结尾")
    require_places(out, reading=reading)


@contextmanager
def table_written(frame: pl.DataFrame, out: Path) -> Iterator[None]:
    """Write `frame`, which gets the name `out` when the block ends well; raises `Malformed`. CSV has a BOM, for Excel."""
    with becoming(out) as part:
        if out.suffix == ".parquet":
            frame.write_parquet(part)
        else:
            frame.write_csv(part, include_bom=True)
        yield


def write_table(frame: pl.DataFrame, out: Path) -> None:
    """The same with nothing in between."""
    with table_written(frame, out):
        pass
