"""Reading a dictionary of facts from YAML (`facts.yaml`): of a district's pack and of a plain folder of policies.

Each entry names one fact with its type, unit and labels, and says where its definition comes from and how far
that was checked. All faults are collected with their places.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sanchuang.engines.markup import Located, Problem, Problems, load_yaml
from sanchuang.engines.rules.dictionary import FactDictionary, FactSpec, FactType, Moves, Per
from sanchuang.values import Malformed, Verification

KEYS = (
    "name", "type", "per", "labels", "aliases", "unit", "choices", "values_from", "negative", "moves", "definition", "source", "status",
)  # fmt: skip
LANGUAGES = ("zh", "zh_hant", "en")
CLASSIFICATION = "classification"
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_MEASURED = (FactType.MONEY, FactType.COUNT)
_SIGNED = (FactType.MONEY, FactType.NUMBER, FactType.RATE)
_ORDERED = (FactType.MONEY, FactType.COUNT, FactType.NUMBER, FactType.RATE)
_WITHOUT_UNIT = (FactType.BOOL, FactType.CHOICE, FactType.TEXT, FactType.DATE)
T = TypeVar("T")


@dataclass(frozen=True)
class DictionaryEntry:
    """One fact as written: its spec, its source and how far that was checked, and where it stands.

    `values_from` is `classification` when the values are codes of a pack's industries, else empty.
    """

    spec: FactSpec
    source: str
    status: Verification
    values_from: str
    document: Located
    path: tuple[str | int, ...]


class _Fault(Exception):
    """A fault was noted; the entry is left out."""


class _Entry:
    """One entry while it is read."""

    def __init__(self, document: Located, index: int, problems: list[Problem]) -> None:
        self.document = document
        self.path = (index,)
        self.problems = problems
        self.data: dict[str, Any] = document.data[index]
        self.faulty = False

    def fault(self, key: str, message: str, remedy: str, *steps: str | int, at_key: bool = False) -> None:
        self.faulty = True
        path = (*self.path, *((key,) if key else ()), *steps)
        self.problems.append(self.document.problem(path, message, remedy, key=at_key))

    def text(self, key: str, *, required: bool = True) -> str:
        value = self.data.get(key)
        if value is None:
            if required:
                self.fault("", f"缺少“{key}”", f"补上 {key}")
            return ""
        return self.words(key, value)

    def words(self, key: str, value: Any, *steps: str | int) -> str:
        """Text as written; whole numbers are their digits."""
        if isinstance(value, bool | dict | list) or value is None:
            remedy = "整数、true、false、null 要加引号才是文字"
            self.fault(key, f"“{key}”应为文字，读到的是 {value!r}", remedy, *steps)
            return ""
        found = str(value).strip()
        if not found:
            self.fault(key, f"“{key}”是空的", "填写，或整行删去", *steps)
        return found

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.data.get(key)
        if value is None:
            return ()
        if not isinstance(value, list):
            remedy = "每项一行，以“- ”开头；只有一项也写成列表"
            self.fault(key, f"“{key}”应为列表，读到的是 {value!r}", remedy)
            return ()
        return tuple(self.words(key, item, i) for i, item in enumerate(value))

    def yes(self, key: str) -> bool:
        value = self.data.get(key, False)
        if not isinstance(value, bool):
            self.fault(key, f"“{key}”应为 true 或 false，读到的是 {value!r}", "写 true，或删去这一行")
        return value is True

    def one_of(self, key: str, known: Iterable[str], make: Callable[[str], T]) -> T:
        if self.data.get(key) is None:
            self.fault("", f"缺少“{key}”", f"补上 {key}")
            raise _Fault
        text, names = str(self.data[key]), list(known)
        if text not in names:
            self.fault(key, f"“{key}”不能是“{text}”", _near(text, names) or "可用：" + "、".join(names))
            raise _Fault
        return make(text)

    def labels(self) -> dict[str, str]:
        given = self.data.get("labels")
        if not isinstance(given, dict):
            if given is None:
                self.fault("", "缺少“labels”", "补上 labels")
            else:
                remedy = "写成“键: 值”的形式，缩进在上一级之下"
                self.fault("labels", f"“labels”应为键和值，读到的是 {given!r}", remedy)
            return {}
        for language in given:
            if language not in LANGUAGES:
                remedy = _near(language, LANGUAGES) or "可用：" + "、".join(LANGUAGES)
                self.fault("labels", f"“{language}”不是一种语言", remedy, language, at_key=True)
        if "zh" not in given:
            self.fault("labels", "labels 缺少 zh", "补上中文名称", at_key=True)
        return {language: self.words("labels", label, language) for language, label in given.items()}

    def read(self) -> DictionaryEntry:
        for key in self.data:
            if key not in KEYS:
                remedy = _near(key, KEYS) or "可用的键：" + "、".join(KEYS)
                self.fault(key, f"不认识的键“{key}”", remedy, at_key=True)
        name = self.text("name")
        if name and not _NAME.fullmatch(name):
            self.fault("name", f"“name”的写法不对：“{name}”", "小写拉丁字母开头，只用小写字母、数字和 _")
        type_ = self.one_of("type", FactType, FactType)
        per = self.one_of("per", Per, Per)
        spec = FactSpec(
            name, type_, per, self.labels(), self.text("unit", required=False), self.texts("aliases"),
            self.texts("choices"), self.text("definition"), self.yes("negative"),
            self.moves(),
        )  # fmt: skip
        if not self.faulty:
            self.hangs_together(spec)
        values_from = self.text("values_from", required=False)
        if values_from and values_from != CLASSIFICATION:
            self.fault("values_from", f"“values_from”不能是“{values_from}”", f"可用：{CLASSIFICATION}")
        if values_from and type_ is not FactType.TEXT:
            self.fault("values_from", "values_from 只用于 type: text", "改正 type，或删去 values_from")
        source, status = self.text("source"), self.text("status")
        try:
            checked = Verification.parse(status) if status else Verification.UNVERIFIED
        except Malformed as error:
            self.fault("status", error.message, error.remedy)
        if self.faulty:
            raise _Fault
        return DictionaryEntry(spec, source, checked, values_from, self.document, self.path)

    def moves(self) -> Moves:
        if self.data.get("moves") is None:
            return Moves.FREELY
        return self.one_of("moves", [m.value for m in Moves if m], Moves)

    def hangs_together(self, spec: FactSpec) -> None:
        if spec.moves is Moves.GROWS and spec.type not in _ORDERED:
            self.fault(
                "moves", f"type: {spec.type} 没有大小，不能写 moves: grows", "改成 fixed，或删去 moves"
            )
        if (spec.type is FactType.CHOICE) != bool(spec.choices):
            self.fault("", "choices 只用于 type: choice，且不能为空", "补上 choices，或改正 type")
        if len(set(spec.choices)) < len(spec.choices):
            self.fault("choices", "choices 里有重复", "删去其中一个")
        if spec.type in _MEASURED and not spec.unit:
            self.fault("", f"type: {spec.type} 要写单位", "补上 unit")
        if spec.type in _WITHOUT_UNIT and spec.unit:
            self.fault("unit", f"type: {spec.type} 没有单位", "删去 unit")
        if spec.negative and spec.type not in _SIGNED:
            self.fault("negative", f"type: {spec.type} 没有负数", "删去 negative")


def _near(word: str, known: Iterable[str]) -> str:
    matches = difflib.get_close_matches(word, list(known), n=1)
    return f"是不是“{matches[0]}”？" if matches else ""


def read_entries(document: Located, problems: list[Problem]) -> list[DictionaryEntry]:
    """The entries of a `facts.yaml`; faulty ones are reported and left out."""
    found: list[DictionaryEntry] = []
    if not isinstance(document.data, list):
        message = "文件应是一个列表" if document.data is not None else "文件是空的"
        problems.append(document.problem((), message, "每条记录以“- ”开头；没有记录写 []"))
        return found
    for index, data in enumerate(document.data):
        if not isinstance(data, dict):
            remedy = "写成“键: 值”的形式，缩进在上一级之下"
            problems.append(document.problem((index,), f"一项事实应为键和值，读到的是 {data!r}", remedy))
            continue
        try:
            found.append(_Entry(document, index, problems).read())
        except _Fault:
            continue
    return found


def dictionary_of(entries: Iterable[DictionaryEntry], problems: list[Problem]) -> FactDictionary:
    """The facts as rules find them; a label or alias that an earlier fact bears is reported and left out."""
    specs: dict[str, FactSpec] = {}
    taken: dict[str, str] = {}
    for entry in entries:
        spec = entry.spec
        for label in dict.fromkeys((spec.name, *spec.labels.values(), *spec.aliases)):
            other = taken.setdefault(label, spec.name)
            if other != spec.name:
                message = f"名称“{label}”同时指 {other} 和 {spec.name}"
                remedy = "改掉其中一个 labels 或 aliases"
                problems.append(entry.document.problem((*entry.path, "name"), message, remedy))
        labels = {lang: label for lang, label in spec.labels.items() if taken[label] == spec.name}
        aliases = tuple(alias for alias in spec.aliases if taken[alias] == spec.name)
        specs.setdefault(spec.name, replace(spec, labels=labels, aliases=aliases))
    return FactDictionary.of(specs.values())


def read_dictionary(text: str, source: str) -> FactDictionary:
    """The dictionary of one `facts.yaml`. Raises `Problems` with every fault."""
    document = load_yaml(text, source)
    problems: list[Problem] = []
    entries = read_entries(document, problems)
    first: dict[str, DictionaryEntry] = {}
    for entry in entries:
        if (other := first.setdefault(entry.spec.name, entry)) is not entry:
            where = f"{source}:{document.place(other.path)[0]}"
            message = f"事实名称“{entry.spec.name}”重复，{where} 已有"
            problems.append(document.problem((*entry.path, "name"), message, "改成另一个，或删去其中一条"))
    dictionary = dictionary_of(first.values(), problems)
    if problems:
        raise Problems(problems)
    return dictionary
