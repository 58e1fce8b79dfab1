"""People at work in a browser: one lends a role, two decide together, and a company's member sees no other's facts."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any
from urllib.parse import urlencode

import browser
import pytest
from browser import NARROW, WIDE, follow, sound


@pytest.fixture
def enter(site: str, open_page: Any) -> Any:
    """`enter("scout")`: a new window in which that demonstration user is signed in."""

    def entered(username: str, size: dict[str, int] = WIDE, **options: Any) -> Any:
        page = open_page(size, bypass_csp=True, **options)
        browser.enter(page, site, username)
        browser.choose_language(page, "zh-hans")
        return page

    return entered


def press(page: Any, name: str) -> None:
    """Press the page's own button `name` and wait for the answer."""
    follow(page.get_by_role("main").get_by_role("button", name=name, exact=True))


def test_an_officer_lends_the_role_and_the_scout_acts_for_them(site: str, enter: Any) -> None:
    officer, scout = enter("officer"), enter("scout", NARROW, color_scheme="dark")
    officer.goto(f"{site}/account/delegations/")
    officer.get_by_label("谁代您办理").fill("scout")
    officer.get_by_label("至（含当天）").fill((dt.date.today() + dt.timedelta(days=3)).isoformat())
    officer.get_by_label("理由").fill("出差三天")
    press(officer, "委托")
    assert "委托给 演示・科技工兵" in officer.get_by_role("main").inner_text()
    sound(officer)

    scout.goto(f"{site}/account/delegations/")
    sound(scout)
    press(scout, "代 演示・政策专员 办理")
    assert "代 演示・政策专员 办理" in scout.locator(".acting-banner").inner_text()
    sound(scout)
    scout.goto(f"{site}/organisations/?kind=company")
    company = site + scout.locator("#rows tbody a").first.get_attribute("href")
    scout.goto(company)
    follow(scout.get_by_role("link", name="修改", exact=True))
    sound(scout)
    scout.get_by_label("名称", exact=True).fill("改过名的公司")
    scout.get_by_label("理由").fill("变更登记")
    press(scout, "保存")
    assert scout.url == company
    assert scout.locator("h1").inner_text().startswith("改过名的公司")
    history = scout.locator("section[aria-labelledby=history]").inner_text()
    assert "演示・科技工兵 代 演示・政策专员" in history
    assert "变更登记" in history
    follow(scout.get_by_role("button", name="恢复本人身份"))
    assert scout.locator(".acting-banner").count() == 0


def test_four_eyes_on_a_role_that_reaches_everywhere(site: str, enter: Any) -> None:
    boss, auditor = enter("administrator"), enter("auditor", NARROW, color_scheme="dark")
    boss.goto(f"{site}/users/?q=editor")
    follow(boss.locator("#rows tbody a").first)
    account = boss.url
    boss.get_by_label("角色", exact=True).select_option("auditor")
    boss.locator("section[aria-labelledby=give]").get_by_label("理由").fill("参加年度审计")
    press(boss, "授予")
    sound(boss)
    follow(boss.get_by_role("link", name="等待第二人确认"))
    sound(boss)
    assert boss.get_by_role("button", name="确认", exact=True).count() == 0
    assert boss.get_by_role("button", name="撤回申请").is_visible()

    auditor.goto(f"{site}/desk/")
    follow(auditor.get_by_role("link", name="待确认：授予角色"))
    assert "参加年度审计" in auditor.get_by_role("main").inner_text()
    sound(auditor)
    press(auditor, "确认")
    assert "演示・审计员" in auditor.locator("section[aria-labelledby=stands]").inner_text()
    sound(auditor)
    auditor.goto(f"{site}/desk/")
    assert "没有等您办理的事项" in auditor.get_by_role("main").inner_text()

    boss.goto(account)
    assert "审计员" in boss.locator("section[aria-labelledby=roles]").inner_text()
    boss.goto(f"{site}/audit/?verb=core.grant_role")
    follow(boss.locator("#rows tbody a").first)
    assert "参加年度审计" in boss.get_by_role("main").inner_text()
    sound(boss)


def test_from_an_invitation_to_the_first_page(site: str, enter: Any, open_page: Any) -> None:
    founder = enter("founder")
    founder.goto(f"{site}/invitations/")
    sound(founder)
    founder.get_by_label("邮箱").fill("colleague@example.org")
    press(founder, "发送邀请")
    sound(founder)
    link = founder.locator("main code").inner_text()
    stranger = open_page(NARROW, bypass_csp=True)
    stranger.goto(link)
    sound(stranger)
    stranger.get_by_label("显示的姓名").fill("新同事")
    stranger.get_by_label("登录名").fill("colleague")
    stranger.get_by_label("口令").fill("a-long-word-of-nobody")
    stranger.get_by_label("保存您的账号").check()
    follow(stranger.get_by_role("button", name="建立账号"))
    assert stranger.url == f"{site}/"
    assert "新同事" in stranger.locator(".topbar").inner_text()


def test_a_companys_member_is_refused_the_private_facts_of_others(site: str, enter: Any) -> None:
    """On the page, in the advice, in the file of all needs, and by the search."""
    officer, founder = enter("officer"), enter("founder")
    founder.goto(f"{site}/desk/")
    own = founder.locator("section[aria-labelledby=own-organisations] a").first.get_attribute("href")
    founder.goto(site + own)
    name = founder.locator("h1").inner_text().split()[0]
    assert founder.locator(".facts-table").count() > 0

    other, facts = company_with_facts(officer, site)
    assert other != own
    founder.goto(site + other)
    assert founder.locator(".facts-table").count() == 0
    assert "您不能查看这家机构的事实" in founder.get_by_role("main").inner_text()
    assert founder.request.get(f"{site}{other}advice/").status == 403

    full, file = (rows_of(person, f"{site}/needs/?_export=csv") for person in (officer, founder))
    assert len(full) == len(file)
    assert any(row["预算"] for row in full)
    assert {row["机构"] for row in file if row.get("预算")} <= {name}

    for text in facts[:5]:
        founder.goto(f"{site}/search/?" + urlencode({"q": text[:80]}))
        assert founder.locator(f"main a[href='{other}']").count() == 0, text


def company_with_facts(officer: Any, site: str) -> tuple[str, list[str]]:
    """The address of a company of which the district knows facts, and these."""
    officer.goto(f"{site}/organisations/?kind=company&origin=synthetic")
    links = officer.locator("#rows tbody a[href^='/organisations/']")
    for address in [link.get_attribute("href") for link in links.all()]:
        officer.goto(site + address)
        cells = officer.locator(".facts-table td").all_inner_texts()
        if facts := sorted({cell.strip() for cell in cells} - {"", "未知"}):
            return address, facts
    raise AssertionError("no company of the first page has facts")


def rows_of(page: Any, address: str) -> list[dict[str, str]]:
    """The rows of a file by the heads of its columns."""
    answer = page.request.get(address)
    assert answer.status == 200
    return list(csv.DictReader(io.StringIO(answer.body().decode("utf-8-sig"))))
