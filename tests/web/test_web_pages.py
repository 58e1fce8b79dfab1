"""What the pages say: home, records, advice, signing in, languages, errors."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from django.template import Context
from django.test import Client, override_settings
from django.utils import translation

from sanchuang.core.advice import register, unregister
from sanchuang.core.models import User
from sanchuang.core.roles import Role
from sanchuang.core.templatetags.shown import fact, published
from sanchuang.engines.rules.dictionary import FactSpec, FactType, FactValue, Per
from sanchuang.registry.models import Organisation, PublishedFigure
from sanchuang.values import Op
from sanchuang.web.views.home import chapters

OWN = "999000011"


@pytest.fixture
def officer(tiny: Any, sign_in: Callable[..., Client]) -> Client:
    """The browser of a policy officer of the tiny district."""
    return sign_in(Role.OFFICER)


def page(client: Client, path: str, status: int = 200) -> str:
    """The text of the page at `path`."""
    response = client.get(path)
    assert response.status_code == status
    return str(response.content.decode())


# home


def test_home_counts_real_and_synthetic_records_apart(officer: Client) -> None:
    Organisation.objects.create(slug="real", name="真公司", kind="company", source="登记簿")
    row = re.search(r'<tr><th scope="row"><a href="[^"]*kind=company".*?</tr>', page(officer, "/"), re.S)
    assert row is not None
    assert re.findall(r">(\d+)</a>", row[0]) == ["1", "2"]


def test_a_figure_keeps_its_operator_date_source_and_caution(officer: Client) -> None:
    figure = PublishedFigure.objects.exclude(mechanism=None)[0]
    PublishedFigure.objects.filter(pk=figure.pk).update(
        kind="count",
        value="300",
        op="<~",
        unit="项",
        as_of="2025Q1",
        caution="口径不明",
        quote="近300项",
        source="某报道",
    )
    shown = page(officer, "/")
    item = shown[shown.index(f'id="figure-{figure.slug}"') :]
    item = item[: item.index("</details>")]
    for text in ("近300项", "2025年一季度", "口径不明", "某报道"):
        assert text in item


def test_every_figure_stands_once_under_the_first_of_its_innovations(tiny: Any) -> None:
    figures = list(PublishedFigure.objects.select_related("mechanism"))
    listed = [f.slug for chapter in chapters(figures) for topic in chapter.topics for f in topic.figures]
    assert sorted(listed) == sorted(f.slug for f in figures)


@pytest.mark.parametrize(
    ("kind", "value", "unit", "hans", "en"),
    [
        ("year", "2025", "年份", "2025年", "2025"),
        ("rank", "2", "位", "第2位", "No. 2"),
        ("count", "2183", "家", "2,183家", "2,183 firms"),
        ("money", "20000000", "元", "2,000万元", "CNY 20,000,000"),
        ("count", "7", "头", "7头", "7 头"),  # a unit that the pack does not name
    ],
)
def test_figures_speak_the_reader_s_language(kind: str, value: str, unit: str, hans: str, en: str) -> None:
    """Years and ranks are ordinals, not amounts; units have names by the pack's list."""
    units = {
        "年份": {"hans": "年", "en": "year"},
        "家": {"hans": "家", "en": "firms"},
        "元": {"hans": "元", "en": "CNY"},
    }
    context = Context({"units": units})
    figure = PublishedFigure(kind=kind, value=value, unit=unit)
    for language, shown in (("zh-hans", hans), ("en", en)):
        with translation.override(language):
            assert published(context, figure) == f'<span class="num">{shown}</span>'


@pytest.mark.parametrize(
    ("known", "op", "hans", "en"),
    [
        (27, Op.EXACT, "27 人", "27 persons"),
        (300, Op.NEARLY, "近300 人", "nearly 300 persons"),
        (True, Op.EXACT, "是", "yes"),
        (Fraction(1, 2), Op.AT_MOST, "≤50%", "≤50%"),
        ("小型", Op.EXACT, "小型", "小型"),
        (dt.date(2020, 1, 31), Op.EXACT, "2020-01-31", "2020-01-31"),
    ],
)
def test_facts_keep_operator_and_unit(known: Any, op: Op, hans: str, en: str) -> None:
    types = {int: FactType.COUNT, bool: FactType.BOOL, Fraction: FactType.RATE, dt.date: FactType.DATE}
    spec = FactSpec("x", types.get(type(known), FactType.TEXT), Per.STATIC, {"zh": "甲"}, unit="人")
    context = Context({"units": {"人": {"hans": "人", "en": "persons"}}})
    for language, shown in (("zh-hans", hans), ("en", en)):
        with translation.override(language):
            assert fact(context, FactValue(known, op=op), spec) == shown


# search


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("stim", ["/organisations/999000011/"]),
        ("999000022", ["/organisations/999000022/"]),
        ("实验船", ["/policies/shared_boat/"]),
        ("低功耗", ["/results/r-sonar/"]),
        ("渔船用的", ["/needs/n-sonar/"]),
        ("beihai yuqun", ["/organisations/999000011/"]),
        ("北海魚群公司", ["/organisations/999000011/"]),
        ("北海鱼郡公司", ["/organisations/999000011/"]),
    ],
)
def test_one_field_finds_records_of_every_room(text: str, links: list[str], officer: Client) -> None:
    shown = page(officer, f"/search/?q={text}")
    results = shown[shown.index("<h1>") :]
    assert re.findall(r'</span> <a href="([^"]*)"', results)[:1] == links


@pytest.mark.parametrize("text", ["", "%00", "——", "qqqzzzxxx", "长" * 500])
def test_where_nothing_is_found_the_page_says_what_can_be(text: str, officer: Client) -> None:
    shown = page(officer, f"/search/?q={text}")
    assert "可用名称、曾用名、简称或缩写" in shown
    assert ("您想找什么？" in shown) == (text in ("", "%00"))


def test_an_unknown_name_is_answered_with_the_nearest(officer: Client) -> None:
    shown = page(officer, "/search/?q=北海渔业集团")
    assert "没有找到" in shown
    assert "北海鱼群公司" in shown[shown.index("相近的名称") :]


def test_a_hit_says_why_it_was_found(officer: Client) -> None:
    assert "拼音" in page(officer, "/search/?q=beihaiyuqun")
    assert "近似" in page(officer, "/search/?q=北海鱼郡公司")
    assert "<mark>八十米</mark>" in page(officer, "/search/?q=八十米")


def test_hits_are_narrowed_by_kind_and_paged_in_the_address(officer: Client) -> None:
    for number in range(70):
        Organisation.objects.create(
            slug=f"b{number}", name=f"蓝湖{number}号公司", kind="company", synthetic=True
        )
    first = page(officer, "/search/?q=蓝湖&kind=organisation")
    assert "共 70 条" in first
    assert 'rel="next"' in first
    assert 'rel="prev"' not in first
    last = page(officer, "/search/?q=蓝湖&kind=organisation&page=99999999")
    assert "第 3 页，共 3 页" in last
    assert len(re.findall(r"/organisations/b\d+/", last)) == 10
    for odd in ("page=x", "page=-1", "page=١", "kind=boat", "kind=", "page=999999999999999999999"):
        assert officer.get(f"/search/?q=蓝湖&{odd}").status_code == 200
    none = page(officer, "/search/?q=蓝湖&kind=policy")
    assert 'aria-current="true"' in none


def test_suggestions_are_a_few_options_and_the_way_to_all(officer: Client) -> None:
    shown = page(officer, "/search/suggestions/?q=声呐")
    assert shown.count('role="option"') == 3
    assert 'href="/results/r-sonar/"' in shown
    assert "全部 2 条" in shown
    for nothing in ("", "%00", "qqqzzzxxx"):
        assert "option" not in page(officer, f"/search/suggestions/?q={nothing}")


def test_what_is_invented_is_marked_wherever_it_is_shown(officer: Client) -> None:
    paths = (
        "/search/?q=鱼群",
        "/organisations/?q=鱼群",
        f"/organisations/{OWN}/",
        f"/organisations/{OWN}/advice/",
    )
    for path in (*paths, "/results/", "/results/r-sonar/", "/needs/", "/needs/n-sonar/"):
        assert '<span class="tag tag-synthetic"' in page(officer, path), path


def test_a_record_without_a_page_leads_to_its_list_or_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    from sanchuang.core.search import Hit, Source, Title, offers
    from sanchuang.web.views.search import found

    def drawn(**more: str) -> Any:
        source = Source("visit", "Visit", "core.view_records", "core.LawEntry", lambda pks: [], **more)
        monkeypatch.setattr(offers, "_sources", {"visit": source})
        return found(Hit("visit", "1", Title("一次走访"), query=(("q", "走访"),)))

    assert (drawn().kind, drawn().url) == ("Visit", "")
    assert drawn(address="visits:none", listed="registry:needs").url == "/needs/?q=%E8%B5%B0%E8%AE%BF"
    assert drawn(address="registry:need").url == "/needs/1/"


# records


def test_a_record_lists_names_place_facts_and_needs(officer: Client) -> None:
    shown = page(officer, f"/organisations/{OWN}/")
    for text in (
        "北海鱼群公司",
        "Nordhav Stim AS",
        "Stim",
        "老码头",
        "港湾圈",
        "渔船用的省电声呐",
        "999000011",
    ):
        assert text in shown


def test_a_need_shows_budget_and_readiness(officer: Client) -> None:
    shown = page(officer, "/needs/n-sonar/")
    assert 'title="400,000.00元">40万元</abbr>' in shown
    assert "TRL 6" in shown


@pytest.mark.parametrize("path", ["/organisations/nobody/", "/results/none/", "/needs/none/", "/nowhere/"])
def test_an_address_without_a_record_explains_itself(path: str, officer: Client) -> None:
    shown = page(officer, path, 404)
    assert "这个网址没有页面" in shown
    assert "可以这样做：" in shown


# advice


def test_advice_is_given_as_a_paper_of_the_same_day(officer: Client) -> None:
    """The page's button leads to the file; a wrong day is told on the page."""
    assert f'href="/organisations/{OWN}/advice.pdf?on=2024-06-30"' in page(
        officer, f"/organisations/{OWN}/advice/?on=2024-06-30"
    )
    response = officer.get(f"/organisations/{OWN}/advice.pdf?on=2024-06-30")
    assert response.content.startswith(b"%PDF-")
    assert "2024-06-30.pdf" in response["Content-Disposition"]
    wrong = officer.get(f"/organisations/{OWN}/advice.pdf?on=2024-06-31")
    assert (wrong.status_code, "不是日期" in wrong.content.decode()) == (400, True)


def test_advice_opens_for_today_and_for_a_day(officer: Client) -> None:
    assert 'value="2024-06-30"' in page(officer, f"/organisations/{OWN}/advice/?on=2024-06-30")
    assert "依据 2024-06-30 有效的规则" in page(officer, f"/organisations/{OWN}/advice/?on=2024-06-30")
    assert "共用实验船" in page(officer, f"/organisations/{OWN}/advice/")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("yesterday", "“yesterday”不是日期。"),
        ("2024-02-30", "“2024-02-30”不是日期。"),
        ("0001-01-01", "日期要在 1900-01-01 和 2199-12-31 之间。"),
        ("9999-12-31", "日期要在 1900-01-01 和 2199-12-31 之间。"),
    ],
)
def test_a_date_that_is_none_is_told_and_kept(asked: str, message: str, officer: Client) -> None:
    shown = page(officer, f"/organisations/{OWN}/advice/?on={asked}", 400)
    assert message in shown
    assert "请写成年-月-日" in shown
    assert f'value="{asked}"' in shown


def test_a_date_before_every_law_is_answered(officer: Client) -> None:
    """Old days are no fault of the reader: the page says that nothing was in force."""
    assert "不可以" not in page(officer, f"/organisations/{OWN}/advice/?on=1950-01-01")


class _Fault:
    key, title, order = "fault", "坏了的一节", 99

    def advise(self, subject: Any, so_far: Any) -> list[Any]:
        from sanchuang.core.errors import Unfit

        raise Unfit("1950-01-01 还没有这项规定", "最早的规定自 2011-06-18 起")


def test_a_law_that_is_not_there_is_explained_with_its_remedy(officer: Client) -> None:
    register(_Fault())
    try:
        shown = page(officer, f"/organisations/{OWN}/advice/?on=1950-01-01", 400)
    finally:
        unregister("fault")
    assert "1950-01-01 还没有这项规定" in shown
    assert "最早的规定自 2011-06-18 起" in shown
    assert 'value="1950-01-01"' in shown


# signing in, languages, errors


def test_the_door_lists_the_demonstration_users_but_not_their_password(tiny: Any, settings: Any) -> None:
    from sanchuang.core.demo import demo_password

    settings.DEMO = True
    shown = page(Client(), "/sign-in/")
    assert 'data-value="lars"' in shown
    assert "政策专员" in shown
    assert demo_password() not in shown


def test_a_production_door_lists_nobody(tiny: Any, settings: Any) -> None:
    settings.DEMO = False
    shown = page(Client(), "/sign-in/")
    assert "lars" not in shown
    assert "演示" not in shown


def test_a_wrong_password_keeps_the_name(tiny: Any) -> None:
    response = Client().post("/sign-in/", {"login": "lars", "password": "wrong"})
    assert "用户名或口令不对。" in response.content.decode()
    assert 'value="lars"' in response.content.decode()


def test_signing_in_leads_back_but_never_to_another_site(tiny: Any) -> None:
    User.objects.get(username="lars").set_password("x")
    user = User.objects.get(username="lars")
    user.set_password("right")
    user.save()
    form = {"login": "lars", "password": "right"}
    assert Client().post("/sign-in/", {**form, "next": "/results/"})["Location"] == "/results/"
    assert Client().post("/sign-in/", {**form, "next": "https://example.org/"})["Location"] == "/"


def test_chinese_comes_first_whatever_the_browser_asks(tiny: Any) -> None:
    response = Client().get("/sign-in/", headers={"Accept-Language": "en-GB"})
    assert '<html lang="zh-Hans"' in response.content.decode()
    assert response["Content-Language"] == "zh-hans"


def test_a_language_is_kept_in_the_browser_and_with_the_user(
    tiny: Any, make_user: Callable[..., Any]
) -> None:
    browser = Client()
    browser.post("/language/", {"language": "en", "next": "/sign-in/"})
    assert "Sign in" in page(browser, "/sign-in/")
    user = make_user()
    browser.force_login(user)
    assert "区情一览" in page(browser, "/")  # the account still says Chinese
    browser.post("/language/", {"language": "en", "next": "/"})
    assert "The district at a glance" in page(browser, "/")
    user.refresh_from_db()
    assert user.language == "en"


@pytest.mark.parametrize("language", ["zh-mo", "xx", "", "../../etc"])
def test_a_language_that_is_not_offered_changes_nothing(language: str, officer: Client) -> None:
    officer.post("/language/", {"language": language, "next": "/"})
    assert "区情一览" in page(officer, "/")


@pytest.mark.parametrize(
    "path", ["/", "/organisations/", "/results/", "/needs/", "/places/", f"/organisations/{OWN}/"]
)
def test_english_pages_hold_no_chinese_of_ours(path: str, tiny: Any, sign_in: Callable[..., Client]) -> None:
    """The frame, headings and buttons are translated; data stays in its own language."""
    shown = page(sign_in(Role.OFFICER, language="en"), path)
    frame = re.findall(r"<h1>(.*?)</h1>|<label[^>]*>(.*?)</label>|<th scope[^>]*>([^<]*)</th>", shown, re.S)
    words = "".join("".join(found) for found in frame)
    assert not re.search(r"[一-鿿]", words.replace("北海鱼群公司", ""))


def test_every_answer_carries_the_content_policy(officer: Client) -> None:
    """The policy allows no inline script, so no page may hold one."""
    for path in ("/", "/sign-in/", "/nowhere/", f"/organisations/{OWN}/advice/"):
        response = officer.get(path)
        assert "script-src 'self';" in response["Content-Security-Policy"]
        assert "unsafe" not in response["Content-Security-Policy"]
        assert not re.search(rb"<script(?![^>]*src=)|\son\w+=|style=|javascript:", response.content)


def test_no_cache_on_the_way_keeps_a_page(officer: Client) -> None:
    assert officer.get(f"/organisations/{OWN}/")["Cache-Control"] == "private, no-cache"


def test_a_stale_form_is_explained(tiny: Any) -> None:
    response = Client(enforce_csrf_checks=True).post("/sign-in/", {"login": "lars", "password": "x"})
    assert response.status_code == 403
    assert "表单已过期" in response.content.decode()


def test_our_own_fault_is_told_without_the_database(tiny: Any, sign_in: Callable[..., Client]) -> None:
    client = sign_in(Role.OFFICER)
    client.raise_request_exception = False

    class Broken:
        key, title, order = "broken", "坏", 99

        def advise(self, subject: Any, so_far: Any) -> list[Any]:
            raise RuntimeError

    register(Broken())
    try:
        shown = page(client, f"/organisations/{OWN}/advice/", 500)
    finally:
        unregister("broken")
    assert "系统出错" in shown
    assert "Something broke" in shown


@override_settings(DEMO=False)
def test_the_banner_is_for_demonstrations_only(tiny: Any, sign_in: Callable[..., Client]) -> None:
    assert "演示环境" not in page(sign_in(Role.OFFICER), "/")


def test_the_menu_leads_with_the_users_own_company(tiny: Any, sign_in: Callable[..., Client]) -> None:
    menu = page(sign_in(Role.MEMBER, OWN), "/")
    links = re.findall(r'<a class="nav-link" href="([^"]*)"', menu)
    assert links[:4] == ["/desk/", "/", f"/organisations/{OWN}/", f"/organisations/{OWN}/advice/"]
    assert dt.date.today().isoformat() not in links
