"""docs/how-to-write-a-pack.md names every key of the schema, and its first pack is a pack."""

import re
from pathlib import Path

import pytest

from sanchuang.core.pack import schema
from sanchuang.core.pack.reader import read_pack
from sanchuang.core.pack.schema.base import key_of
from sanchuang.core.pack.tables import COMPANY_COLUMNS

TEXT = (Path(__file__).parents[3] / "docs" / "how-to-write-a-pack.md").read_text(encoding="utf-8")
SECTIONS = {
    "pack.yaml": schema.Manifest,
    "units": schema.Unit,
    "tags, fields": schema.Term,
    "series": schema.Term,
    "sources": schema.Source,
    "classification": schema.ClassificationFile,
    "files": schema.Files,
    "places": schema.Place,
    "organisations": schema.Organisation,
    "former_names": schema.FormerName,
    "people": schema.Person,
    "roles": schema.Role,
    "mechanisms": schema.Mechanism,
    "figures": schema.PublishedFigure,
    "checks": schema.FigureCheck,
    "outcome": schema.Outcome,
    "missing": schema.Unpublished,
    "shown": schema.Shown,
    "facts": schema.FactEntry,
    "law": schema.LawEntry,
    "calendar": schema.CalendarYear,
    "holidays": schema.Holiday,
    "results": schema.Result,
    "needs": schema.Need,
    "users": schema.User,
    "accounts": schema.Account,
    "postings": schema.Posting,
    "Industries": schema.Industry,
    "map": schema.MapFile,
    "companies": schema.CompanyFile,
    "company_facts": schema.FactFile,
}


def section(heading: str) -> str:
    """The text under a heading up to the next one."""
    return re.split(r"^#{2,3} ", TEXT.split(f"# {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def documented(heading: str) -> dict[str, bool]:
    """Key → whether it is needed, from the section's table."""
    rows = re.findall(r"^\| (`.+?`) \| (yes)? ?\|", section(heading), flags=re.MULTILINE)
    return {key: bool(needed) for keys, needed in rows for key in re.findall(r"`(\w+)`", keys)}


@pytest.mark.parametrize(("heading", "model"), SECTIONS.items(), ids=SECTIONS)
def test_a_section_documents_exactly_the_keys_of_its_part(heading, model):
    keys = {key_of(model, name): info.is_required() for name, info in model.model_fields.items()}
    assert documented(heading) == keys


def test_every_part_of_the_schema_has_a_section():
    parts = {p for p in vars(schema).values() if isinstance(p, type) and issubclass(p, schema.Part)}
    assert parts - set(SECTIONS.values()) == {schema.Part, schema.Names}


@pytest.mark.parametrize("name", schema.Names.model_fields)
def test_the_languages_of_names_are_listed(name):
    assert f"{name}: …" in TEXT


@pytest.mark.parametrize("column", COMPANY_COLUMNS)
def test_every_column_of_companies_is_listed(column):
    assert f"`{column}`" in section("companies")


def test_closed_vocabularies_are_listed_in_full():
    for heading, model in SECTIONS.items():
        for name, info in model.model_fields.items():
            for value in getattr(info.annotation, "__args__", ()):
                if isinstance(value, str):
                    assert f"`{value}`" in section(heading), (heading, name, value)


def test_the_first_pack_has_no_fault(tmp_path):
    for name, text in re.findall(r"^`([\w.]+)`\n\n```\w+\n(.*?)```", TEXT, flags=re.MULTILINE | re.DOTALL):
        (tmp_path / name).write_text(text, encoding="utf-8")

    pack = read_pack(tmp_path)

    assert pack.id == "harbour"
    assert [place.names.en for place in pack.places] == ["Harbour"]
    assert pack.dictionary.find("员工数").name == "staff"


def test_the_examples_of_derived_figures_and_checks_are_computed(tmp_path):
    files = re.findall(r"^`([\w.]+)`\n\n```\w+\n(.*?)```", TEXT, flags=re.MULTILINE | re.DOTALL)
    for name, text in files:
        if name == "pack.yaml":
            text = text.replace(
                "  facts: facts.yaml", "  facts: facts.yaml\n  figures: f.yaml\n  checks: c.yaml"
            )
            for unit, kind in (("EUR", "money"), ("contract", "count"), ("EUR/contract", "money")):
                text = text.replace(
                    "sources:", f"- {{id: {unit}, kind: {kind}, names: {{hans: {unit}}}}}\nsources:"
                )
        (tmp_path / name).write_text(text, encoding="utf-8")
    for file, heading in (("f.yaml", "Derived figures"), ("c.yaml", "checks")):
        example = re.search(r"```yaml\n(.*?)```", section(heading), flags=re.DOTALL)
        (tmp_path / file).write_text(example[1], encoding="utf-8")

    pack = read_pack(tmp_path)

    assert pack.figures[2].figure.text("en") == "over 231,481 EUR/contract"
    assert len(pack.checks) == 1
