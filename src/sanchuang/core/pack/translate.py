"""Turns what pydantic finds into `Problem`s that name line, column and remedy."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sanchuang.core.pack.schema.base import Part, key_of
from sanchuang.engines.markup import Located, Path, Problem

P = TypeVar("P", bound=Part)

_EXPECTED = {
    "string_type": ("文字", "整数、true、false、null 要加引号才是文字"),
    "bool_type": ("true 或 false", "写 true 或 false，不加引号"),
    "bool_parsing": ("true 或 false", "写 true 或 false，不加引号"),
    "int_type": ("整数", "写不带引号的整数"),
    "int_parsing": ("整数", "写不带引号的整数"),
    "tuple_type": ("列表", "每项一行，以“- ”开头；只有一项也写成列表"),
    "model_type": ("键和值", "写成“键: 值”的形式，缩进在上一级之下"),
    "model_attributes_type": ("键和值", "写成“键: 值”的形式，缩进在上一级之下"),
    "dict_type": ("键和值", "写成“键: 值”的形式，缩进在上一级之下"),
}


def near(word: object, known: Iterable[str], cutoff: float = 0.6) -> str:
    """The known word nearest to a mistyped one, as a question; empty when none is near."""
    matches = difflib.get_close_matches(str(word), list(known), n=1, cutoff=cutoff)
    return f"是不是“{matches[0]}”？" if matches else ""


def _models_in(annotation: Any) -> Iterable[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _model_at(model: type[BaseModel], path: Path) -> type[BaseModel]:
    """The model that describes the mapping at `path` inside `model`."""
    for step in path:
        for field, info in model.model_fields.items():
            if key_of(model, field) == step:
                model = next(iter(_models_in(info.annotation)), model)
                break
    return model


def describe(model: type[BaseModel], error: ErrorDetails) -> tuple[str, str]:
    """Message and remedy in Chinese for one error of pydantic."""
    kind, path, given = error["type"], error["loc"], error["input"]
    context = error.get("ctx", {})
    key = path[-1] if path else ""
    if kind == "missing":
        return f"缺少“{key}”", f"补上 {key}"
    if kind == "extra_forbidden":
        owner = _model_at(model, path[:-1])
        keys = [key_of(owner, field) for field in owner.model_fields]
        return f"不认识的键“{key}”", near(key, keys) or "可用的键：" + "、".join(keys)
    if kind == "literal_error":
        allowed = str(context.get("expected", "")).replace(" or ", ", ").replace("'", "").split(", ")
        return f"“{key}”不能是“{given}”", near(given, allowed) or "可用：" + "、".join(allowed)
    if kind == "value_error":
        cause = context.get("error")
        return str(getattr(cause, "message", cause)), str(getattr(cause, "remedy", "") or "")
    if kind in _EXPECTED:
        expected, remedy = _EXPECTED[kind]
        return f"“{key}”应为{expected}，读到的是 {given!r}", remedy
    if kind == "string_too_short":
        return f"“{key}”是空的", "填写，或整行删去"
    if kind == "string_pattern_mismatch":
        return f"“{key}”的写法不对：“{given}”", f"应符合 {context.get('pattern')}"
    if kind in ("greater_than_equal", "less_than_equal"):
        bound = context.get("ge", context.get("le"))
        word = "不小于" if kind == "greater_than_equal" else "不大于"
        return f"“{key}”是 {given}", f"应{word} {bound}"
    return f"“{key}”有误：{error['msg']}", "见 docs/how-to-write-a-pack.md"


def read_part(
    model: type[P],
    data: Any,
    report: Callable[[Path, bool, str, str], None],
) -> P | None:
    """`data` as a `model`, or None after every fault went to `report(path, at_key, message, remedy)`."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            path: Path = tuple(step for step in detail["loc"] if step != "[key]")
            report(path, detail["type"] == "extra_forbidden", *describe(model, detail))
        return None


def read_mapping(model: type[P], document: Located, problems: list[Problem]) -> P | None:
    """The whole document as one `model`."""

    def report(path: Path, at_key: bool, message: str, remedy: str) -> None:
        problems.append(document.problem(path, message, remedy, key=at_key))

    return read_part(model, document.data, report)


def read_list(model: type[P], document: Located, problems: list[Problem]) -> list[tuple[Path, P]]:
    """The document's entries as `model`s with their paths; faulty entries are reported and left out."""
    found: list[tuple[Path, P]] = []
    if not isinstance(document.data, list):
        message = "文件应是一个列表" if document.data is not None else "文件是空的"
        problems.append(document.problem((), message, "每条记录以“- ”开头；没有记录写 []"))
        return found
    for index, data in enumerate(document.data):

        def report(path: Path, at_key: bool, message: str, remedy: str, at: int = index) -> None:
            problems.append(document.problem((at, *path), message, remedy, key=at_key))

        part = read_part(model, data, report)
        if part is not None:
            found.append(((index,), part))
    return found


def read_row(
    model: type[P],
    row: Mapping[str, Any],
    report: Callable[[str, str, str], None],
) -> P | None:
    """One row of a table as a `model`; faults go to `report(column, message, remedy)`."""
    return read_part(
        model, row, lambda path, _, message, remedy: report(str(path[0]) if path else "", message, remedy)
    )
