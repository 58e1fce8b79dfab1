"""The West Lake pack holds what was published, marks what was invented, and can be made again."""

import ast
import datetime as dt
import operator
import os
import re
import shutil
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

import sanchuang
from sanchuang.core.pack.reader import read_pack
from sanchuang.registry.codes import check_code, remarks
from sanchuang.values import Figure, Op, Verification, parse_number

ROOT = Path(__file__).parents[2]
PACK = Path(sanchuang.__file__).parent / "packs" / "westlake"
SHARED = Path(os.environ.get("SANCHUANG_SHARED", ROOT.parent / "shared"))
DOMAIN = SHARED / "domain" / "westlake.yaml"

# Units in which the district's description writes a number of the pack's main unit.
SCALES = {"100M CNY": 10**8, "CNY": 1}
SIGNS = {None: Op.EXACT, ">=": Op.AT_LEAST, "<=": Op.AT_MOST}


@pytest.fixture(scope="module")
def pack():
    return read_pack(PACK, check_code=check_code)


@pytest.fixture(scope="module")
def domain():
    if not DOMAIN.exists():
        pytest.skip("../shared is absent")
    return yaml.safe_load(DOMAIN.read_text(encoding="utf-8"))


def published(domain) -> list[dict]:
    """Every figure of the description that has a number, with the derived ones."""
    found: list[dict] = []
    for mechanism in domain["mechanisms"]:
        found += [f | {"derived": False} for f in mechanism.get("figures", [])]
        found += [f | {"derived": True} for f in mechanism.get("derived", [])]
    found += domain["indicators"]
    found += [fact for report in domain["elsewhere"] for fact in report["facts"]]
    return [f for f in found if isinstance(f.get("value"), int | float)]


def test_every_published_number_is_in_the_pack_with_its_operator(pack, domain):
    figures = published(domain)
    assert len(figures) > 60
    held = {(parse_number(f.value), f.op) for f in pack.figures if f.op is not Op.WORDS}
    numbers = {number for number, _ in held}

    missing = []
    for figure in figures:
        number = parse_number(str(figure["value"])) * SCALES.get(str(figure.get("unit")), 1)
        sign = figure.get("op")
        op = SIGNS[sign] if sign in SIGNS else Op(sign)
        # The description gives derived numbers rounded and without a sign; the pack says ≈.
        wanted = numbers if figure.get("derived") else {n for n, o in held if o is op}
        if number not in wanted:
            missing.append((figure.get("name") or figure.get("hans"), str(number), op.value))
    assert missing == []


def test_published_numbers_keep_the_date_that_the_description_gives(pack, domain):
    held = {(parse_number(f.value), str(f.as_of)) for f in pack.figures if f.op is not Op.WORDS}

    missing = []
    for figure in published(domain):
        number = parse_number(str(figure["value"])) * SCALES.get(str(figure.get("unit")), 1)
        as_of = str(figure.get("as_of", ""))
        if re.fullmatch(r"\d{4}(Q\d|-\d\d)?", as_of) and (number, as_of) not in held:
            missing.append((figure.get("name") or figure.get("hans"), str(number), as_of))
    assert missing == []


def test_growth_rates_and_words_of_the_description_are_in_the_pack(pack, domain):
    held = {(f.value, f.op) for f in pack.figures}
    for indicator in domain["indicators"]:
        if match := re.match(r"([\d.]+)%", indicator.get("growth", "")):
            assert (match[1], Op.EXACT) in held
    printed = [Figure(None, f.op, f.unit, f.value).text() for f in pack.figures if f.op is Op.WORDS]
    assert sorted(printed) == ["几十公里", "高于全市平均水平"]


def test_a_year_without_dates_is_not_given_dates(pack):
    """The report says “一年来” of the events; the words stand in the names, and no day is made up."""
    events = [f for f in pack.figures if f.mechanism == "lianliankan"]
    assert [f.as_of for f in events] == [None] * 7
    published_ones = [f for f in events if not f.derived]
    assert [f.names.hans.startswith("一年来") for f in published_ones] == [True] * 3
    assert all("起止日没有写" in f.note for f in published_ones)


def test_every_mechanism_of_the_description_is_in_the_pack(pack, domain):
    described = {m["id"]: m.get("kind", "mechanism") for m in domain["mechanisms"]}
    assert {m.id: m.kind for m in pack.mechanisms} == described


def test_every_named_organisation_of_the_description_is_in_the_pack(pack, domain):
    names = {n for o in pack.organisations if not o.synthetic for n in (o.names.hans, *o.short_names)}
    everyone = "".join(names)
    actors = domain["actors"]
    for group in ("government", "companies_public", "institutes", "alliances"):
        for actor in actors[group]:
            assert re.sub(r"\(.*\)", "", actor) in everyone.replace("“", "").replace("”", ""), actor
    for named in (
        "游戏科学",
        "云深处",
        "牧星科技",
        "五八智能科技",
        "地卫二",
        "飞步科技",
        "浙江科聪",
        "阿里云",
    ):
        assert named in names or any(named in name for name in names), named


def test_a_quote_holds_the_number_that_it_is_quoted_for(pack):
    for figure in pack.figures:
        if figure.quote and figure.op is not Op.WORDS and re.search(r"\d", figure.quote):
            digits = set(re.findall(r"\d+(?:\.\d+)?", figure.quote))
            number = parse_number(figure.value)
            sizes = (1, 10**4, 10**8)
            assert any(parse_number(d) * size == number for d in digits for size in sizes), figure.id


_CALCULATE = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def calculate(node: ast.AST, text: str) -> Fraction:
    """The exact value of a formula of numbers and + - * / ( )."""
    if isinstance(node, ast.BinOp):
        left, right = calculate(node.left, text), calculate(node.right, text)
        return _CALCULATE[type(node.op)](left, right)
    return Fraction(ast.get_source_segment(text, node))


def test_every_derived_figure_is_what_its_formula_gives(pack):
    """Computed a second time, by another reader of the formulas that knows numbers only."""
    by_id = {f.id: f for f in pack.figures}
    derived = [f for f in pack.figures if f.derived]
    assert len(derived) == 15

    def plain(name: str) -> str:
        figure = by_id[name]
        if figure.derived:
            return f"({formula(figure)})"
        return f"({figure.value} / 100)" if figure.unit == "%" else figure.value

    def formula(figure) -> str:
        return re.sub(r"\{(.+?)\}", lambda m: plain(m[1]), re.sub(r"\[.*?\]", "", figure.how))

    for figure in derived:
        text = formula(figure)
        exact = calculate(ast.parse(text, mode="eval").body, text) * (100 if figure.unit == "%" else 1)
        shown = parse_number(figure.value)
        step = Fraction(0) if figure.digits is None else Fraction(10) ** -figure.digits
        down = figure.op in (Op.OVER, Op.AT_LEAST)
        assert abs(exact - shown) <= (step if down else step / 2), figure.id
        assert not down or shown <= exact
        assert figure.status is Verification.ASSUMPTION


@pytest.mark.parametrize(
    ("figure", "value", "op"),
    [
        ("mean-contract", "231481", Op.OVER),
        ("collaborations-per-scout", "4.32", Op.EXACT),
        ("card-hours", "26280000", Op.EXACT),
        ("new-three-share", "26.08", Op.ABOUT),
        ("new-three-2024q1", "1345000000", Op.ABOUT),
        ("culture-rest-growth", "-3.1", Op.ABOUT),
        ("subsidised-spending", "100000000", Op.AT_LEAST),
        ("subsidy-per-firm", "22904", Op.ABOUT),
        ("projects-per-event", "0.336", Op.ABOUT),
        ("amount-per-project", "9888889", Op.ABOUT),
        ("amount-per-event", "3327103", Op.ABOUT),
        ("event-pace", "2.06", Op.ABOUT),
        ("implied-gdp", "232900000000", Op.ABOUT),
        ("implied-rd", "10480000000", Op.ABOUT),
        ("institutes-2024", "46", Op.EXACT),
    ],
)
def test_a_derived_figure_comes_out_as_the_description_has_it(pack, figure, value, op):
    [found] = [f for f in pack.figures if f.id == figure]
    assert (found.value, found.op) == (value, op)


def test_the_checks_that_the_description_asks_for(pack):
    by_id = {f.id: f for f in pack.figures}
    cautions = {i: by_id[i].caution or "" for i in by_id}
    assert "分母" in cautions["rd-intensity"]
    assert "面积" in cautions["talent-density"]
    assert "不是需求的子集" in cautions["collaborations"]
    assert "意向订单不是订单" in cautions["fair-intents"]
    assert "口径" in cautions["culture-rest-growth"]
    assert by_id["subsidised-spending"].op is Op.AT_LEAST


def test_every_named_place_of_the_description_is_in_the_pack(pack, domain):
    names = "".join(p.names.hans for p in pack.places)
    for place in domain["places"]:
        for part in re.split("「|」", place.removesuffix("(outside)")):
            assert part in names, place


def test_people_are_named_as_the_source_names_them_or_marked(pack):
    real = [
        (p.names.hans, [(r.organisation, r.role) for r in p.roles]) for p in pack.people if not p.synthetic
    ]
    assert real == [("黄琦", [("zju", "副教授")])]
    invented = {o.id for o in pack.organisations if o.synthetic}
    assert all(r.organisation in invented for p in pack.people if p.synthetic for r in p.roles)


def test_the_five_circles(pack):
    assert [p.names.hans for p in pack.places if p.kind == "circle"] == [
        "环紫金港创新生态圈",
        "环老和山创新创业圈",
        "环云栖创新生态圈",
        "环之江文化创新圈",
        "环小和山创新创业圈",
    ]


def test_no_place_has_coordinates_because_no_source_gives_any(pack):
    assert [p.id for p in pack.places if p.lat or p.lon] == []


def test_eighteen_universities_and_twenty_eight_institutes(pack):
    universities = [o for o in pack.organisations if o.kind == "university"]
    institutes = [o for o in pack.organisations if o.kind == "institute"]
    preparing = [o for o in universities if "（筹）" in o.names.hans]
    assert [o.id for o in preparing] == ["qiantang-university"]
    assert len(universities) - len(preparing) == 18
    assert len(institutes) == 28
    real = [o.id for o in universities + institutes if not o.synthetic]
    assert real == [
        "zju",
        "westlake-university",
        "caa",
        "qiantang-university",
        "ucas-hangzhou",
        "second-institute-oceanography",
        "institute-715",
    ]


def test_a_real_organisation_carries_nothing_that_its_source_did_not_say(pack):
    real = {o.id: o for o in pack.organisations if not o.synthetic}
    assert len(real) > 25
    for organisation in real.values():
        assert organisation.code is None
        assert organisation.address is None
        assert organisation.industry is None
        assert organisation.source != "sample"
    assert [f for f in pack.company_facts if f.organisation in real] == []
    assert [r.id for r in (*pack.results, *pack.needs) if r.organisation in real] == []


def test_what_the_source_does_not_say_of_an_organisation_is_the_pack_s_word(pack):
    by_id = {o.id: o for o in pack.organisations}
    assert by_id["satellite-two"].status is Verification.ASSUMPTION  # the report names a product, no firm
    assert "本包假设" in by_id["satellite-two"].note
    assert by_id["cac"].note == "报道写到：全区 7 个大模型通过国家网信办备案。"


def test_as_many_sample_companies_as_the_published_figure_counts(pack):
    companies = [o for o in pack.organisations if o.kind == "company" and o.synthetic]
    [published_count] = [f.value for f in pack.figures if f.id == "ai-firms"]
    assert len(companies) == int(published_count) == 2183
    assert len({o.names.hans for o in companies}) == 2183
    real_names = {o.names.hans for o in pack.organisations if not o.synthetic}
    real_names |= {n for o in pack.organisations if not o.synthetic for n in o.short_names}
    assert [o.id for o in companies if any(name in o.names.hans for name in real_names)] == []


def test_sample_codes_are_valid_and_recognisable(pack):
    for organisation in pack.organisations:
        if organisation.code:
            assert check_code(organisation.code, "gb32100-2015") == organisation.code
            assert remarks(organisation.code) == []
            assert organisation.code[8:10] == "XN"


def columns(name: str) -> set[str]:
    """The facts that the sample's files of this name have columns for."""
    heads = [
        (PACK / f"sample/{name}-{kind}.csv").read_text().partition("\n")[0] for kind in ("static", "yearly")
    ]
    return {column for head in heads for column in head.split(",")} - {"code", "period"}


def test_the_sample_leaves_facts_unknown_and_some_only_roughly_known(pack):
    companies = 2183
    latest = Counter(f.fact for f in pack.company_facts if str(f.period or "2025") == "2025")
    assert latest["industry"] == 0  # the organisation carries it, once
    latest["industry"] = sum(1 for o in pack.organisations if o.kind == "company" and o.industry)
    asked, questionnaire = columns("facts"), columns("questionnaire")
    assert asked | questionnaire <= set(pack.dictionary.specs)
    shares = {
        name: 1 - latest[name] / companies
        for name in {*asked, "industry"}
        if name not in ("ai_related", "conversion_trl")  # known for all by definition; only for projects
    }
    assert len(shares) == 17
    assert {name: share for name, share in shares.items() if not 0.08 < share < 0.22} == {}
    # a tenth of the companies answered the long questionnaire, and of them not everybody every question
    answered = {name: latest[name] / companies for name in questionnaire}
    assert len(answered) == 43
    assert 0.02 < answered.pop("hnte_score") < 0.04  # only of those whom experts gave a total
    assert {name: share for name, share in answered.items() if not 0.06 < share < 0.12} == {}
    # nothing else is known of anybody: the sample invents no answer to what it did not ask
    assert {name for name, count in latest.items() if count} == asked | questionnaire | {"industry"}
    assert latest["ai_related"] == companies
    rough = Counter(f.op for f in pack.company_facts)
    assert set(rough) == {Op.EXACT, Op.ABOUT}
    assert rough[Op.ABOUT] > 300


def test_most_sample_companies_are_small(pack):
    staff = sorted(f.value for f in pack.company_facts if f.fact == "employees" and str(f.period) == "2025")
    assert staff[len(staff) // 2] < 20
    assert staff[-1] > 300


def test_the_industries_are_twenty_sections_and_ninety_seven_divisions(pack):
    levels = Counter(i.level for i in pack.industries)
    assert levels == {"section": 20, "division": 97, "class": 2}
    divisions = [i.code for i in pack.industries if i.level == "division"]
    assert divisions == [f"{n:02d}" for n in range(1, 98)]
    assert pack.manifest.classification.status is Verification.UNVERIFIED


def test_results_and_needs_cover_five_fields_and_belong_to_invented_owners(pack):
    synthetic = {o.id: o.kind for o in pack.organisations if o.synthetic}
    synthetic |= {o.code: o.kind for o in pack.organisations if o.synthetic and o.code}
    fields = {field.id for field in pack.manifest.fields}
    assert len(pack.results) >= 90
    assert len(pack.needs) >= 60
    assert {r.field for r in pack.results} == {n.field for n in pack.needs} == fields
    assert all(r.synthetic for r in (*pack.results, *pack.needs))
    assert {synthetic[r.organisation] for r in pack.results} == {"university", "institute"}
    assert {synthetic[n.organisation] for n in pack.needs} == {"company"}


def test_every_fact_that_a_rule_reads_is_in_the_dictionary_under_its_chinese_name(pack):
    for name, label in {
        "employees": "从业人员",
        "revenue": "营业收入",
        "assets": "资产总额",
        "industry": "行业代码",
        "compute_spend": "算力服务支出",
        "university_result_projects": "落地转化的高校院所成果项目数",
    }.items():
        assert pack.dictionary.find(label).name == name
    assert pack.dictionary.find("职工总数") is pack.dictionary.find("从业人数")


def test_the_contract_registry_deadline_changed_with_the_rule_of_2026(pack):
    entries = [e for e in pack.law if e.key == "contract_registration.days"]
    assert [(e.value, e.unit, str(e.date_from), str(e.date_to)) for e in entries] == [
        ("30", "日", "2000-02-16", "2026-01-22"),
        ("15", "工作日", "2026-01-23", "None"),
    ]
    assert {e.status for e in entries} == {Verification.UNVERIFIED}


def in_force(pack, key: str, day: dt.date) -> list[tuple[str, str, str]]:
    """Value, unit and source of every entry of `key` that holds on `day`."""
    entries = [e for e in pack.law if e.key == key and e.span()[0] <= day <= e.span()[1]]
    return [(e.value, e.unit, e.source) for e in entries]


def test_the_city_s_compute_voucher_before_and_after_the_measures_of_2025(pack):
    first, last = dt.date(2024, 7, 18), dt.date(2025, 6, 12)
    for day in (first, dt.date(2025, 1, 1), last):
        assert in_force(pack, "compute_voucher.city_rate", day) == [("30", "%", "city-voucher-2024")]
        assert in_force(pack, "compute_voucher.city_other_rate", day) == [("20", "%", "city-voucher-2024")]
        assert in_force(pack, "compute_voucher.city_cap", day) == [("8000000", "元", "city-voucher-2024")]
        assert in_force(pack, "compute_voucher.city_pool", day) == [("250000000", "元", "city-voucher-2024")]
    old = [e for e in pack.law if e.source == "city-voucher-2024"]
    assert {e.status for e in old} == {Verification.VERIFIED_TEXT}
    assert in_force(pack, "compute_voucher.city_rate", first - dt.timedelta(1)) == []
    for key in ("city_rate", "city_cap", "city_pool"):
        [(_value, _unit, source)] = in_force(pack, f"compute_voucher.{key}", last + dt.timedelta(1))
        assert source == "city-voucher-2025"


def test_the_generator_makes_the_committed_sample_again(tmp_path, monkeypatch):
    shutil.copytree(PACK, tmp_path / "westlake")
    for path in (tmp_path / "westlake/sample").glob("*.csv"):
        path.unlink()
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import make_westlake_sample as generator

    monkeypatch.setattr(generator, "PACK", tmp_path / "westlake")
    monkeypatch.setattr(generator, "SAMPLE", tmp_path / "westlake/sample")
    generator.main()
    for module in ("make_westlake_sample", "westlake_names", "westlake_questionnaire"):
        sys.modules.pop(module)

    for path in sorted((PACK / "sample").iterdir()):
        assert (tmp_path / "westlake/sample" / path.name).read_bytes() == path.read_bytes(), path.name
