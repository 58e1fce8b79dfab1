"""Reading the fields of a YAML block, with every fault collected and placed."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable
from typing import Any

from sanchuang.engines.markup import Path, Problem
from sanchuang.engines.rules.blocks import Block
from sanchuang.engines.rules.lexer import SyntaxFault
from sanchuang.engines.rules.literals import literal_value
from sanchuang.engines.rules.names import Reported, Scope
from sanchuang.engines.rules.parser import parse_expression
from sanchuang.engines.rules.policy import Label
from sanchuang.engines.rules.tree import Literal, Node, Place
from sanchuang.engines.rules.types import BOOL, Kind, Type
from sanchuang.engines.rules.walk import nodes_of
from sanchuang.values import Malformed, Verification, Yuan

_LANGUAGE = re.compile(r"[a-z]{2,3}(_[a-z]{2,4})?")


class Fields:
    """One mapping of a block: typed access to its keys; faults go to `problems`, reading goes on."""

    def __init__(self, block: Block, path: Path, problems: list[Problem], allowed: Iterable[str]) -> None:
        self.block = block
        self.path = path
        self.problems = problems
        self.data: dict[str, Any] = {}
        self.bad = False  # not a mapping at all; said once
        data = block.located.data
        for step in path:
            inside = isinstance(data, dict) and step in data
            data = data[step] if inside or isinstance(data, list) else None
        if not isinstance(data, dict):
            self.bad = True
            self.fault("", "这里要一组“键: 值”", "检查缩进，冒号要用半角、后面有空格")
            return
        self.data = data
        allowed = list(allowed)
        for key in data:
            if key not in allowed:
                near = difflib.get_close_matches(key, allowed, n=1, cutoff=0.5)
                remedy = f"是否指 {near[0]}？" if near else f"可用：{'、'.join(allowed)}"
                if key[:1].isdigit() and data[key] is None:
                    remedy = "花括号里的逗号把数断开了：写 1000万元，或给值加引号"
                self.fault(key, f"不认识的键“{key}”", remedy, at_key=True)

    def fault(self, key: str, message: str, remedy: str = "", *, at_key: bool = False) -> None:
        """Note a problem at `key` (or at the mapping itself)."""
        path = (*self.path, key) if key else self.path
        self.problems.append(self.block.located.problem(path, message, remedy, key=at_key))

    def get(self, key: str, *, required: bool = False) -> Any:
        """The raw value, None when absent."""
        value = self.data.get(key)
        if required and value is None:
            self.missing(key)
        return value

    def missing(self, key: str) -> None:
        """Note that `key` is not there (said once; nothing is missing from what is no mapping)."""
        if self.data or not self.bad:
            self.fault("", f"缺少“{key}”", f"补上 {key}: …")

    def text(self, key: str, *, required: bool = False, default: str = "") -> str:
        """A text value; when `required` it may be neither absent nor empty."""
        value = self.get(key, required=required)
        if value is None:
            return default
        if isinstance(value, dict | list):
            self.fault(key, f"“{key}”要一段文字", f"写成 {key}: …")
            return default
        if required and value == "":
            self.fault(key, f"“{key}”是空的", "补上内容")
        return str(value).lower() if isinstance(value, bool) else str(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A text or a list of texts."""
        value = self.get(key)
        if value is None:
            return ()
        values = value if isinstance(value, list) else [value]
        if any(isinstance(v, dict | list) for v in values):
            self.fault(key, f"“{key}”要一段文字或一个列表", f"写成 {key}: [甲, 乙]")
            return ()
        return tuple(str(v) for v in values)

    def label(self, key: str, default: str = "") -> Label:
        """A text by language (`{zh: …, en: …}`); plain text counts as Chinese."""
        value = self.get(key)
        if isinstance(value, list) or (
            isinstance(value, dict) and any(isinstance(v, dict | list) for v in value.values())
        ):
            self.fault(key, f"“{key}”要一段文字，或按语言写的文字", f"写成 {key}: {{zh: …, en: …}}")
            return {"zh": default}
        if isinstance(value, dict):
            for language, text in value.items():
                if not _LANGUAGE.fullmatch(language) or text is None:
                    remedy = "文字里有逗号时要加引号，例：en: 'a, b'"
                    self.fault(key, f"“{key}”里的“{language}”不是一种语言的文字", remedy)
                    return {"zh": default}
            return {k: str(v) for k, v in value.items()}
        return {"zh": str(value if value is not None else default)}

    def date(self, key: str) -> dt.date | None:
        """A date such as 2025-05-27, None when absent or null."""
        value = self.get(key)
        if value is None:
            return None
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", str(value)):
                raise ValueError
            return dt.date.fromisoformat(str(value))
        except ValueError:
            self.fault(key, f"“{value}”不是日期", "写成 2025-05-27")
            return None

    def span(self) -> tuple[dt.date | None, dt.date | None]:
        """`from` and `to`, both included; None leaves that end open."""
        first, last = self.date("from"), self.date("to")
        if first is not None and last is not None and last < first:
            self.fault("to", f"止于 {last}，早于开始的 {first}", "改正 from 或 to")
        return first, last

    def status(self, default: Verification) -> Verification:
        """How far the source was checked."""
        value = self.get("status")
        if value is None:
            return default
        try:
            return Verification(value)
        except ValueError:
            self.fault(
                "status", f"不认识的核实状态“{value}”", f"可用：{'、'.join(v.value for v in Verification)}"
            )
            return default

    def choice(self, key: str, allowed: Iterable[str], default: str) -> str:
        """One of a closed list."""
        value = self.text(key, default=default)
        allowed = list(allowed)
        if value not in allowed:
            self.fault(key, f"“{value}”不在可选之内", f"可用：{'、'.join(allowed)}")
            return default
        return value

    def money(self, key: str) -> Yuan | None:
        """An amount such as 2000万元."""
        value = self.get(key)
        if value is None:
            return None
        try:
            amount = Yuan.parse(self.text(key))
        except Malformed as error:
            self.fault(key, error.message, error.remedy)
            return None
        if amount < Yuan(0):
            self.fault(key, f"“{key}”不能为负", "写成 5000万元")
        return amount

    def literal(self, key: str) -> tuple[Any, Type] | None:
        """A single literal with its type."""
        text = self.text(key, required=True)
        if not text:
            return None
        try:
            return literal_value(text)
        except SyntaxFault as error:
            self.fault(key, error.message, error.remedy)
            return None

    def place(self, key: str) -> Place:
        """Where the value of `key` stands."""
        return self.block.located.place((*self.path, key))

    def expression(self, key: str, scope: Scope, *, condition: bool = False) -> Node | None:
        """A typed expression; with `condition` it must be yes or no."""
        text = self.text(key, required=True)
        if not text:
            return None
        path = (*self.path, key)

        def locate(offset: int) -> Place:
            return self.block.located.inside(path, offset)

        try:
            node = parse_expression(text, scope, locate)
        except Reported:
            return None
        except SyntaxFault as error:
            source = self.block.located.source
            self.problems.append(Problem(source, *locate(error.at), error.message, error.remedy))
            return None
        for part in nodes_of(node):
            unit = part.type.unit
            if isinstance(part, Literal) and unit and unit not in scope.units:
                remedy = f"可用：{'、'.join(sorted(scope.units))}"
                near = difflib.get_close_matches(unit, scope.units, n=1, cutoff=0.5)
                message = f"不认识的单位“{unit}”"
                remedy = f"是否指 {near[0]}？" if near else remedy
                self.problems.append(Problem(self.block.located.source, *part.place, message, remedy))
                return None
        if condition and node.type.kind is not Kind.BOOL:
            self.fault(key, f"这里要一个条件，得到{node.type.label()}", "补上比较，例：从业人员 >= 20人")
            return None
        return node

    def at(self, *steps: str | int) -> Fields:
        """What stands below, without checking its keys."""
        return Fields(self.block, (*self.path, *steps), [], self.data)

    def sub(self, key: str, allowed: Iterable[str]) -> Fields:
        """The mapping under `key`, empty (and a fault noted) when there is none."""
        return Fields(self.block, (*self.path, key), self.problems, allowed)

    def items(self, key: str, allowed: Iterable[str]) -> list[Fields]:
        """The mappings of the list under `key`."""
        value = self.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.fault(key, f"“{key}”要一个列表", "每一项以“- ”开头")
            return []
        allowed = list(allowed)
        return [Fields(self.block, (*self.path, key, i), self.problems, allowed) for i in range(len(value))]

    def entries(self, key: str, allowed: Iterable[str]) -> list[tuple[str, Fields]]:
        """The named mappings under `key`."""
        value = self.get(key)
        if value is None:
            return []
        if not isinstance(value, dict):
            self.fault(key, f"“{key}”要一组“名称: …”", "每一项写成 名称: {…}")
            return []
        allowed = list(allowed)
        return [(name, Fields(self.block, (*self.path, key, name), self.problems, allowed)) for name in value]


COMMON_KEYS = ("label", "status", "sources")

UNKNOWN_NODE = Literal((1, 1), BOOL, False, "")
"""Stands in for an expression that could not be read, so that the rest of the file is checked as well."""
