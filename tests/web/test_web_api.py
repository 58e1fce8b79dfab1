"""The interface for programs: who asks, what is told when something is wrong, pages, versions, languages, limits."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from programs import Program, problem

from sanchuang.core.accounts import actions as accounts
from sanchuang.core.api import limits
from sanchuang.core.models import ApiToken, AuditEntry, RateCount, User
from sanchuang.core.operator import operator
from sanchuang.core.roles import Role
from sanchuang.registry.models import Organisation
from sanchuang.web.api import description

OWN, OTHER = "999000011", "999000022"


@pytest.fixture
def officer(tiny: Any, make_user: Callable[..., User]) -> Program:
    return Program(make_user(Role.OFFICER))


# who asks ------------------------------------------------------------------------------------------------
def test_a_token_acts_as_its_owner(officer: Program) -> None:
    said = officer.get("me").json()
    assert said["username"] == officer.token.user.username
    assert said["roles"] == [{"role": "officer", "organisation": "", "circle": ""}]


def test_nobody_known_is_told_how_to_ask(tiny: Any) -> None:
    response = Client().get("/api/v1/organisations")
    said = problem(response, 401, "unknown-caller")
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert said["remedy"]


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer sct_wrong", "Basic b2ZmaWNlcjp4", "sct_x", "Bearer " + "x" * 9000]
)
def test_a_header_that_is_no_good_is_refused_also_beside_a_session(
    header: str, tiny: Any, make_user: Callable[..., User]
) -> None:
    client = Client(headers={"Authorization": header})
    client.force_login(make_user(Role.OFFICER))
    response = client.get("/api/v1/me")
    problem(response, 401, "unknown-caller")
    assert 'error="invalid_token"' in response["WWW-Authenticate"]


def test_a_revoked_an_expired_and_a_closed_owners_token_open_nothing(
    tiny: Any, make_user: Callable[..., User]
) -> None:
    from sanchuang.core.tokens.actions import revoke_token

    user = make_user(Role.OFFICER)
    revoked, expired, closed = Program(user), Program(user), Program(user)
    revoke_token(revoked.token, by=user)
    now = timezone.now()
    ApiToken.objects.filter(pk=expired.token.pk).update(made_at=now - dt.timedelta(days=2), expires_at=now)
    assert closed.get("me").status_code == 200
    accounts.close_account(user, by=operator(), why="x")
    for program in (revoked, expired, closed):
        problem(program.get("me"), 401, "unknown-caller")


def test_a_scope_narrows_what_the_owner_may_do(tiny: Any, make_user: Callable[..., User]) -> None:
    reader = Program(make_user(Role.OFFICER), "read")
    assert reader.get("organisations").status_code == 200
    response = reader.get("ledger/accounts")
    said = problem(response, 403, "scope")
    assert "ledger:read" in said["detail"]
    assert 'scope="ledger:read"' in response["WWW-Authenticate"]
    problem(reader.patch(f"organisations/{OWN}", {"why": "x"}), 403, "scope")


def test_a_scope_gives_nothing_that_the_owner_may_not_do(tiny: Any, make_user: Callable[..., User]) -> None:
    nobody = Program(make_user())
    said = problem(nobody.get("audit"), 403, "refused")
    assert said["remedy"]
    problem(nobody.patch(f"organisations/{OWN}", {"why": "x"}), 403, "refused")


def test_a_token_never_acts_as_a_deputy(tiny: Any, make_user: Callable[..., User]) -> None:
    from sanchuang.core.models import Delegation

    giver, receiver = make_user(Role.OFFICER), make_user()
    today = timezone.localdate()
    lent = Delegation.objects.create(
        giver=giver, receiver=receiver, role=Role.OFFICER, why="x", date_from=today, date_to=today
    )
    program = Program(receiver)
    program.client.force_login(receiver)
    session = program.client.session
    session["acting_for"] = lent.pk
    session.save()
    assert program.get("me").json()["roles"] == []
    problem(program.patch(f"organisations/{OWN}", {"why": "x"}), 403, "refused")
    del program.client.defaults["HTTP_AUTHORIZATION"]  # the session alone does act
    assert program.get("me").json()["roles"] == [{"role": "officer", "organisation": "", "circle": ""}]


def test_a_session_reads_and_needs_the_forms_token_to_change(
    tiny: Any, make_user: Callable[..., User]
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user(Role.OFFICER))
    assert client.get("/api/v1/me").status_code == 200
    send = {"data": json.dumps({"why": "x"}), "content_type": "application/json"}
    problem(client.patch(f"/api/v1/organisations/{OWN}", **send), 403, "refused")
    client.cookies["csrftoken"] = "a" * 32
    headers = {"X-CSRFToken": "a" * 32, "If-Match": "*"}
    assert client.patch(f"/api/v1/organisations/{OWN}", headers=headers, **send).status_code == 200


def test_when_a_token_was_used_is_written_at_most_once_a_minute(
    officer: Program, django_assert_num_queries: Any
) -> None:
    officer.get("me")
    used = ApiToken.objects.get().used_at
    assert used is not None
    officer.get("me")
    assert ApiToken.objects.get().used_at == used
    ApiToken.objects.update(used_at=used - dt.timedelta(minutes=2))
    officer.get("me")
    assert ApiToken.objects.get().used_at > used


# what is told when something is wrong --------------------------------------------------------------------
def test_problems_speak_the_callers_language_and_chinese_is_not_escaped(officer: Program) -> None:
    titles = set()
    for language, code in (("zh-Hans", "zh-hans"), ("zh-Hant", "zh-hant"), ("en", "en")):
        response = officer.get("organisations?limit=0", **{"Accept-Language": language})
        said = problem(response, 422, "invalid")
        assert response["Content-Language"] == code
        assert "\\u" not in response.content.decode("utf-8")
        titles.add(said["title"])
    assert len(titles) == 3


def test_every_fault_of_a_body_is_told_with_its_place(officer: Program) -> None:
    body = {"slug": "Wrong Slug", "kind": "castle", "name": "", "extra": 1, "short_names": [1]}
    said = problem(officer.post("organisations", body), 422, "invalid")
    places = [error["location"] for error in said["errors"]]
    for place in (["slug"], ["kind"], ["name"], ["source"], ["extra"], ["short_names", 0]):
        assert ["body", *place] in places
    assert all(error["message"] for error in said["errors"])


def test_what_an_act_refuses_is_told_with_its_remedy(officer: Program) -> None:
    body = {"slug": OWN, "kind": "company", "name": "新", "source": "x"}
    said = problem(officer.post("organisations", body), 400, "unfit")
    assert said["detail"]
    assert said["remedy"]


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b"{", 400, "unreadable"),
        (b"\xff\xfe", 400, "unreadable"),
        (b'{"name": NaN}', 400, "unreadable"),
        (b'{"name": 1, "name": 2}', 400, "unreadable"),
        (b"[" * 100_000, 400, "unreadable"),
        (b"[" * 50 + b"]" * 50, 422, "invalid"),
        (b'{"name": "a\\u0000"}', 422, "invalid"),
        (b'{"name": "\\ud800"}', 422, "invalid"),
        (b'{"\\udfff": 1}', 422, "invalid"),
        (b'{"name": ' + b"9" * 5000 + b"}", 422, "invalid"),
        (b'{"name": 1e999}', 422, "invalid"),
        (b"[]", 422, "invalid"),
        (b"null", 422, "invalid"),
    ],
)
def test_a_hostile_body_is_told_what_is_wrong(body: bytes, status: int, kind: str, officer: Program) -> None:
    problem(officer.post("organisations", body), status, kind)
    assert Organisation.objects.filter(pack="").count() == 0


@pytest.mark.parametrize(
    "path",
    [
        "organisations?limit=0",
        "organisations?limit=201",
        "organisations?limit=many",
        "organisations?offset=-1",
        "organisations?offset=1000001",
        "organisations?limit=" + "9" * 6000,
        "organisations?offset=" + "9" * 30,
        "organisations?q=%00",
        "organisations?q=" + "a" * 81,
        "organisations?unknown=1",
        "organisations?limit=1&limit=2",
        "organisations?synthetic=perhaps",
        "organisations?kind=castle",
        "ledger/transfers/0",
        "ledger/transfers/-1",
        "ledger/transfers/" + "9" * 6000,
        "ledger/transfers/a",
        "audit?after=" + "9" * 30,
    ],
)
def test_nonsense_in_an_address_is_told_what_is_wrong(
    path: str, tiny: Any, make_user: Callable[..., User]
) -> None:
    problem(Program(make_user(Role.ADMINISTRATOR)).get(path), 422, "invalid")


@pytest.mark.parametrize("path", ["nothing", "organisations/", "organisations/%00", "organisations/none", ""])
def test_an_address_that_is_not_there_is_no_page(path: str, officer: Program) -> None:
    problem(officer.get(path), 404, "absent")
    response = Client().get(f"/api/v1/{path}")
    assert response.status_code in (401, 404)
    assert response["Content-Type"] == "application/problem+json"


def test_a_method_that_is_not_there_says_which_are(officer: Program) -> None:
    response = officer.send("DELETE", f"organisations/{OWN}", {})
    problem(response, 405, "method")
    assert set(response["Allow"].split(", ")) == {"GET", "PATCH"}
    said = response.json()
    assert "DELETE" in said["detail"]
    assert "PATCH" in said["remedy"]
    assert "/api/v1/openapi.json" in officer.get("nothing").json()["remedy"]


def test_a_body_of_another_type_is_not_read(officer: Program) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk"):
        response = officer.client.post("/api/v1/organisations", "{}", content_type=kind)
        problem(response, 415, "media-type")


def test_a_body_that_is_too_large_is_not_read(officer: Program) -> None:
    problem(officer.post("organisations", b"x" * (2_621_440 + 1)), 413, "too-large")
    response = officer.client.post(
        "/api/v1/organisations",
        "{}",
        content_type="application/json",
        headers={"Transfer-Encoding": "chunked"},
    )
    problem(response, 411, "length-required")


def test_a_fault_of_ours_is_a_problem_too(officer: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any, **_kwargs: Any) -> Any:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("sanchuang.registry.api.organisations.queries.organisations", broken)
    officer.client.raise_request_exception = False
    response = officer.get("organisations")
    problem(response, 500, "fault")
    assert "secret" not in response.content.decode()


# pages ---------------------------------------------------------------------------------------------------
def test_pages_meet_without_gap_or_overlap(officer: Program) -> None:
    whole = [each["id"] for each in officer.get("organisations").json()["items"]]
    found, address = [], "/api/v1/organisations?limit=3&offset=0"
    while address:
        page = officer.client.get(address).json()
        assert page["count"] == len(whole)
        found += [each["id"] for each in page["items"]]
        address = page["next"]
    assert found == whole
    assert officer.get("organisations?offset=1000000").json()["items"] == []


def test_filters_narrow_and_the_next_page_keeps_them(officer: Program) -> None:
    page = officer.get("organisations?kind=company&limit=1").json()
    assert page["count"] < officer.get("organisations").json()["count"]
    assert "kind=company" in page["next"]
    assert officer.get("organisations?q=Stim").json()["items"][0]["id"] == OWN


# versions ------------------------------------------------------------------------------------------------
def test_a_record_that_is_unchanged_is_not_sent_again(officer: Program) -> None:
    etag = officer.get(f"organisations/{OWN}")["ETag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        response = officer.get(f"organisations/{OWN}", **{"If-None-Match": known})
        assert (response.status_code, response.content) == (304, b"")
        assert response["ETag"] == etag
    assert officer.get(f"organisations/{OWN}", **{"If-None-Match": '"other"'}).status_code == 200


def test_a_change_names_the_version_that_it_changes(officer: Program) -> None:
    etag = officer.get(f"organisations/{OWN}")["ETag"]
    change = {"address": "港口路 1 号", "why": "来函"}
    problem(officer.patch(f"organisations/{OWN}", change), 428, "version-required")
    problem(officer.patch(f"organisations/{OWN}", change, **{"If-Match": '"other"'}), 412, "stale")
    done = officer.patch(f"organisations/{OWN}", change, **{"If-Match": etag})
    assert done.status_code == 200
    assert done.json()["address"] == "港口路 1 号"
    assert done["ETag"] == officer.get(f"organisations/{OWN}")["ETag"] != etag
    problem(officer.patch(f"organisations/{OWN}", change, **{"If-Match": etag}), 412, "stale")
    row = AuditEntry.objects.get(verb="registry.change_organisation")
    assert row.actor == officer.token.user.pseudonym
    assert row.why == "来函"


def test_a_change_leaves_what_is_not_named(officer: Program) -> None:
    before = officer.get(f"organisations/{OWN}").json()
    etag = officer.get(f"organisations/{OWN}")["ETag"]
    after = officer.patch(f"organisations/{OWN}", {"name": "新名", "why": "x"}, **{"If-Match": etag}).json()
    assert after["name"] == "新名"
    assert after["industry"] == before["industry"]
    assert {"name": before["name"], "kind": "former"}.items() <= next(
        each for each in after["names"] if each["kind"] == "former"
    ).items()


def test_somebody_who_is_faster_between_reading_and_writing_is_noticed(
    officer: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sanchuang.registry.api import organisations

    etag = officer.get(f"organisations/{OWN}")["ETag"]
    seen = organisations.must_match

    def late(*args: Any) -> str:
        version = seen(*args)
        Organisation.objects.filter(slug=OWN).update(address="faster")
        return version

    monkeypatch.setattr(organisations, "must_match", late)
    change = {"address": "slower", "why": "x"}
    problem(officer.patch(f"organisations/{OWN}", change, **{"If-Match": etag}), 412, "stale")
    assert Organisation.objects.get(slug=OWN).address == "faster"


# confidential --------------------------------------------------------------------------------------------
def test_reading_what_not_everybody_may_see_is_noted(officer: Program) -> None:
    for path, verb in (
        ("organisations/999000011/facts", "registry.read_facts"),
        ("organisations/999000011/advice", "registry.read_advice"),
        ("needs", "registry.read_need_terms"),
        ("needs/n-sonar", "registry.read_need_terms"),
    ):
        before = AuditEntry.objects.filter(verb=verb).count()
        assert officer.get(path).status_code == 200
        assert AuditEntry.objects.filter(verb=verb).count() == before + 1


def test_advice_is_what_the_command_gives(officer: Program) -> None:
    from sanchuang.core.advice import advise
    from sanchuang.core.advice_data import tree
    from sanchuang.registry.advice import subject_of

    on = dt.date(2026, 3, 1)
    expected = tree(advise(subject_of(Organisation.objects.get(slug=OWN), on)))
    said = officer.get(f"organisations/{OWN}/advice?on=2026-03-01").json()
    assert said == json.loads(json.dumps(expected, default=str))
    problem(officer.get(f"organisations/{OWN}/advice?on=9999-01-01"), 400, "unfit")


def test_a_member_claims_a_fact_and_an_officer_grades(tiny: Any, make_user: Callable[..., User]) -> None:
    member = Program(make_user(Role.MEMBER, OWN))
    fact = {"name": "staff", "value": "12", "source": "自报", "evidence": "claimed", "period": "2024"}
    made = member.post(f"organisations/{OWN}/facts", fact)
    assert made.status_code == 201
    assert (made.json()["value"], made.json()["evidence"]) == (12, "claimed")
    assert member.client.get(made["Location"]).json() == made.json()
    problem(member.post(f"organisations/{OWN}/facts", {**fact, "evidence": "paid"}), 403, "refused")
    said = member.post(f"organisations/{OWN}/facts", {**fact, "evidence": "sure"})
    problem(said, 422, "invalid")
    assert " or " not in said.json()["errors"][0]["message"]
    assert "claimed、" in said.json()["errors"][0]["message"]
    problem(member.post(f"organisations/{OWN}/facts", {**fact, "value": "很多"}), 400, "unfit")
    problem(member.post(f"organisations/{OTHER}/facts", fact), 403, "refused")


# limits --------------------------------------------------------------------------------------------------
@pytest.fixture
def few(settings: Any) -> Any:
    limits.forget()
    settings.API_RATE, settings.API_STRANGER_RATE = 5, 3
    yield
    limits.forget()


def test_too_many_requests_are_told_to_wait(few: None, officer: Program) -> None:
    answers = [officer.get("me").status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]
    response = officer.get("me")
    problem(response, 429, "too-many")
    assert 1 <= int(response["Retry-After"]) <= 60


def test_other_tokens_of_one_person_count_together_and_other_people_apart(
    few: None, tiny: Any, make_user: Callable[..., User]
) -> None:
    user = make_user()
    one, two, other = Program(user), Program(user), Program(make_user())
    answers = [program.get("me").status_code for program in (one, two, one, two, one, two)]
    assert answers == [200] * 5 + [429]
    assert other.get("me").status_code == 200


def test_strangers_count_by_address(few: None, tiny: Any) -> None:
    assert [Client().get("/api/v1/me").status_code for _ in range(4)] == [401] * 3 + [429]
    assert Client(REMOTE_ADDR="10.9.8.7").get("/api/v1/me").status_code == 401


def test_the_count_holds_over_several_processes(few: None, officer: Program) -> None:
    answers = []
    for _ in range(6):
        limits.forget()  # as another process, which remembers nothing
        answers.append(officer.get("me").status_code)
    assert answers == [200] * 5 + [429]


def test_a_new_window_begins_anew(few: None, officer: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(6):
        officer.get("me")
    now = limits.time.time()
    monkeypatch.setattr(limits.time, "time", lambda: now + limits.WINDOW)
    assert officer.get("me").status_code == 200
    assert RateCount.objects.count() == 1


# the description -----------------------------------------------------------------------------------------
def test_the_description_is_valid_openapi_3_1() -> None:
    said = description()
    assert said["openapi"] == "3.1.0"
    names = [each["operationId"] for methods in said["paths"].values() for each in methods.values()]
    assert len(names) == len(set(names))
    text = json.dumps(said)
    for reference in set(re.findall(r'"#/components/schemas/([^"]+)"', text)):
        assert reference in said["components"]["schemas"]


def test_each_shape_has_its_own_name() -> None:
    """Two of one name would hide each other in the description."""
    from sanchuang.core.api.schemas import Asked, Told

    def below(shape: type) -> list[type]:
        return [found for each in shape.__subclasses__() for found in (each, *below(each))]

    ours = [each for each in {*below(Told), *below(Asked)} if each.__module__.startswith("sanchuang.")]
    names = [each.__name__ for each in ours]
    assert sorted(names) == sorted(set(names))


def test_the_page_for_people_explains_every_problem_and_address(tiny: Any) -> None:
    from sanchuang.core.api.problems import KINDS

    page = Client().get("/api/").content.decode()
    for kind in KINDS:
        assert f'id="{kind}"' in page
    for address in description()["paths"]:
        assert address in page
