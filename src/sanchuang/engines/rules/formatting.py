"""Rule blocks written the same way everywhere: order of keys, quoting, indentation.

Values, units, names, flow or block style and the order of named entries stay as their author wrote them, and so do
comments and all text outside of the blocks. What was written is read again and compared; a block that would
lose anything is left alone and named.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import yaml

from sanchuang.engines.markup import Located, Path, Problem, Problems, compose_yaml, load_yaml, plain_value
from sanchuang.engines.rules.blocks import split
from sanchuang.engines.rules.draft import HEAD, PARTS

_CHECKED = ("status", "sources")
_STEP, _CASE = ("from", "gives"), ("when", "then", "else")
_ORDER: dict[Path, tuple[str, ...]] = {
    (): (*HEAD, *PARTS),
    ("parameters", "*"): ("label", "value", "values", *_CHECKED),
    ("parameters", "*", "values", "*"): ("value", "from", "to", "label", *_CHECKED),
    ("tables", "*"): ("label", *_CHECKED, "columns", "rows"),
    ("tables", "*", "columns", "*"): ("type", "unit", "label"),
    ("bands", "*"): ("label", *_CHECKED, "steps", "below"),
    ("bands", "*", "steps", "*"): _STEP,
    ("definitions", "*"): ("label", *_CHECKED, "value", "cases"),
    ("definitions", "*", "cases", "*"): _CASE,
    ("scores", "*"): ("label", *_CHECKED, "cap", "items"),
    ("scores", "*", "items", "*"): (
        "id",
        "label",
        *_CHECKED,
        "max",
        "of",
        "steps",
        "below",
        "value",
        "cases",
    ),
    ("scores", "*", "items", "*", "steps", "*"): _STEP,
    ("scores", "*", "items", "*", "cases", "*"): _CASE,
    ("conditions", "*"): ("id", "label", "when", *_CHECKED, "remedy"),
    ("exceptions", "*"): ("id", "to", "label", "when", "holds", *_CHECKED),
    ("amount",): ("label", "value", "op", *_CHECKED),
    ("papers", "*"): ("id", "label", "when", "within", "of", *_CHECKED),
    ("windows", "*"): ("id", "label", "opens", "closes", "closes_after", "within", "of", *_CHECKED),
    ("budget",): ("label", "amount", "period", "method", "paid", *_CHECKED),
    ("stacking",): ("label", "group", "per", "take", "cap_per_year", "shares", *_CHECKED),
    ("tests", "*"): ("name", "on", "facts", "expect"),
    ("tests", "*", "expect"): ("eligible", "amount", "result", "scores", "missing"),
}
_TEXTS = {"label", "remedy", "title", "summary", "of"}
_LANGUAGES = ("zh", "zh_hant", "en")
_HEADER = re.compile(r"[|>]-?")


class _Kept(Exception):
    """The block stays as it is; says why."""


def formatted(text: str, source: str) -> tuple[str, list[Problem]]:
    """The file with its blocks in canonical form, and which blocks were left alone and why.

    Raises `Problems` where the file's blocks cannot be read as YAML.
    """
    _, _, blocks = split(text, source)
    lines = re.split(r"(\r\n?|\n)", text)  # lines and, between them, their ends
    kept: list[Problem] = []
    for block in reversed(blocks):
        located = block.located
        first, count = located.first_line - 1, located.text.count("\n") + 1
        written = "\n".join(lines[2 * n] for n in range(first, first + count))
        try:
            new = _rewritten(located, written)
        except _Kept as why:
            remedy = (
                "把注释移到单独的一行，放在它所说的那一项之前" if "注释" in str(why) else "手工整理这一块"
            )
            kept.insert(0, Problem(source, located.first_line, 1, f"这个 yaml 块没有改动：{why}", remedy))
            continue
        ending = lines[2 * first + 1]
        lines[2 * first : 2 * (first + count) - 1] = [ending.join(new.split("\n"))]
    return "".join(lines), kept


def _rewritten(located: Located, written: str) -> str:
    if written != located.text:
        raise _Kept("块里有特殊的换行符")
    if not isinstance(located.data, dict):
        return written
    new = _Writer(written).text()
    try:
        again = load_yaml(new, located.source)
        stable = _Writer(new).text() == new
    except Problems as error:
        raise _Kept("排好的写法读不回来") from error
    if again.data != located.data:
        raise _Kept("排好的写法与原来的内容不同")
    if _comments(new) != _comments(written):
        raise _Kept("有的注释没有地方放")
    if not stable:
        raise _Kept("排好的写法还不是定式")
    return new


def _comments(text: str) -> Counter[str]:
    return Counter(comment for _, _, comment in _comments_of(text, compose_yaml(text)))


def _scalars(node: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(key)
            yield from _scalars(value)
    elif node is not None:
        for item in node.value:
            yield from _scalars(item)


def _comments_of(text: str, root: yaml.Node | None) -> Iterator[tuple[int, bool, str]]:
    """Line (from 0), whether it has the line for itself, and the text of every comment."""
    inside = bytearray(len(text) + 1)
    for scalar in _scalars(root):
        start, end = scalar.start_mark.index, scalar.end_mark.index
        inside[start:end] = b"\x01" * (end - start)
    at = 0
    for number, line in enumerate(text.split("\n")):
        for mark in re.finditer(r"(?<!\S)#", line):
            if not inside[at + mark.start()]:
                yield number, not line[: mark.start()].strip(), line[mark.start() :].rstrip()
                break
        at += len(line) + 1


class _Writer:
    """One block while it is written."""

    def __init__(self, text: str) -> None:
        self.source = text
        self.lines = text.split("\n")
        self.root = compose_yaml(text)
        self.alone: dict[int, list[str]] = {}  # comments by the line of what follows them
        self.behind: dict[int, str] = {}  # comments at the end of a line
        content = self._content_lines()
        waiting: list[str] = []
        comments = {n: (alone, comment) for n, alone, comment in _comments_of(text, self.root)}
        for number in range(len(self.lines)):
            if number in comments and comments[number][0]:
                waiting.append(comments[number][1])
                continue
            if number in comments:
                self.behind[number] = comments[number][1]
            if waiting and number in content:
                self.alone[number], waiting = waiting, []
            elif waiting and self.lines[number].strip():
                raise _Kept("有的注释没有地方放")  # between a key and its value, or inside brackets
        self.last = waiting

    def _content_lines(self) -> set[int]:
        """The lines on which an entry begins."""
        found: set[int] = set()

        def walk(node: yaml.Node) -> None:
            if not isinstance(node, yaml.CollectionNode) or node.flow_style:
                return
            for item in node.value:
                if isinstance(item, tuple):
                    found.add(item[0].start_mark.line)
                    walk(item[1])
                else:
                    found.add(item.start_mark.line)
                    walk(item)

        if self.root is not None:
            walk(self.root)
        return found

    def text(self) -> str:
        """The whole block. Raises `_Kept`."""
        assert self.root is not None
        out = self._block(self.root, (), 0) + self.last
        if self.alone or self.behind:
            raise _Kept("有的注释没有地方放")
        while out and not out[0]:
            out.pop(0)
        return "\n".join(out)

    # block style ------------------------------------------------------------------------------------------
    def _before(self, line: int, indent: int) -> list[str]:
        """A blank line and comments that stood before an entry."""
        comments = self.alone.pop(line, [])
        above = line - len(comments) - 1
        blank = [""] if above >= 0 and not self.lines[above].strip() else []
        return blank + [" " * indent + comment for comment in comments]

    def _after(self, line: int) -> str:
        comment = self.behind.pop(line, "")
        return f"  {comment}" if comment else ""

    def _block(self, node: yaml.Node, path: Path, indent: int) -> list[str]:
        if isinstance(node, yaml.SequenceNode):
            out: list[str] = []
            for item in node.value:
                out += self._before(item.start_mark.line, indent)
                out += self._item(item, (*path, "*"), indent)
            return out
        assert isinstance(node, yaml.MappingNode)
        out = []
        for key, value in _ordered(node, path):
            out += self._before(key.start_mark.line, indent)
            out += self._pair(key, value, (*path, key.value), indent)
        return out

    def _item(self, item: yaml.Node, path: Path, indent: int) -> list[str]:
        lead = " " * indent + "- "
        if self._is_block(item):
            lines = self._block(item, path, indent + 2)
            if lines[0].strip()[:1] in ("", "#"):
                raise _Kept("有的注释没有地方放")
            return [lead + lines[0][indent + 2 :], *lines[1:]]
        return self._value(item, lead, path, indent)

    def _pair(self, key: yaml.Node, value: yaml.Node, path: Path, indent: int) -> list[str]:
        lead = " " * indent + _plain_or_quoted(key.value, flow=False, key=True) + ":"
        if self._is_block(value):
            after = self._after(key.start_mark.line)
            deeper = indent if isinstance(value, yaml.SequenceNode) else indent + 2
            return [lead + after, *self._block(value, path, deeper)]
        return self._value(value, lead + " ", path, indent)

    def _is_block(self, node: yaml.Node) -> bool:
        """Collections in block style, and those in brackets that run over several lines."""
        if not isinstance(node, yaml.CollectionNode) or not node.value:
            return False
        return not node.flow_style or node.start_mark.line != node.end_mark.line

    def _value(self, node: yaml.Node, lead: str, path: Path, indent: int) -> list[str]:
        first, last = node.start_mark.line, node.end_mark.line
        if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
            return [
                lead + self.lines[first][node.start_mark.column :].rstrip(),
                *self._literal(node, indent + 2),
            ]
        if isinstance(node, yaml.ScalarNode) and first != last:
            written = self.source[node.start_mark.index : node.end_mark.index].split("\n")
            more = [" " * (indent + 2) + line.strip() if line.strip() else "" for line in written[1:]]
            more[-1] += self._after(last)
            return [lead + written[0].rstrip(), *more]
        return [lead + self._inline(node, path, flow=False) + self._after(last)]

    def _literal(self, node: yaml.ScalarNode, indent: int) -> list[str]:
        """The lines of a `|` or `>` text, indented anew."""
        first = node.start_mark.line
        if not _HEADER.fullmatch(self.lines[first][node.start_mark.column :].rstrip()):
            raise _Kept("“|”或“>”后面有缩进数、加号或注释")
        count = self.source.count("\n", node.start_mark.index, node.end_mark.index)
        ends_file = node.end_mark.index >= len(self.source)
        lines = self.lines[first + 1 : first + count + ends_file]
        while lines and not lines[-1].strip():
            lines.pop()
        depth = min((len(x) - len(x.lstrip(" ")) for x in lines if x.strip()), default=0)
        return [" " * indent + line[depth:].rstrip() if line.strip() else "" for line in lines]

    # on one line ------------------------------------------------------------------------------------------
    def _inline(self, node: yaml.Node, path: Path, *, flow: bool) -> str:
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, flow=flow)
        if isinstance(node, yaml.SequenceNode):
            return "[" + ", ".join(self._inline(n, (*path, "*"), flow=True) for n in node.value) + "]"
        assert isinstance(node, yaml.MappingNode)
        pairs = [
            f"{_plain_or_quoted(key.value, flow=True, key=True)}: {self._inline(value, (*path, key.value), flow=True)}"
            for key, value in _ordered(node, path)
        ]
        return "{" + ", ".join(pairs) + "}"

    def _scalar(self, node: yaml.ScalarNode, *, flow: bool) -> str:
        if node.style is None and not isinstance(plain_value(node.value), str):
            return node.value if node.value and node.value != "~" else "null"
        written = self.source[node.start_mark.index : node.end_mark.index]
        if node.style == '"' and not node.value.isprintable():
            return written  # its escapes are there for a reason
        return _plain_or_quoted(node.value, flow=flow)


def _ordered(node: yaml.MappingNode, path: Path) -> list[tuple[yaml.Node, yaml.Node]]:
    """The pairs by the order of this kind of entry; names of the author's keep theirs."""
    order = _ORDER.get(_shape(path), ())
    if path and path[-1] in _TEXTS and not order:
        order = _LANGUAGES
    return sorted(
        node.value, key=lambda pair: order.index(pair[0].value) if pair[0].value in order else len(order)
    )


def _shape(path: Path) -> Path:
    """The path with names that the author chose as `*`."""
    if len(path) >= 2 and path[0] in ("parameters", "tables", "bands", "definitions", "scores"):
        path = (path[0], "*", *path[2:])
    if len(path) >= 4 and path[0] == "tables":
        path = (*path[:3], "*", *path[4:])
    return path


def _plain_or_quoted(value: str, *, flow: bool, key: bool = False) -> str:
    """Without quotes where it reads back as the same text, else in single quotes."""
    quoted = "'" + value.replace("'", "''") + "'"
    if not value or value != value.strip() or not value.isprintable():
        return quoted
    if key:
        tried = f"{{{value}: x, k: {value}}}" if flow else f"{value}: x\nk: {value}"
        wanted: object = {value: "x", "k": value}  # not a number, though any key is text
    else:
        tried = f"{{k: {value}, l: [{value}]}}" if flow else f"k: {value}"
        wanted = {"k": value, "l": [value]} if flow else {"k": value}
    try:
        return value if load_yaml(tried, "").data == wanted else quoted
    except Problems:
        return quoted
