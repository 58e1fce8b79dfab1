"""Reads a district's folder into one checked, frozen `Pack`. No database and no Django.

All faults of all files are collected before any is raised, so that an author mends them in one round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sanchuang.core.pack import calendar_checks, checks
from sanchuang.core.pack import figures as figured
from sanchuang.core.pack.checks import Entry
from sanchuang.core.pack.folder import Folder
from sanchuang.core.pack.geojson import read_geojson
from sanchuang.core.pack.schema import (
    Account,
    CalendarYear,
    FactEntry,
    FigureCheck,
    Industry,
    LawEntry,
    Manifest,
    Mechanism,
    Need,
    Organisation,
    Part,
    Person,
    Place,
    Posting,
    PublishedFigure,
    Result,
    User,
)
from sanchuang.core.pack.tables import CompanyFact, read_companies, read_facts, read_industries
from sanchuang.core.pack.translate import near, read_list, read_mapping
from sanchuang.engines.markup import Problem, Problems
from sanchuang.engines.rules.dictionary import FactDictionary
from sanchuang.engines.rules.dictionary_file import DictionaryEntry, dictionary_of, read_entries
from sanchuang.values import Malformed

if TYPE_CHECKING:
    from sanchuang.engines.rules import Policy

P = TypeVar("P", bound=Part)
CodeCheck = Callable[[str, str], object]
MANIFEST = "pack.yaml"
# What references to the records of each list of files are called.
_KINDS = {
    "places": {"place", "circle"},
    "organisations": {"organisation"},
    "companies": {"organisation"},
    "mechanisms": {"mechanism"},
    "figures": {"figure"},  # named in expressions only
    "classification": {"industry"},
    "facts": {"fact"},
    "accounts": {"account"},
    "law": {"law"},  # named in clocks only
}
# Data that an author may drop into the folder and forget to name in pack.yaml.
_DATA_SUFFIXES = {".yaml", ".yml", ".csv", ".geojson"}


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
    checks: tuple[FigureCheck, ...]
    facts: tuple[FactEntry, ...]
    dictionary: FactDictionary
    law: tuple[LawEntry, ...]
    calendar: tuple[CalendarYear, ...]
    industries: tuple[Industry, ...]
    company_facts: tuple[CompanyFact, ...]
    results: tuple[Result, ...]
    needs: tuple[Need, ...]
    policies: tuple[PolicyFile, ...]
    outlines: Mapping[str, Any]  # GeoJSON geometry by place
    users: tuple[User, ...]
    accounts: tuple[Account, ...]
    postings: tuple[Posting, ...]

    @property
    def id(self) -> str:
        """The pack's identifier."""
        return self.manifest.id

    def counts(self) -> dict[str, int]:
        """How many records of each list the pack holds."""
        return {
            "places": len(self.places),
            "organisations": len(self.organisations),
            "people": len(self.people),
            "mechanisms": len(self.mechanisms),
            "figures": len(self.figures),
            "checks": len(self.checks),
            "law": len(self.law),
            "calendar": len(self.calendar),
            "industries": len(self.industries),
            "definitions": len(self.facts),
            "facts": len(self.company_facts),
            "results": len(self.results),
            "needs": len(self.needs),
            "policies": len(self.policies),
            "outlines": len(self.outlines),
            "users": len(self.users),
            "accounts": len(self.accounts),
            "postings": len(self.postings),
        }


def read_pack(path: Path | str, *, check_code: CodeCheck | None = None) -> Pack:
    """Read and check the pack in the folder `path` (or the folder of the `pack.yaml` named).

    `check_code(code, scheme)` is asked about every organisation's code with the pack's code scheme, and
    raises `Malformed` when the code is wrong. Raises `Problems` with every fault found.
    """
    root = Path(path)
    if root.name == MANIFEST:
        root = root.parent
    return _Reading(root, check_code).pack()


class _Reading:
    """The state of one reading: what was read so far and the faults found."""

    def __init__(self, root: Path, check_code: CodeCheck | None) -> None:
        self.folder = Folder(root)
        self.check_code = check_code
        self.problems = self.folder.problems
        self.names = checks.Names()

    def _manifest(self) -> Entry[Manifest]:
        document = self.folder.manifest(MANIFEST)
        manifest = read_mapping(Manifest, document, self.problems) if document else None
        if document is None or manifest is None:
            raise Problems(self.problems)
        return Entry(manifest, document)

    def pack(self) -> Pack:
        head = self._manifest()
        manifest = head.part
        self._vocabularies(head, manifest)
        files = manifest.files

        industries = self._industries(head, manifest)
        places = self._list(Place, head, "places", [files.places])
        organisations = self._list(Organisation, head, "organisations", files.organisations)
        organisations += self._companies(head, manifest)
        people = self._list(Person, head, "people", [files.people])
        mechanisms = self._list(Mechanism, head, "mechanisms", [files.mechanisms])
        figures = self._list(PublishedFigure, head, "figures", [files.figures])
        questions = self._list(FigureCheck, head, "checks", [files.checks])
        facts, read = self._facts(head, files.facts)
        law = self._list(LawEntry, head, "law", [files.law])
        calendar = self._list(CalendarYear, head, "calendar", [files.calendar])
        results = self._list(Result, head, "results", files.results)
        needs = self._list(Need, head, "needs", files.needs)
        users = self._list(User, head, "users", [files.users])
        accounts = self._list(Account, head, "accounts", [files.accounts])
        postings = self._list(Posting, head, "postings", [files.postings])

        ids = checks.organisation_names(organisations)
        self.names.add("place", (e.part.id for e in places))
        self.names.add("circle", (e.part.id for e in places if e.part.kind == "circle"))
        self.names.add("organisation", ids)
        self.names.add("mechanism", (e.part.id for e in mechanisms))
        self.names.add("account", (e.part.code for e in accounts))
        self.names.add("industry", (i.code for i in industries))
        units = {unit.id: unit for unit in manifest.units}
        identified: tuple[tuple[Sequence[Entry[Any]], str, str], ...] = (
            (places, "id", "地点编号"),
            (organisations, "id", "机构编号"),
            (people, "id", "人员编号"),
            (mechanisms, "id", "机制编号"),
            (figures, "id", "数据编号"),
            (questions, "id", "核对编号"),
            (facts, "name", "事实名称"),
            (results, "id", "成果编号"),
            (needs, "id", "需求编号"),
            (users, "username", "用户名"),
            (accounts, "code", "账户代码"),
            (postings, "key", "记账编号"),
        )
        for entries, key, what in identified:
            self.problems += checks.twice(entries, attrgetter(key), key, what)
        self.problems += checks.twice(organisations, lambda part: part.code, "code", "机构代码")
        everything: list[Entry[Any]] = [
            head,
            *places,
            *organisations,
            *people,
            *mechanisms,
            *figures,
            *questions,
            *facts,
            *law,
            *calendar,
        ]
        self.problems += checks.references(
            [*everything, *results, *needs, *users, *accounts, *postings], self.names
        )
        self.problems += checks.places_inside_themselves(places)
        self.problems += checks.figure_units(figures, units)
        self.problems += checks.series_units(figures, units)
        # A wrong unit or id makes every computation that uses it wrong; it is mended first.
        sources = {e.document.source for e in figures if e.document}
        if "figure" not in self.names.unread and not any(p.source in sources for p in self.problems):
            figures, exact = figured.compute(figures, self.problems)
            figured.questions(questions, figures, exact, self.problems)
        self.problems += checks.fact_units(facts, units)
        self.problems += checks.law_values(law, units)
        self.problems += checks.overlapping_law(law)
        self.problems += checks.twice(calendar, lambda part: str(part.year), "year", "年份")
        self.problems += calendar_checks.calendar_days(calendar)
        if "law" not in self.names.unread:
            self.problems += calendar_checks.clock_law(head, law, units)
        self._codes(manifest, organisations)

        dictionary = dictionary_of(read, self.problems)
        company_facts = self._company_facts(head, manifest, dictionary, facts, ids, industries)
        policies = self._policies(head, manifest, dictionary)
        outlines = self._outlines(head, manifest)
        self.folder.report_forgotten(_DATA_SUFFIXES)
        if self.problems:
            raise Problems(self.problems)
        return Pack(
            root=self.folder.root,
            digest=self.folder.digest(),
            manifest=manifest,
            places=_parts(places),
            organisations=_parts(organisations),
            people=_parts(people),
            mechanisms=_parts(mechanisms),
            figures=_parts(figures),
            checks=_parts(questions),
            facts=_parts(facts),
            dictionary=dictionary,
            law=_parts(law),
            calendar=_parts(calendar),
            industries=tuple(industries),
            company_facts=company_facts,
            results=_parts(results),
            needs=_parts(needs),
            policies=policies,
            outlines=outlines,
            users=_parts(users),
            accounts=_parts(accounts),
            postings=_parts(postings),
        )

    def _list(
        self, model: type[P], head: Entry[Manifest], key: str, names: Sequence[str | None]
    ) -> list[Entry[P]]:
        entries: list[Entry[P]] = []
        for index, name in enumerate(names):
            if name is None:
                continue
            before = len(self.problems)
            document = self.folder.yaml(name, partial(head.problem, ("files", key, index)))
            if document is not None:
                found = read_list(model, document, self.problems)
                entries += [Entry(part, document, path) for path, part in found]
            self._unread_since(before, key)
        return entries

    def _facts(
        self, head: Entry[Manifest], name: str
    ) -> tuple[list[Entry[FactEntry]], list[DictionaryEntry]]:
        """The fact dictionary, as parts of the pack and as the rules engine reads it."""
        before = len(self.problems)
        document = self.folder.yaml(name, partial(head.problem, ("files", "facts", 0)))
        read = read_entries(document, self.problems) if document is not None else []
        self._unread_since(before, "facts")
        return [Entry(FactEntry.of(entry), document, entry.path) for entry in read], read

    def _unread_since(self, before: int, key: str) -> None:
        """After faults in the files named under `key`, say nothing about references to their records."""
        if len(self.problems) > before:
            self.names.unread |= _KINDS.get(key, set())

    def _vocabularies(self, head: Entry[Manifest], manifest: Manifest) -> None:
        for key, kind in (
            ("sources", "source"),
            ("units", "unit"),
            ("tags", "tag"),
            ("fields", "field"),
            ("series", "series"),
        ):
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
        before = len(self.problems)
        text = self.folder.text(name, partial(head.problem, ("classification", "file")))
        if text is None:
            self._unread_since(before, "classification")
            return []
        found = list(read_industries(text, self.folder.source(name), self.problems))
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
        self._unread_since(before, "classification")
        return [industry for _, _, industry in found]

    def _companies(self, head: Entry[Manifest], manifest: Manifest) -> list[Entry[Organisation]]:
        entries: list[Entry[Organisation]] = []
        for index, given in enumerate(manifest.files.companies):
            before = len(self.problems)
            text = self.folder.text(given.file, partial(head.problem, ("files", "companies", index, "file")))
            if text is not None:
                rows = read_companies(text, self.folder.source(given.file), given, self.problems)
                entries += [Entry(part, table=table, line=line) for line, table, part in rows]
            self._unread_since(before, "companies")
        return entries

    def _outlines(self, head: Entry[Manifest], manifest: Manifest) -> dict[str, Any]:
        """Where the places of the pack's own map lie; places are read before."""
        given = manifest.files.map
        if given is None:
            return {}
        text = self.folder.text(given.file, partial(head.problem, ("files", "map", "file")))
        if text is None or "place" in self.names.unread:
            return {}
        try:
            return read_geojson(text, self.folder.source(given.file), self.names.known.get("place", set()))
        except Problems as faults:
            self.problems += faults.problems
            return {}

    def _codes(self, manifest: Manifest, organisations: list[Entry[Organisation]]) -> None:
        if self.check_code is None:
            return
        for entry in organisations:
            code = entry.part.code
            if code is None:
                continue
            try:
                self.check_code(code, manifest.code_scheme)
            except Malformed as error:
                self.problems.append(entry.problem(("code",), error.message, error.remedy))

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
        checked = "industry" not in self.names.unread
        allowed = {e.part.name: codes for e in facts if checked and e.part.values_from == "classification"}
        known = None if "organisation" in self.names.unread else ids
        seen: dict[tuple[str, str, str], int] = {}
        found: list[CompanyFact] = []
        for index, given in enumerate(manifest.files.company_facts):
            text = self.folder.text(
                given.file, partial(head.problem, ("files", "company_facts", index, "file"))
            )
            if text is not None and "fact" not in self.names.unread:
                source = self.folder.source(given.file)
                found += read_facts(text, source, given, dictionary, known, allowed, seen, self.problems)
        return tuple(found)

    def _policies(
        self, head: Entry[Manifest], manifest: Manifest, dictionary: FactDictionary
    ) -> tuple[PolicyFile, ...]:
        name = manifest.files.policies
        if name is None:
            return ()
        folder = self.folder.root / name
        if not folder.is_dir():
            message = f"没有文件夹“{name}”"
            self.problems.append(
                head.problem(("files", "policies"), message, "建立它，或从 pack.yaml 中删去")
            )
            return ()
        # The rules engine is needed only by packs that hold rules.
        from sanchuang.engines.rules import read_policies, run_examples

        if "fact" in self.names.unread:
            return ()
        texts: dict[str, tuple[str, str]] = {}
        for path in sorted(folder.glob("*.md")):
            relative = path.relative_to(self.folder.root).as_posix()
            text = self.folder.text(relative, partial(head.problem, ("files", "policies")))
            if text is not None:
                texts[self.folder.source(relative)] = relative, text
        try:
            found = read_policies([(text, source) for source, (_, text) in texts.items()], dictionary)
        except Problems as faults:
            self.problems += faults.problems
            return ()
        self.problems += [failure.problem() for failure in run_examples(found)]
        self._policy_sources(found.policies)
        return tuple(PolicyFile(*texts[policy.source], policy) for policy in found.policies)

    def _policy_sources(self, policies: Iterable[Policy]) -> None:
        for policy in policies:
            for name in policy.sources:
                if name not in self.names.known["source"]:
                    line = next((n for n, t in enumerate(policy.text.splitlines(), 1) if name in t), 0)
                    remedy = self.names.guess("source", name) or "在 pack.yaml 的 sources 中登记"
                    self.problems.append(Problem(policy.source, line, 0, f"没有来源“{name}”", remedy))


def _parts(entries: list[Entry[P]]) -> tuple[P, ...]:
    return tuple(entry.part for entry in entries)
