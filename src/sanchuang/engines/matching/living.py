"""A collection that lives: documents come, change and go while others search in it.

    current                 JSON: the collection's name and the generation in use; replaced by renaming
    lock                    held by the one process that writes
    g2-4711/                a generation: a tantivy index, which commits by renaming, too
    learned.json, …npz      what was learnt (see `keeping`)

A reader holds what it opened: neither later commits nor a new generation change an `Index` in hand, and the files of an
old generation go from the disk when the last reader lets them go, as POSIX systems do with removed files.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple

import tantivy

from sanchuang.engines.matching.faults import (
    Busy,
    NoCollection,
    NotRebuilt,
    Occupied,
    UnknownId,
    writing,
)
from sanchuang.engines.matching.files import replace
from sanchuang.engines.matching.index import Index
from sanchuang.engines.matching.records import WRITER_BYTES, Document, DuplicateId, record, registered

if TYPE_CHECKING:
    from sanchuang.engines.matching.keeping import Taught

# Another number for each way in which documents are kept or read: an index of another one is refused.
FORMAT = 1
_CURRENT, _LOCK, _LEARNED = "current", "lock", "learned.json"
_GENERATION = re.compile("g[0-9]+-[0-9]+")
_NO_PERMISSION = "没有权限：查询也要能写索引的目录", "检查目录的权限"
_OURS = re.compile(r"current(\.part)?|lock|learned.*|g[0-9]+-[0-9]+")


class _Current(NamedTuple):
    collection: str
    generation: str


class Collection:
    """A collection in a directory, open for searching; `writer()` changes it."""

    def __init__(self, directory: Path) -> None:
        """Open what `create` left. Raises `NoCollection`."""
        self.directory = directory
        self.name = _current(directory).collection
        self._seen: tuple[object, ...] = ()
        self._index: Index | None = None

    @classmethod
    def create(cls, directory: Path, documents: Iterable[Document] = ()) -> Collection:
        """Index `documents` in a directory that is empty or new.

        Raises `Occupied`, `Busy`, `Unwritable`, DuplicateId.
        """
        with writing(directory):
            directory.mkdir(parents=True, exist_ok=True)
            if not all(_OURS.fullmatch(file.name) for file in directory.iterdir()):
                raise Occupied(f"{directory}：目录不是空的", "给一个空目录或新目录")
        with _alone(directory):
            if (directory / _CURRENT).exists():
                raise Occupied(f"{directory}：这里已有索引", "用 --add 加入文本，或给一个新目录")
            _tidy(directory, "")
            # A collection is known by what it began with.
            digest = hashlib.sha256()

            def read() -> Iterator[Document]:
                for document in documents:
                    digest.update(
                        f"{len(document.id)} {document.id} {document.text}".encode("utf-8", "replace")
                    )
                    yield document

            generation = f"g1-{os.getpid()}"
            with writing(directory):
                try:
                    Index.build(read(), directory=directory / generation)
                except BaseException:
                    _tidy(directory, "")
                    raise
                _point(directory, _Current(digest.hexdigest()[:16], generation))
        return cls(directory)

    @property
    def index(self) -> Index:
        """The index as last committed, by whatever process, with what was learnt. Raises `NoCollection`, `Unusable`."""
        while True:
            current = _current(self.directory)
            folder = self.directory / current.generation
            seen = (current, _stamp(folder / "meta.json"), _stamp(self.directory / _LEARNED))
            if self._index is not None and seen == self._seen:
                return self._index
            try:
                index = Index.open(folder)
            except (OSError, ValueError):
                if _current(self.directory) == current:
                    # tantivy puts a lock into a directory even to read from it.
                    if folder.is_dir() and not os.access(folder, os.W_OK, effective_ids=True):
                        raise NoCollection(self.directory, *_NO_PERMISSION) from None
                    raise NoCollection(self.directory, "索引已损坏") from None
                continue  # a new generation took this one's place meanwhile
            self.name = current.collection
            self._teach(index, seen[2])
            self._seen, self._index = seen, index
            return index

    def _teach(self, index: Index, learned: object) -> None:
        """Give the index what was learnt: as the index before had it, or read anew."""
        if self._index is not None and self._seen[2] == learned:
            index.learned, index.weights = self._index.learned, self._index.weights
        elif learned is not None:
            # NumPy takes a while to load and is needed by what is learnt alone.
            from sanchuang.engines.matching import keeping
            from sanchuang.engines.matching.scoring import Weights

            taught = keeping.load(self.directory, self.name)
            if isinstance(taught, Weights):
                index.weights = taught
            else:
                index.learned = taught

    def writer(self) -> Writer:
        """Open the collection for writing; one process at a time. Raises `Busy`."""
        return Writer(self.directory)

    def teach(self, taught: Taught) -> None:
        """Keep what was learnt, for this and every other process. Raises `Busy`."""
        from sanchuang.engines.matching import keeping

        with _alone(self.directory), writing(self.directory):
            keeping.save(self.directory, self.name, taught)

    def forget(self) -> bool:
        """Undo all learning; whether there was any. Raises `Busy`."""
        from sanchuang.engines.matching import keeping

        with _alone(self.directory):
            return keeping.forget(self.directory)


class Writer:
    """Changes a collection. What `commit` returned from is on the disk and found by every search that begins then.

    After `Unwritable` close it: what was not committed is discarded.
    As a context manager: commits at the end and takes a rebuild into use; on an error discards what is not committed.
    """

    def __init__(self, directory: Path) -> None:
        """Take the collection for this process alone. Raises `NoCollection`, `Busy`."""
        self._directory = directory
        # Changes since the last commit, and those committed since a rebuild began; None for a removed document.
        self._pending: dict[str, Document | None] = {}
        self._since: dict[str, Document | None] = {}
        self._rebuilding: subprocess.Popen[bytes] | None = None
        self._next = ""
        with ExitStack() as held:
            self._now = _current(directory)
            held.enter_context(_alone(directory))
            self._now = _current(directory)
            _tidy(directory, self._now.generation)
            with writing(directory):
                self._open(self._now.generation)
            self._held = held.pop_all()

    def _open(self, generation: str) -> None:
        self._tantivy = registered(tantivy.Index.open(str(self._directory / generation)))
        self._writer = self._tantivy.writer(WRITER_BYTES, num_threads=1)
        # What a writer that ended on a full disk left behind would fill it for good.
        self._writer.garbage_collect_files()
        self._committed = Index(self._tantivy)

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.commit()
                self.finish()
        finally:
            self.close()

    def close(self) -> None:
        """Discard what is not committed, give up a rebuild not finished, and let others write."""
        if self._rebuilding is not None:
            self._rebuilding.terminate()
            self._ended(self._rebuilding)
            shutil.rmtree(self._directory / self._next, ignore_errors=True)
            self._rebuilding = None
        with self._held:
            self._writer.rollback()
            self._writer.wait_merging_threads()

    def __len__(self) -> int:
        return len(self._committed)

    def __contains__(self, identifier: str) -> bool:
        if identifier in self._pending:
            return self._pending[identifier] is not None
        return identifier in self._committed

    def add(self, document: Document) -> None:
        """Add a new document. Raises DuplicateId."""
        if document.id in self:
            raise DuplicateId(document.id)
        self._apply(document.id, document)

    def replace(self, document: Document) -> None:
        """Put a document in the place of the one with its id. Raises `UnknownId`."""
        if document.id not in self:
            raise UnknownId(document.id)
        self._apply(document.id, document)

    def remove(self, identifier: str) -> None:
        """Remove a document. Raises `UnknownId`."""
        if identifier not in self:
            raise UnknownId(identifier)
        self._apply(identifier, None)

    def _apply(self, identifier: str, document: Document | None) -> None:
        written = None if document is None else record(document)
        with writing(self._directory):
            self._writer.delete_documents_by_term("id", identifier)
            if written is not None:
                self._writer.add_document(written)
        self._pending[identifier] = document

    def commit(self) -> None:
        """Make all changes since the last commit lasting and found, all or none of them."""
        self._store()
        if self._rebuilding is not None and self._rebuilding.poll() is not None:
            self._switch(self._rebuilding)

    def _store(self) -> None:
        if not self._pending:
            return
        with writing(self._directory):
            self._writer.commit()
        self._tantivy.reload()
        self._committed = Index(self._tantivy)
        if self._rebuilding is not None:
            self._since |= self._pending
        self._pending = {}

    def rebuild(self) -> None:
        """Begin to read all documents anew, in a process of its own; writing and searching go on meanwhile.

        A later `commit` or `finish` puts the new generation in the old one's place. Does nothing while one is running.
        """
        if self._rebuilding is not None:
            return
        self._store()
        self._since = {}
        number = int(self._now.generation[1:].partition("-")[0]) + 1
        self._next = f"g{number}-{os.getpid()}"
        words = [str(self._directory / name) for name in (self._now.generation, self._next)]
        command = [sys.executable, "-m", "sanchuang.engines.matching.rebuilding", *words]
        # The pipe tells the new process when this one has ended, however it ended.
        self._rebuilding = subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603  ourselves

    def finish(self) -> None:
        """Wait for the rebuild that was begun, if any, and take it into use. Raises `NotRebuilt`."""
        if self._rebuilding is not None:
            self._store()
            self._rebuilding.wait()
            self._switch(self._rebuilding)

    def _switch(self, rebuilt: subprocess.Popen[bytes]) -> None:
        self._rebuilding = None
        if self._ended(rebuilt):
            shutil.rmtree(self._directory / self._next, ignore_errors=True)
            raise NotRebuilt(self._directory)
        old, changes = self._now.generation, self._since
        self._writer.wait_merging_threads()
        try:
            with writing(self._directory):
                self._open(self._next)
                for identifier, document in changes.items():
                    self._apply(identifier, document)
                self._store()
                _point(self._directory, self._now._replace(generation=self._next))
        except BaseException:
            # What is written from now on must not go to a generation that is not in use.
            self._writer.rollback()
            self._pending = {}
            self._open(old)
            shutil.rmtree(self._directory / self._next, ignore_errors=True)
            raise
        self._now = self._now._replace(generation=self._next)
        shutil.rmtree(self._directory / old, ignore_errors=True)

    def _ended(self, process: subprocess.Popen[bytes]) -> int:
        code = process.wait()
        if process.stdin is not None:
            process.stdin.close()
        return code


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Hold a collection's lock; it ends with the process, however that ends. Raises `Busy`, `Unwritable`."""
    with writing(directory):
        lock = (directory / _LOCK).open("w")
    with lock as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(directory) from None
        yield


def _current(directory: Path) -> _Current:
    try:
        row = json.loads((directory / _CURRENT).read_bytes())
        form, current = row["format"], _Current(str(row["collection"]), str(row["generation"]))
    except (FileNotFoundError, NotADirectoryError):
        raise NoCollection(directory) from None
    except OSError as error:
        raise NoCollection(directory, f"读不了（{error.strerror}）", "检查路径和权限") from None
    except (ValueError, KeyError, TypeError):
        raise NoCollection(directory, f"文件 {_CURRENT} 已损坏") from None
    if form != FORMAT or not _GENERATION.fullmatch(current.generation):
        raise NoCollection(directory, "索引是程序的另一个版本建的")
    return current


def _point(directory: Path, current: _Current) -> None:
    row = {"format": FORMAT, **current._asdict()}
    replace(directory / _CURRENT, json.dumps(row).encode())


def _tidy(directory: Path, kept: str) -> None:
    """Remove what a process that was ended left behind: generations not in use, files half written."""
    for file in directory.iterdir():
        if _GENERATION.fullmatch(file.name) and file.name != kept:
            shutil.rmtree(file, ignore_errors=True)
        elif file.name.endswith(".part"):
            file.unlink()


def _stamp(file: Path) -> tuple[int, int, int] | None:
    """Tell two versions of a file apart; None where there is none."""
    try:
        state = file.stat()
    except FileNotFoundError:
        return None
    return state.st_mtime_ns, state.st_ino, state.st_size
