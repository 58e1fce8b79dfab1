"""YAML whose every node knows where it stands, so that an error names file, line and column.

PyYAML's events say where they begin; `load_yaml` keeps that beside the values built of them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
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


MAX_DEPTH = 50
"""How deep lists and mappings may stand inside each other; deeper is a slip, and would exhaust the stack."""


class _Refused(yaml.MarkedYAMLError):
    """YAML that is well formed and still not accepted here."""


_TRUTHS = {"true": True, "false": False}
_NULLS = ("", "~", "null")
# A longer run of digits is a code or a slip, and stays text.
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")


def plain_value(text: str) -> Any:
    """The value of a scalar without quotes.

    Only null, true/false and plain integers are values. Everything else stays the text its author wrote: dates,
    decimals (no float ever holds money), `yes`, `no`, `on` and `12:30`.
    """
    if text in _NULLS:
        return None
    if text in _TRUTHS:
        return _TRUTHS[text]
    return int(text) if _INTEGER.fullmatch(text) else text


@dataclass(frozen=True)
class Located:
    """A YAML document: plain `data` and the position of every node by its path of keys and indices.

    `text` is the document as read; `starts` holds where each scalar begins in it and `styles` its quoting
    (None, a quote, `|` or `>`).
    """

    source: str
    data: Any
    marks: dict[Path, tuple[int, int]]
    key_marks: dict[Path, tuple[int, int]]
    styles: dict[Path, str | None]
    starts: dict[Path, int]
    values: dict[Path, str]
    text: str
    first_line: int = 1

    def place(self, path: Path) -> tuple[int, int]:
        """Line and column (from 1) of the node at `path`, or of its nearest ancestor that exists."""
        while path and path not in self.marks:
            path = path[:-1]
        return self.marks.get(path, (self.first_line, 1))

    def key_place(self, path: Path) -> tuple[int, int]:
        """Line and column of the key that names the node at `path`."""
        return self.key_marks.get(path) or self.place(path)

    def inside(self, path: Path, offset: int) -> tuple[int, int]:
        """Line and column in the file of the character `offset` (from 0) of the scalar at `path`.

        Follows folded lines, indentation, doubled quotes and escapes.
        """
        if path not in self.starts:
            return self.place(path)
        value, style = self.values[path].rstrip(), self.styles[path]
        at = _after(self.text, self.starts[path], style, value[:offset])
        if offset < len(value):  # at the character itself, which may begin a new line
            ahead = _skip(self.text, at, style)
            at = ahead if "\n" in self.text[at:ahead] else at
        return self._lines.place(at)

    @cached_property
    def _lines(self) -> _Lines:
        return _Lines(self.text, self.first_line)

    def problem(self, path: Path, message: str, remedy: str = "", *, key: bool = False) -> Problem:
        """A `Problem` at the node (or, with `key`, at its key)."""
        line, column = self.key_place(path) if key else self.place(path)
        return Problem(self.source, line, column, message, remedy)


class _Lines:
    """Where lines begin, as editors count them."""

    def __init__(self, text: str, first_line: int) -> None:
        self.starts = [0, *(m.end() for m in re.finditer(r"\r\n?|\n", text))]
        self.first_line = first_line

    def place(self, index: int) -> tuple[int, int]:
        line = bisect_right(self.starts, index) - 1
        return line + self.first_line, index - self.starts[line] + 1


_ESCAPES = {"x": 4, "u": 6, "U": 10}


def _after(text: str, start: int, style: str | None, before: str) -> int:
    """The index in `text` just after `before`, the beginning of a scalar's value.

    Every character other than white space stands in the source in the same order, so both are walked
    together; white space may have been folded.
    """
    at = start
    if style in ("|", ">"):
        at = text.find("\n", start) + 1 or len(text)
    elif style in ("'", '"'):
        at += 1
    for char in before:
        if char.isspace() and text[at : at + 1] != "\\":
            at += text[at : at + 1] == char and char not in "\r\n"
            continue
        at = _skip(text, at, style)
        if style == '"' and text[at : at + 1] == "\\":
            at += _ESCAPES.get(text[at + 1 : at + 2], 2)
        else:
            at += 2 if style == "'" and char == "'" else 1
    return at if before or style not in ("|", ">") else _skip(text, at, style)


def _skip(text: str, at: int, style: str | None) -> int:
    """Past white space, and past a line break escaped in double quotes."""
    while at < len(text):
        if style == '"' and re.match(r"\\\r?\n", text[at : at + 3]):
            at += 2
        elif not text[at].isspace():
            break
        else:
            at += 1
    return at


_MEANINGS = (  # PyYAML's words, and ours
    ("found unexpected end of stream", "引号没有结束"),
    ("expected ',' or ']'", "方括号没有结束，或两项之间缺逗号"),
    ("expected ',' or '}'", "花括号没有结束，或两项之间缺逗号"),
    ("found character '\\t'", "不能用制表符缩进"),
    ("mapping values are not allowed", "这里不该有冒号"),
    ("could not find expected ':'", "键的后面缺冒号"),
    ("but found another document", "只能有一份内容"),
    ("expected <block end>", "缩进不对，或缺少连字符"),
    ("found unknown escape character", "双引号里的反斜杠看不懂"),
)
_FLOW = ("while parsing a flow sequence", "while parsing a flow mapping")


def _syntax(error: yaml.MarkedYAMLError, source: str, lines: _Lines) -> Problem:
    """A syntax error in Chinese, at the opening quote or bracket when that was never closed."""
    said = error.problem or error.context or ""
    mark = error.problem_mark or error.context_mark
    opening = error.context_mark
    if opening is not None and mark is not None:
        unclosed = "unexpected end of stream" in said
        if unclosed or (error.context in _FLOW and mark.line != opening.line):
            mark = opening
    place = lines.place(mark.index) if mark is not None else (lines.first_line, 1)
    if isinstance(error, _Refused):
        return Problem(source, *place, said, "直接写出内容")
    meaning = next((ours for theirs, ours in _MEANINGS if theirs in said), None)
    if found := re.match(r"found character '(.)' that cannot start", said):
        meaning = meaning or f"“{found[1]}”不能在值的开头，给值加引号"
    remedy = "检查缩进、引号，冒号要用半角、后面有空格"
    if error.context in _FLOW:
        remedy = "花括号和方括号里的值若含 [ ] { } 或逗号，要加引号"
    return Problem(source, *place, f"YAML 语法错误：{meaning or said}", remedy)


def load_yaml(text: str, source: str, *, first_line: int = 1) -> Located:
    """Read one YAML document.

    `first_line` is the line of `source` at which `text` begins (for a block inside a Markdown file).
    A byte order mark is dropped, and the line breaks that only YAML knows (U+0085, U+2028, U+2029) read as
    spaces, so that lines count as in an editor. Raises `Problems` on a syntax error, a
    duplicate key, a key that is not text, a tag, an anchor or nesting deeper than `MAX_DEPTH`.
    """
    text = re.sub("[\u0085\u2028\u2029]", " ", text.removeprefix("\ufeff"))
    if FAST is not None and not _APART.search(text):
        try:
            return _Building(FAST(text), text, source, first_line).located()
        except (yaml.YAMLError, UnicodeError):
            pass  # the slower parser says better what is wrong
    lines = _Lines(text, first_line)
    try:
        return _Building(yaml.SafeLoader(text), text, source, first_line).located()
    except yaml.reader.ReaderError as error:
        message = f"看不懂的控制字符 U+{ord(text[error.position]):04X}"
        raise Problems([Problem(source, *lines.place(error.position), message, "删去它")]) from error
    except yaml.MarkedYAMLError as error:
        raise Problems([_syntax(error, source, lines)]) from error


FAST = getattr(yaml, "CSafeLoader", None)
"""The parser in C, several times as fast; None where PyYAML was built without it."""


_APART = re.compile("\t|\ufeff|[?][\\s?]|[|>][-+0-9]*#")
"""What the two parsers do not read alike: tabs in a line, a late byte order mark, question marks, `|#`."""


class _Building:
    """One document made of a parser's events. Tags, anchors and aliases are refused: nobody who reads the file as
    text would follow them.
    """

    def __init__(self, parser: Any, text: str, source: str, first_line: int) -> None:
        self.parser = parser
        self.lines = _Lines(text, first_line)
        self.found = Located(source, None, {}, {}, {}, {}, {}, text, first_line)
        self.problems: list[Problem] = []

    def located(self) -> Located:
        """The document. Raises `Problems` and the parser's own errors."""
        try:
            self.parser.get_event()  # the stream's start
            data = None
            if not self.parser.check_event(yaml.StreamEndEvent):
                self.parser.get_event()  # the document's start
                data = self._value(self.parser.get_event(), (), 0)
                self.parser.get_event()
                more = self.parser.get_event()
                if not isinstance(more, yaml.StreamEndEvent):
                    raise yaml.MarkedYAMLError(
                        problem="but found another document", problem_mark=more.start_mark
                    )
        finally:
            self.parser.dispose()
        if self.problems:
            raise Problems(self.problems)
        return replace(self.found, data=data)

    def _value(self, event: Any, path: Path, depth: int) -> Any:
        self._check(event, depth)
        index = event.start_mark.index
        self.found.marks[path] = self.lines.place(index)
        if isinstance(event, yaml.ScalarEvent):
            self.found.styles[path] = event.style or None  # in C an empty text
            self.found.starts[path] = index
            self.found.values[path] = event.value
            return plain_value(event.value) if event.implicit[0] else event.value
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Any] = []
            while not isinstance(item := self.parser.get_event(), yaml.SequenceEndEvent):
                items.append(self._value(item, (*path, len(items)), depth + 1))
            return items
        return self._mapping(path, depth)

    def _mapping(self, path: Path, depth: int) -> dict[str, Any]:
        out: dict[str, Any] = {}
        while not isinstance(key := self.parser.get_event(), yaml.MappingEndEvent):
            self._check(key, depth + 1)
            place = self.lines.place(key.start_mark.index)
            if not isinstance(key, yaml.ScalarEvent):
                self.problems.append(Problem(self.found.source, *place, "键必须是文字", "把键写成一个词"))
                self._value(key, path, depth + 1)
                self._value(self.parser.get_event(), path, depth + 1)
                continue
            inner = (*path, key.value)
            if key.value in out:
                self.problems.append(
                    Problem(self.found.source, *place, f"键“{key.value}”重复", "删去其中一个")
                )
            self.found.key_marks[inner] = place
            out[key.value] = self._value(self.parser.get_event(), inner, depth + 1)
        return out

    def _check(self, event: Any, depth: int) -> None:
        """Refuse what is well formed and not accepted here."""
        if getattr(event, "anchor", None) is not None:
            raise _Refused(problem="不能用锚点和引用（& 和 *）", problem_mark=event.start_mark)
        if getattr(event, "tag", None) is not None:
            raise _Refused(problem="不能用标签（!…）", problem_mark=event.start_mark)
        if depth == MAX_DEPTH:
            raise _Refused(problem=f"嵌套太深（超过 {MAX_DEPTH} 层）", problem_mark=event.start_mark)


@lru_cache(maxsize=8)  # a file that is put in order is looked at several times
def compose_yaml(text: str) -> yaml.Node | None:
    """The nodes of a document that `load_yaml` has read, with their styles and marks; not to be changed."""
    return yaml.compose(text, Loader=yaml.BaseLoader)


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
