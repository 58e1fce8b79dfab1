"""YAML whose every node knows where it stands, so that an error names file, line and column.

PyYAML's composer gives marks for every node; `load_yaml` keeps them beside the built values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

Path = tuple[str | int, ...]


@dataclass(frozen=True, order=True)
class Problem:
    """One fault of an input file: where it stands, what is wrong, what to do.

    `line` and `column` count from 1; 0 means that the fault concerns the whole file.
    """

    source: str
    line: int
    column: int
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        place = self.source
        if self.line:
            place += f":{self.line}:{self.column}" if self.column else f":{self.line}"
        return f"{place}: {self.message}" + (f" — {self.remedy}" if self.remedy else "")


class Problems(Exception):
    """All faults found in one reading; never empty."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(p) for p in self.problems))


class _Loader(yaml.SafeLoader):
    """SafeLoader that turns only null, true/false and plain integers into values.

    Everything else stays the text its author wrote: dates, decimals (no float ever holds money),
    `yes`, `no`, `on` and `12:30`.
    """


_Loader.yaml_implicit_resolvers = {}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]*)$"), list("-0123456789"))


@dataclass(frozen=True)
class Located:
    """A YAML document: plain `data` and the position of every node by its path of keys and indices.

    `styles` holds the quoting of each scalar (None, a quote, `|` or `>`), `lines` the text as read.
    """

    source: str
    data: Any
    marks: dict[Path, tuple[int, int]]
    key_marks: dict[Path, tuple[int, int]]
    styles: dict[Path, str | None]
    lines: tuple[str, ...]
    first_line: int = 1

    def place(self, path: Path) -> tuple[int, int]:
        """Line and column (from 1) of the node at `path`, or of its nearest ancestor that exists."""
        while path and path not in self.marks:
            path = path[:-1]
        return self.marks.get(path, (1, 1))

    def key_place(self, path: Path) -> tuple[int, int]:
        """Line and column of the key that names the node at `path`."""
        return self.key_marks.get(path) or self.place(path)

    def inside(self, path: Path, row: int, offset: int) -> tuple[int, int]:
        """Line and column of a character inside a scalar: `row` and `offset` count from 0 in its value."""
        line, column = self.place(path)
        style = self.styles.get(path)
        if style in ("|", ">"):
            raw = line + 1 + row
            index = raw - self.first_line
            text = self.lines[index] if index < len(self.lines) else ""
            return raw, len(text) - len(text.lstrip()) + offset + 1
        if row:
            return line, column
        return line, column + offset + (1 if style in ("'", '"') else 0)

    def problem(self, path: Path, message: str, remedy: str = "", *, key: bool = False) -> Problem:
        """A `Problem` at the node (or, with `key`, at its key)."""
        line, column = self.key_place(path) if key else self.place(path)
        return Problem(self.source, line, column, message, remedy)


def load_yaml(text: str, source: str, *, first_line: int = 1) -> Located:
    """Read one YAML document.

    `first_line` is the line of `source` at which `text` begins (for a block inside a Markdown file).
    Raises `Problems` on a syntax error, a duplicate key or a key that is not text.
    """
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = (mark.line if mark else 0) + first_line
        column = (mark.column if mark else 0) + 1
        message = f"YAML 语法错误：{error.problem or error.context}"
        raise Problems([Problem(source, line, column, message, "检查缩进、冒号后的空格和引号")]) from error
    except yaml.YAMLError as error:
        raise Problems([Problem(source, first_line, 1, f"YAML 无法读取：{error}")]) from error
    finally:
        loader.dispose()
    marks: dict[Path, tuple[int, int]] = {}
    key_marks: dict[Path, tuple[int, int]] = {}
    styles: dict[Path, str | None] = {}
    problems: list[Problem] = []
    build = _Loader("")

    def place(n: yaml.Node) -> tuple[int, int]:
        return n.start_mark.line + first_line, n.start_mark.column + 1

    def walk(n: yaml.Node, path: Path) -> Any:
        marks[path] = place(n)
        if isinstance(n, yaml.ScalarNode):
            styles[path] = n.style
        if isinstance(n, yaml.MappingNode):
            out: dict[str, Any] = {}
            for key_node, value_node in n.value:
                key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
                if key is None:
                    problems.append(Problem(source, *place(key_node), "键必须是文字", "把键写成一个词"))
                    continue
                if key in out:
                    problems.append(Problem(source, *place(key_node), f"键“{key}”重复", "删去其中一个"))
                    continue
                key_marks[(*path, key)] = place(key_node)
                out[key] = walk(value_node, (*path, key))
            return out
        if isinstance(n, yaml.SequenceNode):
            return [walk(item, (*path, i)) for i, item in enumerate(n.value)]
        return build.construct_object(n)

    data = walk(node, ()) if node is not None else None
    if problems:
        raise Problems(problems)
    return Located(source, data, marks, key_marks, styles, tuple(text.splitlines()), first_line)


def scalars(data: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every leaf of a plain YAML tree with its path."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from scalars(value, (*path, key))
    elif isinstance(data, list):
        for i, value in enumerate(data):
            yield from scalars(value, (*path, i))
    else:
        yield path, data
