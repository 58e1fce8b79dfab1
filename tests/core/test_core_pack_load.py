"""Loading a pack: everything arrives, nothing twice, what left is gone, and a failure changes nothing."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.http import HttpRequest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sanchuang.core.demo import demo_password, demo_users, settle_demo_users
from sanchuang.core.errors import Refused
from sanchuang.core.law import law
from sanchuang.core.models import Membership, PackLoad, User
from sanchuang.core.operator import operator
from sanchuang.core.pack.load import load_pack
from sanchuang.core.pack.register import loaders
from sanchuang.core.roles import Role
from sanchuang.engines.markup import Problems
from sanchuang.registry import models
from sanchuang.registry.actions import classify_organisation, record_fact, rename_organisation
from sanchuang.registry.facts import company_facts
from sanchuang.registry.queries import find_organisation
from sanchuang.values import Evidence, Op, Period, Yuan

pytestmark = pytest.mark.django_db
TINY = Path(__file__).parents[1] / "packs" / "tiny"
RECORDS: list[type[Model]] = [
    models.Fact,
    models.FactDefinition,
    models.Field,
    models.Industry,
    models.Mechanism,
    models.Need,
    models.Organisation,
    models.OrganisationName,
    models.Person,
    models.PersonRole,
    models.Place,
    models.PublishedFigure,
    models.Result,
    models.Tag,
]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the tiny pack that a test may change."""
    return Path(shutil.copytree(TINY, tmp_path / "pack"))


@pytest.fixture
def edit(pack: Path) -> Callable[[str, str, str], None]:
    """Replaces text in a file of the copy; the text must be there."""

    def replace(name: str, old: str, new: str) -> None:
        path = pack / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return replace


def rows() -> dict[str, list[dict[str, Any]]]:
    """Everything that the pack's loaders of core and registry wrote, with primary keys."""
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in RECORDS}  # type: ignore[attr-defined]


def test_a_fact_arrives_typed_with_period_operator_and_source(tiny: Any) -> None:
    stim = find_organisation("Stim")
    facts = company_facts([stim], dt.date(2025, 1, 1))[stim.pk]
    turnover = facts.get("turnover", Period.parse("2024"))
    assert turnover is not None
    assert (turnover.value, turnover.op) == (Yuan.of(11_000_000), Op.ABOUT)
    assert (turnover.evidence, turnover.source, turnover.synthetic) == (
        Evidence.REGISTERED,
        "Invented for tests",
        True,
    )
    assert facts.get("turnover", Period.parse("2022")) is None
    founded = facts.get("founded", None)
    assert founded is not None
    assert founded.value == dt.date(2015, 5, 4)


def test_a_static_fact_given_for_a_day_holds_from_that_day(tiny: Any) -> None:
    code = find_organisation("FK")

    def based_here(on: str) -> Any:
        found = company_facts([code], dt.date.fromisoformat(on))[code.pk].get("based_here", None)
        return found and found.value

    assert based_here("2024-12-31") is None
    assert based_here("2025-01-01") is False


def test_names_of_every_kind_lead_to_the_organisation(tiny: Any) -> None:
    for name in (
        "峡湾大学",
        "University of Fjordby",
        "Universitetet i Fjordby",
        "峡湾学院",
        "fjord-university",
    ):
        assert find_organisation(name).slug == "fjord-university"
    former = models.OrganisationName.objects.get(kind="former")
    assert (former.name, former.until) == ("峡湾学院", "2011")


def test_industries_and_places_are_trees(tiny: Any) -> None:
    fishing = models.Industry.objects.get(code="03")
    assert (fishing.level, fishing.parent and fishing.parent.code) == ("division", "A")
    quay = models.Place.objects.get(slug="quay")
    assert quay.parent is not None
    stim = find_organisation("Stim")
    assert (stim.industry, stim.place, stim.circle and stim.circle.kind) == (fishing, quay, "circle")
    assert [tag.slug for tag in find_organisation("FK").tags.all()] == ["blue", "green"]


def test_dated_law_is_in_force(tiny: Any) -> None:
    assert law("enquiry.days", dt.date(2023, 12, 31)).value == 5
    in_force = law("enquiry.days", dt.date(2024, 1, 1)).value
    assert (in_force, type(in_force)) == (3, int)


def test_the_load_tells_what_it_loaded_and_what_the_district_is(tiny: Any) -> None:
    assert tiny.changed
    assert tiny.load.pack == "fjordby"
    assert tiny.load.by == operator()
    assert tiny.load.counts["organisations"] == models.Organisation.objects.count() == 4
    assert tiny.load.counts["facts"] == models.Fact.objects.count()
    assert tiny.load.about["currency"] == "NOK"
    assert tiny.load.about["district"] == {"hans": "峡湾镇", "en": "Fjordby", "local": "Fjordby bydel"}


def test_progress_ends_with_every_record_counted(pack: Path) -> None:
    last: dict[str, tuple[int, int]] = {}
    load_pack(pack, by=operator(), progress=lambda what, done, total: last.update({what: (done, total)}))
    assert last["facts"][0] == last["facts"][1] == models.Fact.objects.count()
    assert all(done == total for done, total in last.values())


def test_an_unchanged_pack_is_left_alone(tiny: Any) -> None:
    before = rows()
    again = load_pack(TINY, by=operator())
    assert not again.changed
    assert again.load == tiny.load
    assert rows() == before
    assert PackLoad.objects.count() == 1


def test_a_second_load_writes_only_what_changed(pack: Path, edit: Any) -> None:
    load_pack(pack, by=operator())
    before = rows()
    edit("data/facts.csv", "999000011,2024,14,", "999000011,2024,15,")
    assert load_pack(pack, by=operator()).changed
    after = rows()
    changed = {
        name: [new for old, new in zip(before[name], after[name], strict=True) if old != new]
        for name in before
    }
    assert {name for name, some in changed.items() if some} == {"Fact"}
    assert [(fact["name"], fact["period"], fact["value"]) for fact in changed["Fact"]] == [
        ("staff", "2024", 15)
    ]


def test_records_keep_their_primary_key_when_their_text_changes(pack: Path, edit: Any) -> None:
    load_pack(pack, by=operator())
    pk = find_organisation("fjord-university").pk
    edit("organisations.yaml", "University of Fjordby", "Fjordby University")
    load_pack(pack, by=operator())
    assert find_organisation("Fjordby University").pk == pk
    assert not models.OrganisationName.objects.filter(name="University of Fjordby").exists()


def test_what_left_the_pack_is_removed(pack: Path, edit: Any) -> None:
    load_pack(pack, by=operator())
    edit("data/facts.csv", "999000022,2024,3,0,,,,,\n", "")
    edit("data/facts.csv", "999000022,2025-01-01,,,,no,62,2024-01-08,\n", "")
    edit(
        "data/companies.csv",
        "999000022,峡湾代码公司,Fjordkode AS,Fjordkode;FK,62,,ring-harbour,blue;green\n",
        "",
    )
    for name in ("needs.yaml", "results.yaml", "people.yaml"):
        path = pack / name
        path.write_text("[]\n" if "999000022" in path.read_text() else path.read_text())
    load_pack(pack, by=operator())
    assert not models.Organisation.objects.filter(slug="999000022").exists()
    assert not models.Fact.objects.filter(organisation__slug="999000022").exists()


def test_records_made_here_stay_and_are_never_taken_over(pack: Path, edit: Any, make_user: Any) -> None:
    load_pack(pack, by=operator())
    record_fact(
        by=make_user(Role.OFFICER),
        organisation=find_organisation("Stim"),
        name="staff",
        value=20,
        period=Period.parse("2024"),
        source="现场核对",
        evidence=Evidence.REGISTERED,
    )
    edit("data/facts.csv", "999000011,2024,14,", "999000011,2024,15,")
    load_pack(pack, by=operator())
    stim = find_organisation("Stim")
    value = company_facts([stim], dt.date(2025, 1, 1))[stim.pk].get("staff", Period.parse("2024"))
    assert value is not None
    assert (value.value, value.source) == (20, "现场核对")


def names_of(slug: str) -> set[tuple[str, str, str]]:
    names = models.OrganisationName.objects.filter(organisation__slug=slug)
    return set(names.values_list("name", "kind", "until"))


def test_a_rename_survives_a_reload(pack: Path, edit: Any, make_user: Any) -> None:
    load_pack(pack, by=operator())
    university = find_organisation("峡湾大学")
    before = names_of(university.slug)
    rename_organisation(
        by=make_user(Role.OFFICER), organisation=university, name="峡湾海洋大学", on=dt.date(2025, 6, 30)
    )
    renamed = names_of(university.slug)
    assert renamed - before == {("峡湾海洋大学", "current", ""), ("峡湾大学", "former", "2025-06-30")}
    edit("pack.yaml", "hans: 克朗", "hans: 挪威克朗")
    loaded = load_pack(pack, by=operator())
    assert loaded.changed
    assert loaded.load.counts["kept"] == 1
    assert find_organisation("峡湾海洋大学").name == "峡湾海洋大学"
    assert find_organisation("峡湾大学").slug == university.slug
    assert names_of(university.slug) == renamed


def test_the_rest_of_a_renamed_organisation_still_follows_the_pack(pack: Path, edit: Any) -> None:
    load_pack(pack, by=operator())
    university = find_organisation("峡湾大学")
    rename_organisation(by=operator(), organisation=university, name="峡湾海洋大学", on=dt.date(2025, 6, 30))
    edit("organisations.yaml", "hans: 峡湾大学", "hans: 峡湾综合大学")
    edit("organisations.yaml", "峡湾学院", "峡湾高等学院")
    assert load_pack(pack, by=operator()).load.counts["kept"] == 1
    names = names_of(university.slug)
    assert {name for name, kind, _ in names if kind == "current"} == {"峡湾海洋大学"}
    assert {name for name, kind, _ in names if kind == "former"} == {
        "峡湾大学",
        "峡湾综合大学",
        "峡湾高等学院",
    }
    edit("organisations.yaml", "hans: 峡湾综合大学", "hans: 峡湾海洋大学")
    assert "kept" not in load_pack(pack, by=operator()).load.counts
    assert {name for name, kind, _ in names_of(university.slug) if kind == "current"} == {"峡湾海洋大学"}


def test_an_industry_chosen_here_survives_a_reload(pack: Path, edit: Any) -> None:
    load_pack(pack, by=operator())
    stim = find_organisation("Stim")
    other = models.Industry.objects.exclude(pk=stim.industry_id).first()
    classify_organisation(by=operator(), organisation=stim, industry=other)
    edit("pack.yaml", "hans: 克朗", "hans: 挪威克朗")
    assert load_pack(pack, by=operator()).load.counts["kept"] == 1
    assert find_organisation("Stim").industry == other


def test_an_organisation_changed_here_may_not_leave_the_pack(pack: Path) -> None:
    load_pack(pack, by=operator())
    office = find_organisation("district-office")
    rename_organisation(by=operator(), organisation=office, name="新区办", on=dt.date(2025, 6, 30))
    before = rows()
    text = (pack / "organisations.yaml").read_text()
    (pack / "organisations.yaml").write_text(text[: text.index("- id: district-office")])
    (pack / "users.yaml").write_text("[]\n")
    with pytest.raises(Problems, match="区包里删去的机构在本地改过：新区办"):
        load_pack(pack, by=operator())
    assert rows() == before


def test_an_organisation_with_facts_recorded_here_may_not_leave_the_pack(
    pack: Path, edit: Any, make_user: Any
) -> None:
    load_pack(pack, by=operator())
    office = find_organisation("district-office")
    record_fact(
        by=make_user(Role.OFFICER),
        organisation=office,
        name="based_here",
        value=True,
        source="现场核对",
        evidence=Evidence.REGISTERED,
    )
    before = rows()
    text = (pack / "organisations.yaml").read_text()
    (pack / "organisations.yaml").write_text(text[: text.index("- id: district-office")])
    (pack / "users.yaml").write_text("[]\n")
    with pytest.raises(Problems, match="区包里删去的记录还被引用"):
        load_pack(pack, by=operator())
    assert rows() == before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("organisations.yaml", "kind: university", "kind: univercity"),
        ("data/facts.csv", "999000011,2024,14", "999000011,2024,many"),
        ("places.yaml", "source: invented", "source: nowhere"),
    ],
)
def test_a_faulty_pack_leaves_the_old_state(pack: Path, edit: Any, name: str, old: str, new: str) -> None:
    load_pack(pack, by=operator())
    before = rows()
    edit(name, old, new)
    with pytest.raises(Problems) as caught:
        load_pack(pack, by=operator())
    assert any(problem.source.endswith(name) and problem.line > 0 for problem in caught.value.problems)
    assert rows() == before
    assert PackLoad.objects.count() == 1


@pytest.fixture
def failing_last_loader() -> Iterator[None]:
    """A room whose loader fails after all others have written."""
    from sanchuang.core.pack import register

    @register.loader(order=1000)
    def fail(pack: Any, by: User, report: Any) -> dict[str, int]:
        raise RuntimeError("disk full")

    name = loaders()[-1].name
    yield
    del register._loaders[name]


def test_a_failure_at_the_very_end_undoes_everything(failing_last_loader: None) -> None:
    with pytest.raises(RuntimeError, match="disk full"):
        load_pack(TINY, by=operator())
    assert {name: len(some) for name, some in rows().items() if some} == {}
    assert not PackLoad.objects.exists()
    assert not User.objects.exclude(pack="").exists()


def test_a_record_made_here_under_an_identifier_of_the_pack_is_a_conflict(pack: Path) -> None:
    models.Organisation.objects.create(slug="fjord-university", kind="company", name="某公司", source="登记")
    with pytest.raises(Problems, match="与库里另行登记的记录冲突"):
        load_pack(pack, by=operator())
    assert models.Organisation.objects.get().name == "某公司"


def test_another_district_does_not_fit_into_the_same_database(pack: Path, edit: Any) -> None:
    load_pack(pack, by=operator())
    edit("pack.yaml", "id: fjordby", "id: elsewhere")
    with pytest.raises(Problems, match="本库已载入区包“fjordby”，不能再载入“elsewhere”"):
        load_pack(pack, by=operator())


def test_only_an_administrator_loads(make_user: Any) -> None:
    with pytest.raises(Refused, match="您不能载入区包；可以的人：管理员"):
        load_pack(TINY, by=make_user(Role.OFFICER))
    assert load_pack(TINY, by=make_user(Role.ADMINISTRATOR)).changed


def test_demo_users_can_sign_in_with_the_printed_password(tiny: Any) -> None:
    assert [(user.username, user.roles) for user in demo_users()] == [
        ("lars", ("政策专员",)),
        ("stim", ("企业成员",)),
    ]
    stim = User.objects.get(username="stim")
    assert Client().login(request=HttpRequest(), username="stim", password=demo_password())
    assert stim.has_perm("registry.advise", find_organisation("Stim"))
    assert not stim.has_perm("registry.advise", find_organisation("FK"))


def test_the_password_is_kept_where_only_its_owner_reads_it(
    tiny: Any, settings: Any, monkeypatch: Any
) -> None:
    kept = Path(settings.VAR) / "demo-password"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.read_text() == demo_password()
    monkeypatch.setenv("SANCHUANG_DEMO_PASSWORD", "given")
    assert demo_password() == "given"


def test_a_production_site_has_no_demo_users(settings: Any) -> None:
    settings.DEMO = False
    load_pack(TINY, by=operator())
    assert not User.objects.exclude(username="operator").exists()
    assert demo_users() == []


def test_a_password_given_anew_opens_and_the_old_one_no_longer(tiny: Any, monkeypatch: Any) -> None:
    old = demo_password()
    monkeypatch.setenv("SANCHUANG_DEMO_PASSWORD", "given")
    settle_demo_users()
    assert Client().login(request=HttpRequest(), username="stim", password="given")
    assert not Client().login(request=HttpRequest(), username="stim", password=old)


def test_demo_users_lose_their_password_when_the_site_goes_into_production(tiny: Any, settings: Any) -> None:
    settings.DEMO = False
    settle_demo_users()
    assert not Client().login(request=HttpRequest(), username="stim", password=demo_password())
    settings.DEMO = True
    settle_demo_users()
    assert Client().login(request=HttpRequest(), username="stim", password=demo_password())


def test_a_demo_user_who_left_the_pack_can_no_longer_sign_in(pack: Path) -> None:
    load_pack(pack, by=operator())
    text = (pack / "users.yaml").read_text().splitlines(keepends=True)
    (pack / "users.yaml").write_text(text[0])
    load_pack(pack, by=operator())
    assert [user.username for user in demo_users()] == ["lars"]
    assert not Client().login(request=HttpRequest(), username="stim", password=demo_password())


def test_somebody_elses_account_is_not_taken_over(pack: Path) -> None:
    own = User.objects.create_user("lars", password="mine")
    load_pack(pack, by=operator())
    own.refresh_from_db()
    assert own.check_password("mine")
    assert not Membership.objects.filter(user=own).exists()


def test_coordinates_are_kept_exactly(pack: Path) -> None:
    load_pack(pack, by=operator())
    text = (pack / "places.yaml").read_text()
    given = [line.split('"')[1] for line in text.splitlines() if "lat:" in line and '"' in line]
    kept = models.Place.objects.exclude(lat=None).order_by("pk").values_list("lat", flat=True)
    assert list(kept) == [Decimal(lat) for lat in given]


def test_a_registration_code_moves_with_its_organisation_to_another_identifier(pack: Path, edit: Any) -> None:
    codes = {"fjord-university": "91440300708461136T", "district-office": "91330100799655058B"}
    edit("pack.yaml", "code_scheme: none", "code_scheme: gb32100-2015")
    (pack / "data" / "companies.csv").write_text("code,name_hans\n")
    (pack / "data" / "facts.csv").write_text("code,period,staff\n")
    for name in ("needs.yaml", "results.yaml", "people.yaml", "users.yaml"):
        (pack / name).write_text("[]\n")
    for slug, code in codes.items():
        edit("organisations.yaml", f"- id: {slug}\n", f'- id: {slug}\n  code: "{code}"\n')
    load_pack(pack, by=operator())
    text = (pack / "organisations.yaml").read_text()
    one, other = codes.values()
    text = text.replace(one, "?").replace(other, one).replace("?", other).replace("id: fjord-u", "id: u")
    (pack / "organisations.yaml").write_text(text)
    load_pack(pack, by=operator())
    found = dict(models.Organisation.objects.values_list("slug", "code"))
    assert found == {"university": other, "district-office": one}


def test_a_pack_that_changed_in_nothing_but_a_comment_writes_no_record(pack: Path) -> None:
    load_pack(pack, by=operator())
    with (pack / "pack.yaml").open("a") as file:
        file.write("# a comment\n")
    with CaptureQueriesContext(connection) as queries:
        assert load_pack(pack, by=operator()).changed
    written = [query["sql"] for query in queries if re.match(r"(INSERT|UPDATE|DELETE)", query["sql"])]
    assert [sql for sql in written if "registry_" in sql or "core_lawentry" in sql] == []
    assert [sql for sql in written if "core_packload" in sql] != []
