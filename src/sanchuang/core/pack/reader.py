"""Reads a district's folder into one checked, frozen `Pack`. No database and no Django.

All faults of all files are collected before any is raised, so that an author mends them in one round.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sanchuang.core.pack import checks
from sanchuang.core.pack.checks import Entry
from sanchuang.core.pack.schema import (
    FactEntry,
    Industry,
    LawEntry,
    Manifest,
    Mechanism,
    Need,
    Organisation,
    Part,
    Person,
    Place,
    PublishedFigure,
    Result,
    Unit,
    User,
)
from sanchuang.core.pack.tables import CompanyFact, read_companies, read_facts, read_industries
from sanchuang.core.pack.translate import near, read_list, read_mapping
from sanchuang.engines.markup import Located, Problem, Problems, load_yaml
from sanchuang.engines.rules.dictionary import FactDictionary, FactSpec, FactType, Per
from sanchuang.values import Malformed

if TYPE_CHECKING:
    from sanchuang.engines.rules import Policy

P = TypeVar("P", bound=Part)
MANIFEST = "pack.yaml"
# Data that an author may drop into the folder and forget to name in pack.yaml.
_DATA_SUFFIXES = {".yaml", ".yml", ".csv"}


@dataclass(frozen=True)
class PolicyFile:
    """One policy of the pack: its file name, its text and what the rules engine read in it."""

    name: str
    text: str
    policy: Policy


@dataclass(frozen=True)
class Pack:
    """A district as read from its folder; every reference in it leads somewhere.

    `organisations` holds those of the YAML files first and then the rows of the company tables.
    `digest` is the SHA-256 (hex) of all files that were read, in the order of their paths.
    """

    root: Path
    digest: str
    manifest: Manifest
    places: tuple[Place, ...]
    organisations: tuple[Organisation, ...]
    people: tuple[Person, ...]
    mechanisms: tuple[Mechanism, ...]
    figures: tuple[PublishedFigure, ...]
    facts: tuple[FactEntry, ...]
    dictionary: FactDictionary
    law: tuple[LawEntry, ...]
    industries: tuple[Industry, ...]
    company_facts: tuple[CompanyFact, ...]
    results: tuple[Result, ...]
    needs: tuple[Need, ...]
    policies: tuple[PolicyFile, ...]
    users: tuple[User, ...]

    @property
    def id(self) -> str:
        """The pack's identifier."""
        return self.manifest.id

    def counts(self) -> dict[str, int]:
        """How many records of each list the pack holds."""
        lists = (
            "places",
            "organisations",
            "people",
            "mechanisms",
            "figures",
            "facts",
            "law",
            "industries",
            "company_facts",
            "results",
            "needs",
            "policies",
            "users",
        )
        return {name: len(getattr(self, name)) for name in lists}


def read_pack(path: Path | str, *, check_code: Callable[[str], object] | None = None) -> Pack:
    """Read and check the pack in the folder `path` (or the folder of the `pack.yaml` named).

    `check_code` is asked about every organisation's code when the pack has a code scheme, and raises
    `Malformed` when the code is wrong. Raises `Problems` with every fault found.
    """
    root = Path(path)
    if root.name == MANIFEST:
        root = root.parent
    return _Reading(root, check_code).pack()


class _Reading:
    """The state of one reading: what was read so far and the faults found."""

    def __init__(self, root: Path, check_code: Callable[[str], object] | None) -> None:
        self.root = root
        self.check_code = check_code
        self.problems: list[Problem] = []
        self.files: dict[str, str] = {}
        self.names = checks.Names()

    def pack(self) -> Pack:
        if not self.root.is_dir():
            raise Problems([Problem(str(self.root), 0, 0, "没有这个文件夹", "给出含有 pack.yaml 的文件夹")])
        document = self._yaml(MANIFEST, (), None)
        manifest = read_mapping(Manifest, document, self.problems) if document else None
        if document is None or manifest is None:
            raise Problems(self.problems)
        head = Entry(manifest, document)
        self._vocabularies(head, manifest)
        files = manifest.files

        industries = self._industries(head, manifest)
        places = self._list(Place, head, "places", [files.places])
        organisations = self._list(Organisation, head, "organisations", files.organisations)
        organisations += self._companies(head, manifest)
        people = self._list(Person, head, "people", [files.people])
        mechanisms = self._list(Mechanism, head, "mechanisms", [files.mechanisms])
        figures = self._list(PublishedFigure, head, "figures", [files.figures])
        facts = self._list(FactEntry, head, "facts", [files.facts])
        law = self._list(LawEntry, head, "law", [files.law])
        results = self._list(Result, head, "results", files.results)
        needs = self._list(Need, head, "needs", files.needs)
        users = self._list(User, head, "users", [files.users])

        ids = checks.organisation_names(organisations)
        self.names.add("place", (e.part.id for e in places))
        self.names.add("circle", (e.part.id for e in places if e.part.kind == "circle"))
        self.names.add("organisation", ids)
        self.names.add("mechanism", (e.part.id for e in mechanisms))
        self.names.add("figure", (e.part.id for e in figures))
        self.names.add("industry", (i.code for i in industries))
        units = {unit.id: unit for unit in manifest.units}
        for entries, key, what in (
            (places, "id", "地点编号"),
            (organisations, "id", "机构编号"),
            (people, "id", "人员编号"),
            (mechanisms, "id", "机制编号"),
            (figures, "id", "数据编号"),
            (facts, "name", "事实名称"),
            (results, "id", "成果编号"),
            (needs, "id", "需求编号"),
            (users, "username", "用户名"),
        ):
            self.problems += checks.twice(entries, lambda part, key=key: getattr(part, key), key, what)
        self.problems += checks.twice(organisations, lambda part: part.code, "code", "机构代码")
        everything = [head, *places, *organisations, *people, *mechanisms, *figures, *facts, *law]
        self.problems += checks.references([*everything, *results, *needs, *users], self.names)
        self.problems += checks.places_inside_themselves(places)
        self.problems += checks.figure_units(figures, units)
        self.problems += checks.fact_units(facts, units)
        self.problems += checks.overlapping_law(law)
        self._codes(manifest, organisations)

        dictionary = self._dictionary(facts, units)
        company_facts = self._company_facts(head, manifest, dictionary, facts, ids, industries)
        policies = self._policies(head, manifest, dictionary)
        self._forgotten(manifest)
        if self.problems:
            raise Problems(self.problems)
        return Pack(
            root=self.root,
            digest=self._digest(),
            manifest=manifest,
            places=_parts(places),
            organisations=_parts(organisations),
            people=_parts(people),
            mechanisms=_parts(mechanisms),
            figures=_parts(figures),
            facts=_parts(facts),
            dictionary=dictionary,
            law=_parts(law),
            industries=tuple(industries),
            company_facts=company_facts,
            results=_parts(results),
            needs=_parts(needs),
            policies=policies,
            users=_parts(users),
        )

    def _text(self, name: str, key: tuple[str | int, ...], head: Entry[Manifest] | None) -> str | None:
        """The text of a file of the pack; None after reporting that it cannot be read."""
        try:
            raw = (self.root / name).read_bytes()
            text = raw.decode("utf-8")
        except FileNotFoundError:
            there = [str(p.relative_to(self.root).as_posix()) for p in self.root.rglob("*") if p.is_file()]
            remedy = near(name, there) or "建立这个文件，或从 pack.yaml 中删去"
            message = f"没有文件“{name}”"
            problem = (
                head.problem(key, message, remedy) if head else Problem(str(self.root), 0, 0, message, remedy)
            )
            self.problems.append(problem)
            return None
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            self.problems.append(Problem(self._source(name), line, 0, "不是 UTF-8 文字", "用 UTF-8 编码另存"))
            return None
        except OSError as error:
            message = f"文件“{name}”无法读取：{error.strerror}"
            self.problems.append(
                Problem(self._source(name), 0, 0, message, "检查它是不是文件、有没有读的权限")
            )
            return None
        self.files[name] = hashlib.sha256(raw).hexdigest()
        return text

    def _source(self, name: str) -> str:
        return (self.root / name).as_posix()

    def _yaml(self, name: str, key: tuple[str | int, ...], head: Entry[Manifest] | None) -> Located | None:
        text = self._text(name, key, head)
        if text is None:
            return None
        try:
            return load_yaml(text, self._source(name))
        except Problems as found:
            self.problems += found.problems
            return None

    def _list(
        self, model: type[P], head: Entry[Manifest], key: str, names: Sequence[str | None]
    ) -> list[Entry[P]]:
        entries: list[Entry[P]] = []
        for index, name in enumerate(names):
            if name is None:
                continue
            document = self._yaml(name, ("files", key, index), head)
            if document is not None:
                found = read_list(model, document, self.problems)
                entries += [Entry(part, document, path) for path, part in found]
        return entries

    def _vocabularies(self, head: Entry[Manifest], manifest: Manifest) -> None:
        for key, kind in (("sources", "source"), ("units", "unit"), ("tags", "tag"), ("fields", "field")):
            ids = [part.id for part in getattr(manifest, key)]
            self.names.add(kind, ids)
            for index, name in enumerate(ids):
                if name in ids[:index]:
                    path = (key, index, "id")
                    self.problems.append(
                        head.problem(path, f"“{name}”在 {key} 中重复", "改成另一个，或删去其中一条")
                    )

    def _industries(self, head: Entry[Manifest], manifest: Manifest) -> list[Industry]:
        name = manifest.classification.file
        text = self._text(name, ("classification", "file"), head)
        if text is None:
            return []
        found = list(read_industries(text, self._source(name), self.problems))
        levels = {industry.code: industry for _, _, industry in found}
        lines: dict[str, int] = {}
        for line, table, industry in found:
            if industry.code in lines:
                message = f"代码“{industry.code}”重复，第 {lines[industry.code]} 行已有"
                self.problems.append(table.problem(line, "code", message, "删去其中一行"))
            lines.setdefault(industry.code, line)
            if industry.parent is not None and industry.parent not in levels:
                remedy = near(industry.parent, levels) or "改正 parent，或补上这个上级"
                self.problems.append(table.problem(line, "parent", f"没有上级“{industry.parent}”", remedy))
        return [industry for _, _, industry in found]

    def _companies(self, head: Entry[Manifest], manifest: Manifest) -> list[Entry[Organisation]]:
        entries: list[Entry[Organisation]] = []
        for index, given in enumerate(manifest.files.companies):
            text = self._text(given.file, ("files", "companies", index, "file"), head)
            if text is not None:
                rows = read_companies(text, self._source(given.file), given, self.problems)
                entries += [Entry(part, table=table, line=line) for line, table, part in rows]
        return entries

    def _codes(self, manifest: Manifest, organisations: list[Entry[Organisation]]) -> None:
        for entry in organisations:
            code = entry.part.code
            if code is None:
                continue
            if manifest.code_scheme == "none":
                message = "本包的 code_scheme 是 none，机构没有代码"
                self.problems.append(
                    entry.problem(("code",), message, "删去 code，或在 pack.yaml 写 code_scheme")
                )
            elif self.check_code is not None:
                try:
                    self.check_code(code)
                except Malformed as error:
                    self.problems.append(entry.problem(("code",), error.message, error.remedy))

    def _dictionary(self, facts: list[Entry[FactEntry]], units: dict[str, Unit]) -> FactDictionary:
        """The facts that share no label with an earlier one; the others are reported."""
        specs: list[FactSpec] = []
        taken: dict[str, str] = {}
        for entry in facts:
            fact = entry.part
            clash = False
            for label in dict.fromkeys((fact.name, *fact.labels.values(), *fact.aliases)):
                other = taken.setdefault(label, fact.name)
                if other != fact.name:
                    clash = True
                    message = f"名称“{label}”同时指 {other} 和 {fact.name}"
                    self.problems.append(entry.problem(("name",), message, "改掉其中一个 labels 或 aliases"))
            if clash or any(spec.name == fact.name for spec in specs):
                continue
            specs.append(
                FactSpec(
                    name=fact.name,
                    type=FactType(fact.type),
                    per=Per(fact.per),
                    labels=dict(fact.labels),
                    unit=fact.unit or "",
                    aliases=fact.aliases,
                    choices=fact.choices,
                    definition=fact.definition,
                )
            )
        return FactDictionary.of(specs)

    def _company_facts(
        self,
        head: Entry[Manifest],
        manifest: Manifest,
        dictionary: FactDictionary,
        facts: list[Entry[FactEntry]],
        ids: dict[str, str],
        industries: list[Industry],
    ) -> tuple[CompanyFact, ...]:
        codes = frozenset(industry.code for industry in industries)
        allowed = {e.part.name: codes for e in facts if e.part.values_from == "classification"}
        seen: dict[tuple[str, str, str], int] = {}
        found: list[CompanyFact] = []
        for index, given in enumerate(manifest.files.company_facts):
            text = self._text(given.file, ("files", "company_facts", index, "file"), head)
            if text is not None:
                source = self._source(given.file)
                found += read_facts(text, source, given, dictionary, ids, allowed, seen, self.problems)
        return tuple(found)

    def _policies(
        self, head: Entry[Manifest], manifest: Manifest, dictionary: FactDictionary
    ) -> tuple[PolicyFile, ...]:
        name = manifest.files.policies
        if name is None:
            return ()
        folder = self.root / name
        if not folder.is_dir():
            message = f"没有文件夹“{name}”"
            self.problems.append(
                head.problem(("files", "policies"), message, "建立它，或从 pack.yaml 中删去")
            )
            return ()
        # The rules engine is needed only by packs that hold rules.
        from sanchuang.engines.rules import read_policies, run_examples

        texts: dict[str, tuple[str, str]] = {}
        for path in sorted(folder.glob("*.md")):
            relative = path.relative_to(self.root).as_posix()
            text = self._text(relative, ("files", "policies"), head)
            if text is not None:
                texts[self._source(relative)] = relative, text
        try:
            found = read_policies([(text, source) for source, (_, text) in texts.items()], dictionary)
        except Problems as faults:
            self.problems += faults.problems
            return ()
        self.problems += [failure.problem() for failure in run_examples(found)]
        return tuple(PolicyFile(*texts[policy.source], policy) for policy in found.policies)

    def _forgotten(self, manifest: Manifest) -> None:
        for path in sorted(self.root.rglob("*")):
            name = path.relative_to(self.root).as_posix()
            read = name in self.files or any(p.source == path.as_posix() for p in self.problems)
            if path.suffix in _DATA_SUFFIXES and path.is_file() and not read:
                message = "这个文件没有在 pack.yaml 的 files 中登记，没有读"
                self.problems.append(Problem(path.as_posix(), 0, 0, message, "登记它，或移出本包"))

    def _digest(self) -> str:
        """SHA-256 over the path and the SHA-256 of every file, in path order."""
        lines = (f"{digest}  {name}\n" for name, digest in sorted(self.files.items()))
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def _parts(entries: list[Entry[P]]) -> tuple[P, ...]:
    return tuple(entry.part for entry in entries)
