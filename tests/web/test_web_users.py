"""Pages of accounts, invitations, delegations, requests, own data and the trail, as people use them and misuse them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from signing_in import PASSWORD

from sanchuang.core.accounts import delegations
from sanchuang.core.models import Approval, AuditEntry, Delegation, Invitation, Membership, User
from sanchuang.core.roles import Role
from sanchuang.registry.models import Organisation

pytestmark = pytest.mark.usefixtures("tiny")
OWN, OTHER = "999000011", "999000022"
ABSENT, TOO_LARGE = 987_654, 2**63
MakeUser = Callable[..., User]


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def boss(make_user: MakeUser) -> User:
    return make_user(Role.ADMINISTRATOR)


@pytest.fixture
def officer(make_user: MakeUser) -> User:
    return make_user(Role.OFFICER)


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status
    return str(response.content.decode())


def lend(giver: User, receiver: User) -> Delegation:
    day = timezone.localdate() + dt.timedelta(days=3)
    return delegations.delegate(giver.memberships.get(), by=giver, receiver=receiver, date_to=day, why="出差")


def test_the_list_of_accounts_names_roles_and_where_they_reach(boss: User, make_user: MakeUser) -> None:
    member = make_user(Role.MEMBER, OWN)
    page = text(browser_of(boss).get("/users/?role=member"))
    name = Organisation.objects.get(slug=OWN).name
    assert f"企业成员 · {name}" in page
    assert f'href="/users/{member.pk}/"' in page
    assert "operator" not in page  # who only stands for the command line is nobody to be found here


def test_the_list_takes_the_same_queries_however_many_there_are(boss: User, make_user: MakeUser) -> None:
    client, taken = browser_of(boss), []
    for more in (1, 6):
        for _ in range(more):
            make_user(Role.MEMBER, OWN)
            make_user(Role.SCOUT, circle="ring-harbour")
        client.get("/users/")
        with CaptureQueriesContext(connection) as captured:
            client.get("/users/")
        taken.append(len(captured))
    assert taken[0] == taken[1]


def test_a_role_is_given_and_taken_with_its_reason(boss: User, make_user: MakeUser) -> None:
    client, third = browser_of(boss), make_user()
    url = f"/users/{third.pk}/"
    given = {"do": "grant", "role": "scout", "circle": "ring-harbour"}
    page = text(client.post(url, given), 400)
    assert 'aria-invalid="true"' in page  # no reason
    assert '<option value="ring-harbour" selected' in page  # what was chosen stays
    assert "已保存" in text(client.post(url, {**given, "why": "调岗"}, follow=True))
    held = third.memberships.get()
    assert "收回角色要写理由" in text(client.post(url, {"do": "revoke", "membership": held.pk}), 400)
    client.post(url, {"do": "revoke", "membership": held.pk, "why": "离岗"})
    assert not third.memberships.exists()
    page = text(client.get(url))
    assert "调岗" in page
    assert "离岗" in page


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"do": "fly"},
        {"do": "revoke", "membership": "9" * 30, "why": "x"},
        {"do": "revoke", "membership": "²", "why": "x"},
        {"do": "grant", "role": "king", "why": "x"},
        {"do": "grant", "role": "member", "organisation": "no-such", "why": "x"},
        {"do": "grant", "role": "member", "organisation": "a\0b", "why": "x"},
        {"do": "grant", "role": "scout", "date_to": "2026-02-30", "why": "x"},
        {"do": "close", "why": "\0"},
    ],
)
def test_bad_input_changes_nothing(posted: dict[str, str], boss: User, make_user: MakeUser) -> None:
    third = make_user()
    before = (Membership.objects.count(), AuditEntry.objects.exclude(verb__contains="sign").count())
    text(browser_of(boss).post(f"/users/{third.pk}/", posted), 400)
    assert (Membership.objects.count(), AuditEntry.objects.exclude(verb__contains="sign").count()) == before
    third.refresh_from_db()
    assert third.is_active


def test_a_membership_of_somebody_else_is_not_taken_from_here(boss: User, make_user: MakeUser) -> None:
    third, other = make_user(), make_user(Role.SCOUT)
    posted = {"do": "revoke", "membership": other.memberships.get().pk, "why": "x"}
    assert "已经收回" in text(browser_of(boss).post(f"/users/{third.pk}/", posted), 400)
    assert other.memberships.exists()


@pytest.mark.parametrize(
    "address", ["/users/{}/", "/users/{}/data/", "/approvals/{}/", "/audit/{}/", "/desk/{}/"]
)
def test_numbers_that_are_nobodys_are_told_so(address: str, boss: User) -> None:
    client = browser_of(boss)
    for number in (ABSENT, TOO_LARGE, 10**40):
        text(client.get(address.format(number)), 404)


def test_forms_of_numbers_that_are_nobodys_are_told_so(boss: User) -> None:
    client = browser_of(boss)
    for number in (ABSENT, TOO_LARGE):
        for address in ("/users/{}/erase/", "/invitations/{}/withdraw/", "/account/delegations/{}/end/"):
            text(client.post(address.format(number), {"why": "x"}), 404)
    for number in ("987654", "9" * 40, "x", "²"):
        text(client.post("/account/act/", {"delegation": number}), 403)


def test_everybody_sees_their_own_account_and_nobody_anothers(officer: User, make_user: MakeUser) -> None:
    client, other = browser_of(officer), make_user()
    page = text(client.get(f"/users/{officer.pk}/"))
    assert "政策专员" in page
    assert "/data/" not in page.partition("<main")[2]  # one's own copy is asked for at one's own data
    text(client.get(f"/users/{other.pk}/"), 403)
    text(client.get(f"/users/{ABSENT}/"), 403)  # nor whether there is one


def test_from_the_invitation_to_the_first_page(boss: User, mailoutbox: Any) -> None:
    given = {"email": "mei@example.org", "name": "梅", "role": "member", "organisation": OWN, "days": "7"}
    page = text(browser_of(boss).post("/invitations/", given))
    link = re.search(r"http://testserver(/invitation/[^<\s]+)", page)
    assert link is not None
    assert link[1] in mailoutbox[0].body
    assert 'value="mei@example.org"' not in page  # the form is free for the next one
    stranger = Client()
    assert "mei@example.org" in text(stranger.get(link[1]))
    typed = {"display_name": "梅工", "username": "mei", "password": PASSWORD}
    page = text(stranger.post(link[1], typed), 400)
    assert 'value="梅工"' in page  # agreements are missing; what was typed stays
    assert PASSWORD not in page
    page = text(stranger.post(link[1], {**typed, "consent-account": "1"}, follow=True))
    assert "梅工" in page
    assert Membership.objects.get(user__username="mei").organisation == OWN
    text(Client().get(link[1]), 404)  # once
    text(stranger.get(link[1]), 404)


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "nobody"},
        {"role": "administrator"},
        {"organisation": "no-such"},
        {"organisation": ""},
        {"days": "0"},
        {"days": "9" * 30},
        {"circle": "moon"},
        {"name": "\0"},
    ],
)
def test_an_invitation_that_cannot_be_is_not_made(wrong: dict[str, str], boss: User, mailoutbox: Any) -> None:
    given = {"email": "a@example.org", "role": "member", "organisation": OWN, "days": "7", **wrong}
    text(browser_of(boss).post("/invitations/", given), 400)
    assert not Invitation.objects.exists()
    assert mailoutbox == []


def test_a_member_invites_to_the_own_company_and_sees_the_own_invitations(
    boss: User, make_user: MakeUser
) -> None:
    given = {"email": "a@example.org", "role": "scout", "days": "7"}
    browser_of(boss).post("/invitations/", given)
    member = browser_of(make_user(Role.MEMBER, OWN))
    page = text(member.get("/invitations/"))
    assert "a@example.org" not in page
    text(member.post("/invitations/", {**given, "role": "member", "organisation": OTHER}), 400)
    text(member.post("/invitations/", {**given, "role": "officer", "organisation": OWN}), 400)
    text(member.post(f"/invitations/{Invitation.objects.get().pk}/withdraw/"), 404)
    page = text(member.post("/invitations/", {**given, "role": "member", "organisation": OWN}))
    assert "尚未使用" in page


def test_acting_for_somebody_is_said_on_every_page_and_stops(officer: User, make_user: MakeUser) -> None:
    deputy = make_user()
    lent = lend(officer, deputy)
    client = browser_of(deputy)
    text(client.get(f"/organisations/{OWN}/edit/"), 403)
    client.post("/account/act/", {"delegation": lent.pk})
    assert "acting-banner" in text(client.get("/places/"))
    text(client.get(f"/organisations/{OWN}/edit/"))
    text(client.post("/account/delegations/", {"membership": 1, "receiver": "x", "why": "x"}), 403)
    client.post("/account/act/")
    assert "acting-banner" not in text(client.get("/places/"))
    text(client.get(f"/organisations/{OWN}/edit/"), 403)
    assert set(AuditEntry.objects.filter(verb__endswith="act_for").values_list("behalf", flat=True)) == {""}
    assert AuditEntry.objects.get(verb="core.stop_acting").behalf == officer.pseudonym


def test_a_delegation_that_ends_while_somebody_acts_ends_at_once(officer: User, make_user: MakeUser) -> None:
    deputy = make_user()
    lent = lend(officer, deputy)
    client = browser_of(deputy)
    client.post("/account/act/", {"delegation": lent.pk})
    assert browser_of(officer).post(f"/account/delegations/{lent.pk}/end/").status_code == 302
    assert "acting-banner" not in text(client.get("/account/delegations/"))
    typed = {"name": "新名", "why": "x", "seen": "x"}
    text(client.post(f"/organisations/{OWN}/edit/", typed), 403)
    text(client.post("/account/act/", {"delegation": lent.pk}), 403)


def test_a_role_is_lent_from_the_page(officer: User, make_user: MakeUser) -> None:
    deputy, client = make_user(), browser_of(officer)
    day = timezone.localdate() + dt.timedelta(days=3)
    given = {
        "membership": officer.memberships.get().pk,
        "receiver": deputy.username,
        "date_to": day,
        "why": "病假",
    }
    for wrong in (
        {"receiver": "nobody"},
        {"membership": ABSENT},
        {"date_to": "x"},
        {"why": ""},
        {"receiver": "\0"},
    ):
        page = text(client.post("/account/delegations/", {**given, **wrong}), 400)
        assert 'aria-invalid="true"' in page, wrong
    text(client.post("/account/delegations/", {**given, "receiver": officer.username}), 400)
    assert not Delegation.objects.exists()
    assert "病假" in text(client.post("/account/delegations/", given, follow=True))
    assert f"代 {officer} 办理" in text(browser_of(deputy).get("/account/delegations/"))


def ask(boss: User, third: User) -> Approval:
    browser_of(boss).post(f"/users/{third.pk}/", {"do": "grant", "role": "auditor", "why": "年审"})
    return Approval.objects.get()


def test_a_request_waits_on_the_desk_of_the_second_person_only(boss: User, make_user: MakeUser) -> None:
    asked = ask(boss, make_user())
    url = f"/approvals/{asked.pk}/"
    for role in (Role.AUDITOR, Role.ADMINISTRATOR):
        assert f'href="{url}"' in text(browser_of(make_user(role)).get("/desk/"))
    own = browser_of(boss)
    assert "没有等您办理的事项" in text(own.get("/desk/"))
    assert f'href="{url}"' in text(own.get("/desk/?show=own"))
    page = text(own.get(url))
    assert 'value="confirm"' not in page
    assert 'value="withdraw"' in page
    text(own.post(url, {"do": "confirm"}), 403)


def test_the_item_of_a_request_leads_to_its_page_and_is_not_settled_on_the_desk(
    boss: User, make_user: MakeUser
) -> None:
    from sanchuang.core.models import InboxItem

    asked = ask(boss, make_user())
    item = InboxItem.objects.get(role=Role.AUDITOR)
    auditor = browser_of(make_user(Role.AUDITOR))
    page = text(auditor.get(f"/desk/{item.pk}/"))
    assert f'href="/approvals/{asked.pk}/"' in page
    assert 'value="settle"' not in page
    auditor.post(f"/desk/{item.pk}/", {"do": "settle", "outcome": "done"})
    asked.refresh_from_db()
    assert asked.state == "open"


def test_confirmed_refused_and_decided_already(boss: User, make_user: MakeUser) -> None:
    third, auditor = make_user(), browser_of(make_user(Role.AUDITOR))
    asked = ask(boss, third)
    url = f"/approvals/{asked.pk}/"
    assert 'id="fault"' in text(auditor.post(url, {"do": "refuse", "answer": " \0"}), 400)
    text(auditor.post(url, {"do": "fly"}), 400)
    assert not third.memberships.exists()
    assert "已保存" in text(auditor.post(url, {"do": "confirm"}, follow=True))
    assert third.memberships.get().role == Role.AUDITOR
    text(auditor.post(url, {"do": "confirm"}), 400)
    assert f'href="{url}"' not in text(auditor.get("/desk/"))


def test_who_has_nothing_to_do_with_a_request_is_not_told_that_there_is_one(
    boss: User, make_user: MakeUser
) -> None:
    asked = ask(boss, make_user())
    text(browser_of(make_user(Role.OFFICER)).get(f"/approvals/{asked.pk}/"), 404)


def test_the_copy_of_the_own_data_is_a_file(officer: User) -> None:
    response = browser_of(officer).get(f"/users/{officer.pk}/data/")
    assert response.headers["Content-Disposition"].startswith('attachment; filename="personal-data-')
    held = json.loads(text(response))
    assert officer.username in json.dumps(held)
    assert "password" not in json.dumps(held)


def test_deletion_is_asked_for_with_a_reason_and_waits(officer: User, boss: User) -> None:
    client = browser_of(officer)
    text(client.post("/account/data/", {"do": "erase", "why": "\0"}), 400)
    text(client.post("/account/data/", {"do": "give", "purpose": "no-such"}), 400)
    assert "等待第二人确认" in text(
        client.post("/account/data/", {"do": "erase", "why": "离职"}, follow=True)
    )
    officer.refresh_from_db()
    assert officer.erased_at is None


def edited(organisation: Organisation, seen: str, **more: str) -> dict[str, str]:
    return {
        "name": organisation.name,
        "name_en": organisation.name_en,
        "industry": "",
        "address": organisation.address,
        "note": organisation.note,
        "why": "来电",
        "seen": seen,
        **more,
    }


def seen_in(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_two_people_edit_one_organisation(officer: User, make_user: MakeUser) -> None:
    """The second is told what the first changed, loses nothing of what was typed, and saves by sending it again."""
    url = f"/organisations/{OWN}/edit/"
    first, second = browser_of(officer), browser_of(make_user(Role.SCOUT))
    seen = seen_in(text(first.get(url)))
    theirs = edited(Organisation.objects.get(slug=OWN), seen)
    assert first.post(url, {**theirs, "address": "港口路 1 号"}).status_code == 302
    page = text(second.post(url, {**theirs, "address": "港口路 2 号", "note": "写了一半"}), 409)
    assert "港口路 1 号" in page
    assert 'value="港口路 2 号"' in page
    assert "写了一半" in page
    assert Organisation.objects.get(slug=OWN).address == "港口路 1 号"
    again = {**theirs, "address": "港口路 2 号", "note": "写了一半", "seen": seen_in(page)}
    assert seen_in(page) != seen
    assert second.post(url, again).status_code == 302
    assert Organisation.objects.get(slug=OWN).address == "港口路 2 号"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 5000},
        {"name": "a\0b"},
        {"industry": "no-such"},
        {"why": ""},
        {"why": "\0"},
        {"seen": ""},
        {"seen": "x" * 99},
    ],
)
def test_a_change_that_cannot_be_is_not_made(wrong: dict[str, str], officer: User) -> None:
    url, client = f"/organisations/{OWN}/edit/", browser_of(officer)
    before = Organisation.objects.get(slug=OWN)
    posted = edited(before, seen_in(text(client.get(url))), address="写了一半")
    page = text(client.post(url, {**posted, **wrong}), 400)
    assert 'value="写了一半"' in page
    assert Organisation.objects.get(slug=OWN).address == before.address


def test_the_trail_is_searched_and_given_as_a_file(boss: User, officer: User, make_user: MakeUser) -> None:
    third = make_user()
    browser_of(boss).post(f"/users/{third.pk}/", {"do": "grant", "role": "scout", "why": "调岗"})
    browser_of(officer).get("/needs/")  # read: noted
    auditor = browser_of(make_user(Role.AUDITOR))
    today = timezone.localdate().isoformat()
    row = AuditEntry.objects.get(verb="core.grant_role")
    for narrowed in (
        f"q={boss.username}&verb=core.grant_role",
        f"model=core.Membership&record={row.record}",
        f"request_={row.request}",
        f"verb=core.grant_role&first={today}&last={today}",
    ):
        assert f'href="/audit/{row.number}/"' in text(auditor.get(f"/audit/?{narrowed}")), narrowed
    for nothing in (
        "q=nobody",
        "request_=no",
        "first=2999-01-01",
        "q=%00",
        "record=%00",
        "model=x",
        "first=x",
    ):
        text(auditor.get(f"/audit/?{nothing}"))
    file = auditor.get("/audit/?verb=core.grant_role&_export=csv")
    rows = list(csv.reader(io.StringIO(b"".join(file).decode("utf-8-sig"))))
    assert len(rows) == 2
    assert "调岗" in rows[1]
    assert row.digest in rows[1]
    assert "调岗" in text(auditor.get(f"/audit/{row.number}/"))
    text(browser_of(officer).get("/audit/"), 403)


def test_readings_of_a_list_stand_in_the_trail_without_what_was_read(
    officer: User, make_user: MakeUser
) -> None:
    browser_of(officer).get("/needs/")
    row = AuditEntry.objects.get(verb__contains=".read_")
    assert row.actor == officer.pseudonym
    page = text(browser_of(make_user(Role.AUDITOR)).get(f"/audit/{row.number}/"))
    assert "/needs/" in page


def test_reading_the_accounts_of_others_is_itself_noted(
    tiny: Any, make_user: Callable[..., User], sign_in: Callable[..., Client]
) -> None:
    """On the list and on somebody's page; on one's own there is nothing to note."""
    from sanchuang.core.models import AuditEntry

    noted = AuditEntry.objects.filter(verb="core.read_accounts")
    other, auditor = make_user(), sign_in(Role.AUDITOR)
    auditor.get(f"/users/{auditor.session['_auth_user_id']}/")
    assert not noted.exists()
    auditor.get("/users/")
    assert noted[0].count > 1
    auditor.get(f"/users/{other.pk}/")
    assert (noted[0].model, noted[0].record) == ("core.User", str(other.pk))
