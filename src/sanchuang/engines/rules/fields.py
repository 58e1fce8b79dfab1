"""Reading the fields of a YAML block, with every fault collected and placed."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable
from typing import Any

from sanchuang.engines.markup import Path, Problem
from sanchuang.engines.rules.blocks import Block
from sanchuang.engines.rules.lexer import SyntaxFault
from sanchuang.engines.rules.parser import Scope, literal_value, parse_expression
from sanchuang.engines.rules.policy import Label
from sanchuang.engines.rules.tree import Literal, Node, Place
from sanchuang.engines.rules.types import BOOL, Kind, Type
from sanchuang.values import Malformed, Verification, Yuan


class Fields:
    """One mapping of a block: typed access to its keys; faults go to `problems`, reading goes on."""

    def __init__(self, block: Block, path: Path, problems: list[Problem], allowed: Iterable[str]) -> None:
        self.block = block
        self.path = path
        self.problems = problems
        self.data: dict[str, Any] = {}
        data = block.located.data
        for key in path:
            data = data[key]
        if not isinstance(data, dict):
            self.fault("", "这里要一组“键: 值”", "检查缩进")
            return
        self.data = data
        allowed = list(allowed)
        for key in data:
            if key not in allowed:
                near = difflib.get_close_matches(key, allowed, n=1, cutoff=0.5)
                remedy = f"是否指 {near[0]}？" if near else f"可用：{'、'.join(allowed)}"
                self.fault(key, f"不认识的键“{key}”", remedy, at_key=True)

    def fault(self, key: str, message: str, remedy: str = "", *, at_key: bool = False) -> None:
        """Note a problem at `key` (or at the mapping itself)."""
        path = (*self.path, key) if key else self.path
        self.problems.append(self.block.located.problem(path, message, remedy, key=at_key))

    def get(self, key: str, *, required: bool = False) -> Any:
        """The raw value, None when absent."""
        value = self.data.get(key)
        if required and value is None:
            self.fault("", f"缺少“{key}”", f"补上 {key}: …")
        return value

    def text(self, key: str, *, required: bool = False, default: str = "") -> str:
        """A text value."""
        value = self.get(key, required=required)
        if value is None:
            return default
        if isinstance(value, dict | list):
            self.fault(key, f"“{key}”要一段文字")
            return default
        return (
            {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)
        )

    def texts(self, key: str) -> tuple[str, ...]:
        """A text or a list of texts."""
        value = self.get(key)
        if value is None:
            return ()
        return tuple(str(v) for v in value) if isinstance(value, list) else (str(value),)

    def label(self, key: str, default: str = "") -> Label:
        """A text by language; plain text counts as Chinese."""
        value = self.get(key)
        if isinstance(value, dict):
            return {str(k): str(v) for k, v in value.items()}
        return {"zh": str(value if value is not None else default)}

    def date(self, key: str) -> dt.date | None:
        """A date such as 2025-05-27, None when absent or null."""
        value = self.get(key)
        if value is None:
            return None
        try:
            return dt.date.fromisoformat(str(value))
        except ValueError:
            self.fault(key, f"“{value}”不是日期", "写成 2025-05-27")
            return None

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
            return Yuan.parse(str(value))
        except Malformed as error:
            self.fault(key, error.message, error.remedy)
            return None

    def literal(self, key: str) -> tuple[Any, Type] | None:
        """A single literal with its type."""
        text = self.text(key, required=True)
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
        except SyntaxFault as error:
            source = self.block.located.source
            self.problems.append(Problem(source, *locate(error.at), error.message, error.remedy))
            return None
        if condition and node.type.kind is not Kind.BOOL:
            self.fault(key, f"这里要一个条件，得到{node.type.label()}", "补上比较，例：从业人员 >= 20人")
            return None
        return node

    def sub(self, key: str, allowed: Iterable[str]) -> Fields:
        """The mapping under `key`."""
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
            self.fault(key, f"“{key}”要一组“名称: …”")
            return []
        allowed = list(allowed)
        return [(name, Fields(self.block, (*self.path, key, name), self.problems, allowed)) for name in value]


COMMON_KEYS = ("label", "status", "sources")

UNKNOWN_NODE = Literal((1, 1), BOOL, False, "")
"""Stands in for an expression that could not be read, so that the rest of the file is checked as well."""
