"""What reading a pack gives: the tiny district of another country, value by value."""

import datetime as dt
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sanchuang.core.pack.reader import read_pack
from sanchuang.core.pack.schema import FactFile, Manifest
from sanchuang.core.pack.schema.records import UserRole
from sanchuang.core.pack.tables import CompanyFact, parse_cell, read_facts
from sanchuang.core.roles import Role
from sanchuang.engines.markup import Problems
from sanchuang.engines.rules.dictionary import FactDictionary, FactSpec, FactType, Per
from sanchuang.registry import codes
from sanchuang.values import Evidence, Malformed, Op, Period, Verification, Yuan

TINY = Path(__file__).parents[2] / "packs" / "tiny"


@pytest.fixture(scope="module")
def pack():
    return read_pack(TINY)


def facts_of(pack, organisation: str) -> dict[tuple[str, str], CompanyFact]:
    """The facts of one organisation by name and period."""
    return {(f.fact, str(f.period or "")): f for f in pack.company_facts if f.organisation == organisation}


def test_the_manifest_says_which_district_it_is(pack):
    assert pack.id == "fjordby"
    assert pack.manifest.names.local == "Fjordby bydel"
    assert (pack.manifest.currency, pack.manifest.timezone) == ("NOK", "Europe/Oslo")
    assert pack.manifest.province is None


def test_pack_yaml_itself_may_be_named_instead_of_its_folder(pack):
    assert read_pack(TINY / "pack.yaml").digest == pack.digest


def test_organisations_of_files_come_before_the_rows_of_tables(pack):
    assert [o.id for o in pack.organisations] == [
        "fjord-university",
        "district-office",
        "999000011",
        "999000022",
    ]
    code = pack.organisations[3]
    assert code.kind == "company"
    assert code.names.en == "Fjordkode AS"
    assert code.short_names == ("Fjordkode", "FK")
    assert code.tags == ("blue", "green")
    assert code.place is None
    assert code.synthetic is True
    assert code.status is Verification.ASSUMPTION


def test_a_former_name_keeps_when_it_ended(pack):
    [former] = pack.organisations[0].former_names
    assert former.name == "峡湾学院"
    assert former.until == Period.parse("2011")


def test_a_figure_keeps_operator_period_and_quote(pack):
    members, turnover, _per_head, quay, before = pack.figures
    assert (members.value, members.op, members.unit) == ("1200", Op.NEARLY, "personer")
    assert members.as_of == Period.parse("2024-03")
    assert members.quote == "nesten 1200"
    assert turnover.status is Verification.VERIFIED_TEXT
    assert (members.headline, members.series, before.series) == (True, "ring-members", "ring-members")
    assert (quay.op, quay.value, quay.as_of) == (Op.WORDS, "好几公里", None)


def test_a_derived_figure_gets_value_and_operator_from_its_computation(pack):
    per_head = pack.figures[2]
    assert per_head.how == "{ring-turnover} / {ring-members}"
    # More than 3.4 billion over fewer than 1200: more than the quotient, rounded down.
    assert (per_head.value, per_head.op) == ("2833333", Op.OVER)


def test_checks_keep_their_questions_and_what_is_missing(pack):
    grew, quay = pack.checks
    assert grew.when == ("{ring-members} > {ring-members-2020}",)
    assert [quantity.id for quantity in quay.missing] == ["quay-needed"]


def test_facts_have_their_types_and_what_is_unknown_has_none(pack):
    fish, code = facts_of(pack, "999000011"), facts_of(pack, "999000022")
    assert fish["staff", "2023"].value == 12
    assert fish["turnover", "2024"].value == Yuan.of(11_000_000)
    assert fish["turnover", "2024"].op is Op.ABOUT
    assert fish["export_share", "2023"].value == Fraction(35, 100)
    assert ("export_share", "2024") not in fish
    assert fish["based_here", ""].value is True
    assert fish["branch", ""].value == "03"
    assert fish["founded", ""].value == dt.date(2015, 5, 4)
    assert fish["stage", ""].value == "scaling"
    assert code["turnover", "2024"].value == Yuan(0)  # zero was said, so it is known
    assert code["based_here", "2025-01-01"].value is False
    assert len(pack.company_facts) == 14
    assert {f.evidence for f in pack.company_facts} == {Evidence.REGISTERED}
    assert all(f.synthetic for f in pack.company_facts)


def test_the_dictionary_finds_a_fact_by_any_of_its_names(pack):
    assert pack.dictionary.find("staff") is pack.dictionary.find("员工数")
    assert pack.dictionary.find("Staff").per is Per.YEAR
    assert pack.dictionary.find("choice of nobody") is None


def test_law_may_begin_before_anybody_remembers(pack):
    old, new, _answer = pack.law
    assert (old.value, old.date_from, old.date_to) == ("5", None, dt.date(2023, 12, 31))
    assert (new.value, new.date_from, new.date_to) == ("3", dt.date(2024, 1, 1), None)


def test_a_deadline_given_as_a_month_is_its_last_day(pack):
    assert pack.needs[0].deadline == dt.date(2027, 6, 30)
    assert pack.needs[0].budget == Yuan.of(400_000)


def test_policies_are_read_with_the_packs_own_facts(pack):
    [boat] = pack.policies
    assert boat.name == "policies/boat.md"
    assert boat.policy.id == "shared_boat"
    assert boat.text == (TINY / "policies/boat.md").read_text(encoding="utf-8")


def test_a_pack_cannot_be_changed(pack):
    with pytest.raises(AttributeError):
        pack.digest = "0"
    with pytest.raises(ValidationError, match="frozen"):
        pack.places[0].note = "changed"


def test_counts_name_every_list(pack):
    assert pack.counts() == {
        "places": 3,
        "organisations": 4,
        "people": 1,
        "mechanisms": 1,
        "figures": 5,
        "checks": 2,
        "law": 3,
        "calendar": 2,
        "industries": 4,
        "definitions": 7,
        "facts": 14,
        "results": 1,
        "needs": 1,
        "policies": 1,
        "outlines": 2,
        "users": 2,
        "accounts": 0,
        "postings": 0,
    }


@pytest.mark.parametrize("name", ["pack.yaml", "data/facts.csv", "policies/boat.md", "law.yaml"])
def test_the_digest_follows_every_byte_of_every_file(pack, tmp_path, name):
    shutil.copytree(TINY, tmp_path / "p")
    assert read_pack(tmp_path / "p").digest == pack.digest

    path = tmp_path / "p" / name
    path.write_bytes(path.read_bytes() + b"\n")

    assert read_pack(tmp_path / "p").digest != pack.digest


def test_a_byte_order_mark_and_dos_line_ends_do_no_harm(pack, tmp_path):
    shutil.copytree(TINY, tmp_path / "p")
    path = tmp_path / "p" / "data/facts.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))

    assert read_pack(tmp_path / "p").company_facts == pack.company_facts


def test_reading_needs_no_django():
    script = f"from sanchuang.core.pack.reader import read_pack; read_pack({str(TINY)!r}); import sys; print('django' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


def test_the_roles_of_the_schema_are_those_of_core():
    assert set(UserRole.__args__) == set(Role.values)


def test_the_code_schemes_of_the_schema_are_those_of_the_registry():
    assert set(Manifest.model_fields["code_scheme"].annotation.__args__) == set(codes._schemes)


MONEY = FactSpec("m", FactType.MONEY, Per.YEAR, {"zh": "钱"})
COUNT = FactSpec("n", FactType.COUNT, Per.YEAR, {"zh": "数"})


@given(st.integers(0, 10**15), st.sampled_from([op for op in Op if op is not Op.WORDS]))
def test_an_amount_is_read_back_with_its_operator(yuan, op):
    sign = "" if op is Op.EXACT else op.value
    assert parse_cell(MONEY, f"{sign}{yuan}") == (op, Yuan.of(yuan))
    assert parse_cell(COUNT, f"{sign} {yuan}") == (op, yuan)


def test_a_fact_of_a_quarter_needs_its_quarter():
    spec = FactSpec("closing", FactType.COUNT, Per.QUARTER, {"zh": "季末人数"}, unit="人")
    file = FactFile(file="f.csv", source="own", evidence="registered", synthetic=True)
    problems = []
    rows = "code,period,closing\nx,2024Q3,30\nx,2024,31\nx,,32\nx,2024-07,33\n"
    found = list(read_facts(rows, "f.csv", file, FactDictionary.of([spec]), None, {}, {}, problems))
    assert [(f.fact, str(f.period), f.value) for f in found] == [("closing", "2024Q3", 30)]
    assert [p.line for p in problems] == [3, 4, 5]
    assert str(problems[0]).endswith("这一项按季度，而这一行没有季度 — 在 period 列写季度，例如 2024Q3")


@pytest.mark.parametrize(
    ("spec", "text"), [(MONEY, "12人"), (MONEY, "1.234"), (MONEY, "≈"), (COUNT, "1.5"), (COUNT, "-1")]
)
def test_a_cell_that_means_nothing_is_refused(spec, text):
    with pytest.raises(Malformed):
        parse_cell(spec, text)


# The rules engine tests its own files.
FILES = sorted(p.relative_to(TINY).as_posix() for p in TINY.rglob("*.*") if p.suffix in (".yaml", ".csv"))
JUNK = ["", "- ", "x: 1", "- [", ",,,", "a: &b [*b]", "!!python/object:os.system x", "\t- y", "？：“"]


@settings(max_examples=40)
@given(data=st.data())
def test_whatever_happens_to_a_line_the_author_gets_problems_and_no_traceback(data, tmp_path_factory):
    pack = tmp_path_factory.mktemp("broken") / "p"
    shutil.copytree(TINY, pack)
    path = pack / data.draw(st.sampled_from(FILES))
    lines = path.read_text(encoding="utf-8").splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    junk = st.one_of(st.sampled_from(JUNK), st.sampled_from(lines), st.text(max_size=12))
    lines[at] = data.draw(junk).replace("\r", " ").replace("\n", " ")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", errors="replace")

    try:
        read_pack(pack)
        problems = []
    except Problems as found:
        problems = found.problems

    assert all(problem.source and problem.message for problem in problems)
