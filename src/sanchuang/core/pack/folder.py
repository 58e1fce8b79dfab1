"""The files of a pack: their text, what was read of them, and the digest of what was read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from pathlib import Path

from sanchuang.core.pack.translate import near
from sanchuang.engines.markup import Located, Problem, Problems, load_yaml

# Makes a problem of a message and a remedy at the place that names a file.
AtName = Callable[[str, str], Problem]


class Folder:
    """A folder whose files are read by name; `problems` collects what could not be read."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []
        self._read: dict[str, str] = {}

    def source(self, name: str) -> str:
        """How a problem names the file `name`."""
        return (self.root / name).as_posix()

    def manifest(self, name: str) -> Located | None:
        """The file that names all others. Raises `Problems` when the folder itself is missing."""
        if not self.root.is_dir():
            what = "这不是文件夹" if self.root.exists() else "没有这个文件夹"
            fault = Problem(self.root.as_posix(), 0, 0, what, f"给出含有 {name} 的文件夹")
            raise Problems([fault])
        return self.yaml(name, lambda message, remedy: Problem(self.root.as_posix(), 0, 0, message, remedy))

    def text(self, name: str, at_name: AtName) -> str | None:
        """The text of the file `name`; None after reporting that it cannot be read."""
        try:
            raw = (self.root / name).read_bytes()
        except FileNotFoundError:
            there = [p.relative_to(self.root).as_posix() for p in self.root.rglob("*") if p.is_file()]
            remedy = near(name, there, cutoff=0.8) or "建立这个文件，或改正写它的地方"
            self.problems.append(at_name(f"没有文件“{name}”", remedy))
            return None
        except OSError as error:
            message = f"文件“{name}”无法读取：{error.strerror}"
            self.problems.append(at_name(message, "检查它是不是文件、有没有读的权限"))
            return None
        self._read[name] = hashlib.sha256(raw).hexdigest()
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            self.problems.append(Problem(self.source(name), line, 0, "不是 UTF-8 文字", "用 UTF-8 编码另存"))
            return None

    def yaml(self, name: str, at_name: AtName) -> Located | None:
        """The YAML file `name`; None after reporting its faults."""
        text = self.text(name, at_name)
        if text is None:
            return None
        try:
            return load_yaml(text, self.source(name))
        except Problems as found:
            self.problems += found.problems
            return None

    def report_forgotten(self, suffixes: Collection[str]) -> None:
        """Report every file with one of `suffixes` that was not read: its author thinks it counts."""
        for path in sorted(self.root.rglob("*")):
            name = path.relative_to(self.root).as_posix()
            if path.suffix in suffixes and path.is_file() and name not in self._read:
                message = "这个文件没有在 pack.yaml 中登记，没有读"
                self.problems.append(Problem(path.as_posix(), 0, 0, message, "在 files 中登记它，或移出本包"))

    def digest(self) -> str:
        """SHA-256 (hex) over the path and the SHA-256 of every file read, in path order."""
        lines = (f"{digest}  {name}\n" for name, digest in sorted(self._read.items()))
        return hashlib.sha256("".join(lines).encode()).hexdigest()
