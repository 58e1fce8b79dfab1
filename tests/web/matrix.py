"""The permission matrix: every address × everybody who might come × own, foreign and absent record.

A row says what each must get; `test_web_matrix.py` asks for every cell. A new address joins `ROWS`, and fails until it does.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse
from django.utils import timezone

from sanchuang.core.roles import Role

OWN, OTHER = "999000011", "999000022"  # two companies; the first lies in the circle, the second in none
CIRCLE = "ring-harbour"
ABSENT = 987_654

STRANGER, NOBODY, CIRCLE_SCOUT, DEPUTY = "stranger", "no role", "scout of the circle", "deputy of an officer"
PEOPLE: dict[str, tuple[str | None, str, str]] = {
    NOBODY: (None, "", ""),
    CIRCLE_SCOUT: (Role.SCOUT, "", CIRCLE),
    DEPUTY: (None, "", ""),
    **{
        role.value: (role, OWN if role in (Role.MEMBER, Role.RESEARCHER, Role.FUND_MANAGER) else "", "")
        for role in Role
    },
    Role.PROVIDER.value: (Role.PROVIDER, OWN, ""),
    Role.ORGANISER.value: (Role.ORGANISER, OWN, ""),
}
WHICH = ("own", "foreign", "absent")

ALL = frozenset(PEOPLE)
EVERYBODY = ALL | {STRANGER}
INSIDERS = frozenset({"member", "researcher", "fund_manager", "provider", "organiser"})
DISTRICT = frozenset({"officer", DEPUTY, "scout", "auditor", "administrator"})
HERE = DISTRICT | INSIDERS | {CIRCLE_SCOUT}
OVERSEERS = frozenset({"auditor", "administrator"})
CHANGERS = frozenset({"officer", DEPUTY, "scout", "administrator"})
MERGERS = frozenset({"officer", DEPUTY, "administrator"})
OFFICERS = frozenset({"officer", DEPUTY})
BOOKKEEPERS = OFFICERS | OVERSEERS  # who see the whole ledger
NONE: frozenset[str] = frozenset()

Kwargs = Callable[["World", str, str], dict[str, Any]]


@dataclass(frozen=True)
class Row:
    """What an address answers.

    `may` says for an own, a foreign and an absent record who is let in (one set for an address without a record); they
    get `ok`, for an absent record 404. Others get `refusal`, strangers are sent to the sign-in page. `but` names cells
    that differ. `posted` is what a form sends, `sent` what a program does, by the method of the row's key.
    """

    may: frozenset[str] | Mapping[str, frozenset[str]]
    kwargs: Kwargs | None = None
    ok: int = 200
    refusal: int = 403
    posted: Mapping[str, str] | None = None
    sent: Mapping[str, Any] | None = None
    stranger: int = 302
    but: Mapping[tuple[str, str], int] = field(default_factory=dict)
    shows: str = ""  # words that only some of those who are let in read: `shown` says who
    shown: Mapping[str, frozenset[str]] = field(default_factory=dict)
    name: str = ""  # of the address, where a row has another name

    @property
    def records(self) -> tuple[str, ...]:
        """Which records the row is asked with."""
        return tuple(self.may) if isinstance(self.may, Mapping) else ("",)

    def expected(self, person: str, which: str) -> tuple[int, bool]:
        """The status of the answer to `person` for that record, and whether it shows what not everybody reads."""
        return self._status(person, which), which != "absent" and person in self.shown.get(which, ())

    def _status(self, person: str, which: str) -> int:
        if (person, which) in self.but:
            return self.but[person, which]
        may = self.may[which] if isinstance(self.may, Mapping) else self.may
        if person in may:
            return 404 if which == "absent" else self.ok
        return self.stranger if person == STRANGER else self.refusal


def everywhere(
    own: frozenset[str], foreign: frozenset[str], absent: frozenset[str] = ALL
) -> dict[str, frozenset[str]]:
    """Who is let in, by record."""
    return {"own": own, "foreign": foreign, "absent": absent}


def slug(own: str, foreign: str, name: str = "slug") -> Kwargs:
    """The identifiers of an own and a foreign record."""
    return lambda _world, _person, which: {name: {"own": own, "foreign": foreign}.get(which, "no-such")}


def one(**kwargs: Any) -> Kwargs:
    """The same record whoever asks; an absent one beside it."""
    (name, value), *_more = kwargs.items()
    return lambda _world, _person, which: {name: value if which == "foreign" else "no-such"}


OPEN = {"foreign": ALL, "absent": ALL}


def district_wide(may: frozenset[str]) -> dict[str, frozenset[str]]:
    """Who is let in to records that are nobody's own; the others do not learn which of them there are."""
    return {"foreign": may, "absent": may}


def number(find: Callable[[World, str, str], int]) -> Kwargs:
    """The number of a record that `find` gives."""
    return lambda world, person, which: {
        "number": ABSENT if which == "absent" else find(world, person, which)
    }


COMPANY = slug(OWN, OTHER)
FACTS = everywhere(HERE, DISTRICT)
REMOVERS = {(p, "own"): 404 for p in ALL - HERE} | {(p, "foreign"): 404 for p in ALL - DISTRICT}


class World:
    """People and records for one test; what belongs to somebody is made when it is asked for."""

    def __init__(self, make_user: Callable[..., Any]) -> None:
        from sanchuang.core.models import Delegation, User
        from sanchuang.registry.models import Organisation

        Organisation.objects.filter(slug=OTHER).update(circle=None)
        User.objects.exclude(pack="").update(is_active=False)
        self.users = {}
        for person, (role, organisation, circle) in PEOPLE.items():
            self.users[person] = make_user(role, organisation, circle=circle) if role else make_user()
        self.boss = make_user(Role.ADMINISTRATOR)  # somebody else, to whom what is foreign belongs
        self.third = make_user()
        giver = make_user(Role.OFFICER)
        self.lent = Delegation.objects.create(
            giver=giver, receiver=self.users[DEPUTY], role=Role.OFFICER, why="x", **self.days
        )
        self.client = Client()  # one for all, so that the middleware is made once
        self.clients = {person: self._client(person) for person in (*PEOPLE, STRANGER)}

    @cached_property
    def days(self) -> dict[str, dt.date]:
        """Today, as first and last day."""
        return {"date_from": timezone.localdate(), "date_to": timezone.localdate()}

    def _client(self, person: str) -> Client:
        client = Client()
        if person != STRANGER:
            client.force_login(self.users[person])
        if person == DEPUTY:
            session = client.session
            session["acting_for"] = self.lent.pk
            session.save()
        return client

    def holder(self, person: str, which: str) -> Any:
        """To whom the record belongs."""
        return self.users[person] if which == "own" and person in self.users else self.boss

    def user(self, person: str, which: str) -> int:
        """An account."""
        return self.holder(person, which).pk if which == "own" else self.third.pk

    def invitation(self, person: str, which: str) -> int:
        """An invitation that somebody made."""
        from sanchuang.core.models import Invitation

        return Invitation.objects.create(
            email="a@example.org",
            role=Role.MEMBER,
            organisation=OWN,
            token_digest=f"{person} {which}",
            made_by=self.holder(person, which),
            valid_to=timezone.localdate(),
        ).pk

    def token(self, person: str, which: str) -> str:
        """The secret part of an invitation's link."""
        from sanchuang.core.accounts.invitations import invite

        if which == "absent":
            return "no-such"
        return invite(by=self.boss, email="a@example.org", role="scout")[1]

    def delegation(self, person: str, which: str) -> int:
        """A delegation that somebody gave."""
        from sanchuang.core.models import Delegation

        return Delegation.objects.create(
            giver=self.holder(person, which), receiver=self.third, role=Role.SCOUT, why="x", **self.days
        ).pk

    def approval(self, person: str, which: str) -> int:
        """A request for a second person."""
        from sanchuang.core import approvals

        given = {"role": "auditor", "organisation": "", "circle": "", "date_from": "", "date_to": ""}
        return approvals.ask(
            by=self.holder(person, which), act="core.grant_role", record=self.third, given=given, why="x"
        ).pk

    def item(self, person: str, which: str) -> int:
        """An inbox item: for oneself, or for the pack's editor."""
        from sanchuang.core.models import InboxItem

        said = {"record": "place:port", "names": {"zh-hans": "港口"}, "value": {}, "source": "", "part": ""}
        said |= {"wrong": "写错了", "right": "", "seen": ""}
        waits = {"user": self.holder(person, which)} if which == "own" else {"role": Role.EDITOR}
        return InboxItem.objects.create(
            key=f"{person} {which}", kind="report", data=said, made_by=self.boss, **waits
        ).pk

    def file(self, person: str, which: str) -> int:
        """A paper of the own or the foreign company."""
        from sample_files import pdf
        from sanchuang.core import attachments
        from sanchuang.core.operator import operator
        from sanchuang.registry.models import Organisation

        organisation = Organisation.objects.get(slug=OWN if which == "own" else OTHER)
        with attachments.Upload.of("a.pdf", [pdf()]) as upload:
            return attachments.add(organisation, by=operator(), upload=upload).pk

    def company(self, person: str, which: str) -> dict[str, str]:
        """How an address of attachments names a company."""
        from sanchuang.registry.models import Organisation

        found = Organisation.objects.filter(slug={"own": OWN, "foreign": OTHER}.get(which, "")).first()
        return {"model": "registry.organisation", "key": str(found.pk if found else ABSENT)}

    def account(self, person: str, which: str) -> Any:
        """An account of the own or the foreign company."""
        from sanchuang.ledger.posting import open_account
        from sanchuang.registry.models import Organisation

        owner = Organisation.objects.get(slug=OWN if which == "own" else OTHER)
        return open_account("sample-account", name="x", kind="party", owner=owner, overdraft=True)

    def moved(self, person: str, which: str) -> Any:
        """A transfer from that account to one of the district, with a reservation behind it."""
        from sanchuang.core.operator import operator
        from sanchuang.ledger import posting
        from sanchuang.ledger.models import Memo
        from sanchuang.values import Yuan

        company, district = (
            self.account(person, which),
            posting.open_account("district", name="y", kind="treasury"),
        )
        memo = Memo.objects.create(title="sample reason")
        more = {"by": operator(), "reason": memo, "why": "sample reason"}
        made = posting.transfer(company, district, Yuan.of(2), **more)
        posting.reserve(company, district, Yuan.of(1), **more)
        return made

    def received(self, person: str, which: str) -> int:
        """A file that was taken in."""
        from sanchuang.core.attachments import Upload
        from sanchuang.core.operator import operator
        from sanchuang.registry.imports import actions

        with Upload.of("a.csv", ["企业名称\n甲\n".encode()]) as upload:
            return actions.receive(upload, by=operator(), kind="organisations", source="x").pk

    def reserved(self, person: str, which: str) -> int:
        """The number of that reservation."""
        from sanchuang.ledger.models import Transfer

        self.moved(person, which)
        return Transfer.objects.filter(kind="reserve").order_by("-pk")[0].pk

    def fact(self, person: str, which: str) -> dict[str, Any]:
        """A fact of the own or the foreign company, as its address names it."""
        from sanchuang.core.operator import operator
        from sanchuang.registry.actions import record_fact
        from sanchuang.registry.models import Organisation
        from sanchuang.values import Evidence, Period

        slug = OTHER if which == "foreign" else OWN
        said = {"name": "staff", "value": "5", "source": "x", "period": Period.parse("2024")}
        organisation = Organisation.objects.get(slug=slug)
        made = record_fact(by=operator(), organisation=organisation, evidence=Evidence.CLAIMED, **said)
        return {"slug": slug, "number": ABSENT if which == "absent" else made.pk}

    def program(self, person: str, which: str) -> int:
        """A token of somebody."""
        from sanchuang.core.models import ApiToken

        return ApiToken.objects.create(
            user=self.holder(person, which),
            name="x",
            scopes=["read"],
            digest=f"{person} {which}",
            expires_at=timezone.now() + dt.timedelta(days=1),
        ).pk

    def webhook(self, person: str, which: str) -> int:
        """A webhook of somebody."""
        from sanchuang.core.models import Webhook

        return Webhook.objects.create(
            user=self.holder(person, which), url="https://receiver.example.org/", after=0
        ).pk

    def entry(self, person: str, which: str) -> int:
        """A row of the audit trail; the load of the pack left one."""
        return 1

    def acting(self, person: str, which: str) -> str:
        """The number of a delegation that somebody received."""
        from sanchuang.core.models import Delegation

        if which == "absent":
            return str(ABSENT)
        receiver = self.users.get(person, self.third) if which == "own" else self.third
        return str(
            Delegation.objects.create(
                giver=self.lent.giver, receiver=receiver, role=Role.OFFICER, why="x", **self.days
            ).pk
        )

    def ask(self, key: str, person: str, which: str) -> tuple[int, bool]:
        """The status with which the address answers, and whether the answer shows what not everybody reads."""
        row, client = ROWS[key], self.client
        client.cookies = self.clients[person].cookies.copy()  # signing out leaves the others signed in
        kwargs = row.kwargs(self, person, which) if row.kwargs else {}
        posted = dict(row.posted) if row.posted is not None else None
        if key == "act-for POST delegation":
            posted = {"delegation": self.acting(person, which)}
        if key == "invite POST":
            posted["organisation"] = OWN if which == "own" else OTHER
        name = row.name or key.partition(" ")[0]
        url = name if name.startswith("/") else reverse(name, kwargs=kwargs)
        if row.sent is not None:
            method, body = key.split(" ")[1], json.dumps(row.sent)
            headers = {"If-Match": "*"}
            response = client.generic(method, url, body, content_type="application/json", headers=headers)
        else:
            response = client.get(url) if posted is None else client.post(url, posted)
        if response.streaming:
            b"".join(response.streaming_content)  # to its end, which closes the file
            return int(response.status_code), False
        return int(response.status_code), bool(row.shows) and row.shows in response.content.decode()


def beside(make: Callable[[World, str, str], Any]) -> Kwargs:
    """An address without a record, while there is an own or a foreign one that `make` makes."""

    def kwargs(world: World, person: str, which: str) -> dict[str, Any]:
        make(world, person, which)
        return {}

    return kwargs


MONEY = everywhere(BOOKKEEPERS | INSIDERS, BOOKKEEPERS)
LEDGER = {"own": BOOKKEEPERS | INSIDERS, "foreign": BOOKKEEPERS | INSIDERS}
MEMBERS = frozenset({"member"})
INVITERS = MEMBERS | {"administrator"}
GRADERS = OFFICERS | {"administrator"}
ANSWERERS = CHANGERS | INSIDERS | {CIRCLE_SCOUT}
LEARNERS = CHANGERS | {"auditor", CIRCLE_SCOUT}
ANSWER = {"side": "result", "other": "r-sonar", "answer": "worth"}
NEW_FACT = {"name": "staff", "value": "5", "source": "x", "evidence": "claimed", "period": "2024"}
# Whoever may not see a transfer cannot tell whether there is one; whoever may see it learns who may move money.
SETTLERS = {(p, "own"): 403 for p in INSIDERS | OVERSEERS} | {(p, "foreign"): 403 for p in OVERSEERS}
ADMINISTRATOR = frozenset({"administrator"})
THEIRS = everywhere(ALL - {DEPUTY}, ADMINISTRATOR)
NOT_THEIRS = {(DEPUTY, "own"): 403, ("auditor", "foreign"): 403}


def api(may: frozenset[str] | Mapping[str, frozenset[str]], kwargs: Kwargs | None = None, **more: Any) -> Row:
    """An address for programs: strangers are told that it is not known who asks."""
    return Row(may, kwargs, stranger=401, **more)


MAIL_FIRST = 302  # pages of the sign-in send on whoever does not come from the page before

ROWS: dict[str, Row] = {
    "home": Row(ALL),
    "admin/login/": Row(NONE, name="/admin/login/"),
    "sign-in": Row(frozenset({STRANGER}), refusal=302),
    "account_login": Row(frozenset({STRANGER}), refusal=302),
    "sign-out": Row(ALL, ok=302, posted={}),
    "mfa_authenticate": Row(EVERYBODY, ok=MAIL_FIRST),
    "account_inactive": Row(EVERYBODY),
    "account_reset_password": Row(EVERYBODY),
    "account_reset_password_done": Row(EVERYBODY),
    "account_reset_password_from_key": Row(EVERYBODY, lambda *_: {"uidb36": "1", "key": "no-such-key"}),
    "account_reset_password_from_key_done": Row(EVERYBODY),
    "account_confirm_email": Row(EVERYBODY, lambda *_: {"key": "no-such-key"}),
    "socialaccount_login_cancelled": Row(EVERYBODY),
    "openid_connect_login": Row(EVERYBODY, lambda *_: {"provider_id": "none"}, ok=404),
    "openid_connect_callback": Row(EVERYBODY, lambda *_: {"provider_id": "none"}, ok=404),
    "account": Row(ALL),
    "mfa_index": Row(ALL),
    "account_email": Row(ALL),
    "account_reauthenticate": Row(ALL, ok=MAIL_FIRST),
    "mfa_reauthenticate": Row(ALL, ok=MAIL_FIRST),
    "account_change_password": Row(ALL, ok=MAIL_FIRST),
    "account_set_password": Row(ALL, ok=MAIL_FIRST),
    "mfa_activate_totp": Row(ALL, ok=MAIL_FIRST),
    "mfa_deactivate_totp": Row(NONE, refusal=404),
    "mfa_view_recovery_codes": Row(NONE, refusal=404),
    "mfa_generate_recovery_codes": Row(ALL, ok=MAIL_FIRST),
    "mfa_download_recovery_codes": Row(NONE, refusal=404),
    "socialaccount_connections": Row(ALL),
    "notifications": Row(ALL),
    "set-language": Row(EVERYBODY, ok=302, posted={"language": "en", "next": "/"}),
    "set-theme": Row(EVERYBODY, ok=302, posted={"theme": "dark", "next": "/"}),
    "guide": Row(EVERYBODY),
    "guide-chapter": Row(EVERYBODY, lambda *_: {"chapter": "start"}),
    "charts": Row(ALL),
    "search": Row(ALL),
    "search-suggestions": Row(ALL),
    "desk": Row(ALL),
    "desk-item": Row(everywhere(ALL, OVERSEERS | {"editor"}), number(World.item)),
    "report": Row(ALL),
    "advice": Row(FACTS, COMPANY),
    "advice-pdf": Row(FACTS, COMPANY),
    "calendar": Row(ALL),
    "laws": Row(ALL),
    "law": Row(OPEN, one(key="enquiry.days")),
    "policies:list": Row(ALL),
    "policies:policy": Row(OPEN, one(slug="shared_boat")),
    "registry:organisations": Row(ALL),
    "registry:organisation": Row(everywhere(ALL, ALL), COMPANY, shows="facts-table", shown=FACTS),
    "registry:edit-organisation": Row(everywhere(CHANGERS | {CIRCLE_SCOUT}, CHANGERS), COMPANY),
    "registry:edit-organisation POST": Row(
        everywhere(CHANGERS | {CIRCLE_SCOUT}, CHANGERS), COMPANY, ok=400, posted={"name": ""}
    ),
    "registry:merge-organisation": Row(everywhere(MERGERS, MERGERS), COMPANY),
    "registry:merge-organisation POST": Row(everywhere(MERGERS, MERGERS), COMPANY, posted={"why": "x"}),
    "registry:duplicates": Row(MERGERS),
    "registry:imports": Row(BOOKKEEPERS),
    "registry:imports POST": Row(MERGERS, ok=400, posted={"kind": ""}),
    "registry:import": Row(district_wide(BOOKKEEPERS), number(World.received)),
    "registry:import POST": Row(
        district_wide(MERGERS),
        number(World.received),
        ok=400,
        posted={"act": ""},
        but={("auditor", "absent"): 404},  # who sees all imports
    ),
    "registry:import-progress": Row(district_wide(BOOKKEEPERS), number(World.received)),
    "registry:import-faults": Row(district_wide(MERGERS), number(World.received)),
    "registry:export": Row(district_wide(BOOKKEEPERS), one(kind="people")),
    "registry:results": Row(ALL),
    "registry:result": Row(OPEN, one(slug="r-sonar")),
    # The only need is of the own company, which lies in the circle: its budget is for those who may see its facts.
    "registry:needs": Row(ALL, shows="40万", shown={"": HERE}),
    "registry:need": Row(OPEN, one(slug="n-sonar"), shows="40万", shown={"foreign": HERE}),
    "registry:answer-match POST": Row(
        {"foreign": ANSWERERS, "absent": ALL}, one(slug="n-sonar"), ok=302, posted=ANSWER
    ),
    "registry:matching": Row(LEARNERS),
    "registry:matching POST": Row(GRADERS, ok=400, posted={"act": "learn"}),
    "registry:places": Row(ALL),
    "registry:place": Row(OPEN, one(slug=CIRCLE)),
    "registry:map": Row(ALL),
    "registry:people": Row(ALL),
    "registry:person": Row(OPEN, one(slug="kari")),
    "registry:mechanisms": Row(ALL),
    "registry:mechanism": Row(OPEN, one(slug="harbour-ring")),
    "registry:figures": Row(ALL),
    "registry:figure": Row(OPEN, one(slug="ring-members")),
    "registry:industries": Row(ALL),
    "registry:fact-definitions": Row(ALL),
    # Whoever may not see a record's papers cannot tell whether there are any.
    "attachment": Row(FACTS, number(World.file), refusal=404),
    "attachment-remove": Row(
        everywhere(CHANGERS | {CIRCLE_SCOUT}, CHANGERS), number(World.file), but=REMOVERS
    ),
    "attachment-add": Row(FACTS, lambda w, p, which: w.company(p, which), refusal=404),
    "users": Row(OVERSEERS),
    "user": Row(everywhere(ALL, OVERSEERS, OVERSEERS), number(World.user)),
    "user POST": Row(
        everywhere(frozenset({"administrator"}), frozenset({"administrator"}), frozenset({"administrator"})),
        number(World.user),
        ok=302,
        posted={"do": "close", "why": "x"},
        but={("auditor", "absent"): 404},
    ),
    "export-person": Row(
        everywhere(ALL - {DEPUTY}, frozenset({"administrator"}), frozenset({"administrator"})),
        number(World.user),
    ),
    "erase-person POST": Row(
        everywhere(*[frozenset({"administrator"})] * 3), number(World.user), ok=302, posted={"why": "x"}
    ),
    "invite": Row(INVITERS),
    "invite POST": Row(
        {"own": INVITERS, "foreign": INVITERS},
        posted={"email": "a@example.org", "role": "member", "days": "7"},
        but={("member", "foreign"): 400},
    ),
    "withdraw-invitation POST": Row(
        everywhere(INVITERS, INVITERS, INVITERS),
        number(World.invitation),
        ok=302,
        posted={},
        but={("member", "foreign"): 404},
    ),
    "accept-invitation": Row(
        {"foreign": frozenset({STRANGER}), "absent": frozenset({STRANGER})},
        lambda w, p, which: {"token": w.token(p, which)},
        refusal=404,
    ),
    "delegations": Row(ALL),
    "delegations POST": Row(ALL - {DEPUTY}, ok=400, posted={"why": "x"}),
    "end-delegation POST": Row(
        everywhere(ALL, frozenset({"administrator"})),
        number(World.delegation),
        ok=302,
        refusal=404,
        posted={},
    ),
    "act-for POST": Row(ALL, ok=302, posted={}),
    "act-for POST delegation": Row(everywhere(ALL, NONE, NONE), ok=302, posted={}),
    "own-data": Row(ALL),
    "own-data POST": Row(ALL - {DEPUTY}, ok=302, posted={"do": "give", "purpose": "mail"}),
    "approval": Row(everywhere(ALL, OVERSEERS), number(World.approval), refusal=404),
    "approval POST": Row(
        everywhere(NONE, OVERSEERS),
        number(World.approval),
        ok=302,
        refusal=404,
        posted={"do": "confirm"},
        but={(person, "own"): 403 for person in ALL},
    ),
    "ledger:accounts": Row(LEDGER, beside(World.account), shows="sample-account", shown=MONEY),
    "ledger:transfers": Row(LEDGER, beside(World.moved), shows="sample reason", shown=MONEY),
    "ledger:reservations": Row(LEDGER, beside(World.moved), shows="sample reason", shown=MONEY),
    # Whoever may not see an account cannot tell whether there is one.
    "ledger:account": Row(
        MONEY,
        lambda w, p, which: {"code": "no-such" if which == "absent" else w.account(p, which).code},
        refusal=404,
    ),
    "ledger:transfer": Row(MONEY, number(lambda w, p, which: w.moved(p, which).pk), refusal=404),
    "ledger:transfer POST": Row(
        everywhere(OFFICERS, OFFICERS),
        number(lambda w, p, which: w.moved(p, which).pk),
        ok=302,
        refusal=404,
        posted={"do": "reverse", "why": "x", "key": "k"},
        but={(p, "own"): 403 for p in INSIDERS | OVERSEERS} | {(p, "foreign"): 403 for p in OVERSEERS},
    ),
    "ledger:memo": Row(MONEY, number(lambda w, p, which: int(w.moved(p, which).record)), refusal=404),
    "ledger:budgets": Row(BOOKKEEPERS),
    "ledger:balance": Row(BOOKKEEPERS),
    "ledger:balance POST": Row(OFFICERS, ok=400, posted={}),
    "ledger:open": Row(OFFICERS),
    "ledger:open POST": Row(OFFICERS, ok=400, posted={"name": ""}),
    "ledger:move": Row(OFFICERS),
    "ledger:move POST": Row(OFFICERS, ok=400, posted={"amount": ""}),
    "healthz": Row(EVERYBODY),
    "readyz": Row(EVERYBODY),
    "metrics": Row(
        EVERYBODY
    ),  # in a demonstration, from this machine; test_web_signs.py asks for the refusals
    "audit": Row(OVERSEERS),
    "audit-entry": Row({"foreign": OVERSEERS, "absent": OVERSEERS}, number(World.entry)),
}
ROWS |= {
    "api-docs": Row(EVERYBODY),
    "api-description": Row(EVERYBODY),
    "tokens": Row(ALL),
    "tokens POST": Row(ALL - {DEPUTY}, ok=400, posted={"name": ""}),
    "revoke-token POST": Row(THEIRS, number(World.program), ok=302, refusal=404, posted={}, but=NOT_THEIRS),
    "webhooks": Row(ALL),
    "webhooks POST": Row(ADMINISTRATOR | {"officer", "member"}, ok=400, posted={"url": ""}),
    "webhook": Row(everywhere(ALL, OVERSEERS), number(World.webhook), refusal=404),
    "webhook POST": Row(
        THEIRS, number(World.webhook), ok=302, refusal=404, posted={"do": "end"}, but=NOT_THEIRS
    ),
    "api:me": api(ALL),
    "api:organisations": api(ALL),
    "api:organisations POST": api(
        CHANGERS, ok=201, sent={"slug": "new", "kind": "company", "name": "x", "source": "x"}
    ),
    "api:organisation": api(everywhere(ALL, ALL), COMPANY),
    "api:organisation PATCH": api(
        everywhere(CHANGERS | {CIRCLE_SCOUT}, CHANGERS), COMPANY, sent={"why": "x", "address": "y"}
    ),
    "api:facts": api(FACTS, COMPANY),
    "api:facts POST": api(everywhere(GRADERS | INSIDERS, GRADERS), COMPANY, ok=201, sent=NEW_FACT),
    "api:facts POST graded": api(
        everywhere(GRADERS, GRADERS), COMPANY, ok=201, sent={**NEW_FACT, "evidence": "paid"}
    ),
    "api:fact": api(everywhere(HERE, DISTRICT, HERE), lambda w, p, which: w.fact(p, which)),
    "api:advice": api(FACTS, COMPANY),
    "api:people": api(ALL),
    "api:person": api(OPEN, one(slug="kari")),
    "api:places": api(ALL),
    "api:place": api(OPEN, one(slug=CIRCLE)),
    "api:results": api(ALL),
    "api:result": api(OPEN, one(slug="r-sonar")),
    "api:needs": api(ALL, shows='"budget":{"fen":40000000', shown={"": HERE}),
    "api:need": api(OPEN, one(slug="n-sonar"), shows='"budget":{"fen":40000000', shown={"foreign": HERE}),
    "api:need-matches": api(OPEN, one(slug="n-sonar")),
    "api:text-matches": api(ALL, name="/api/v1/matches?text=x"),
    "api:result-matches": api(OPEN, one(slug="r-sonar")),
    "api:organisation-matches": api(OPEN, one(slug=OWN)),
    "api:match-answers POST": api(
        {"foreign": ANSWERERS, "absent": ALL},
        one(slug="n-sonar"),
        ok=201,
        sent={"kind": "result", "other": "r-sonar", "answer": "worth"},
    ),
    "api:mechanisms": api(ALL),
    "api:mechanism": api(OPEN, one(slug="harbour-ring")),
    "api:figures": api(ALL),
    "api:figure": api(OPEN, one(slug="ring-members")),
    "api:industries": api(ALL),
    "api:industry": api(OPEN, one(code="03")),
    "api:fact-definitions": api(ALL),
    "api:fact-definition": api(OPEN, one(name="staff")),
    "api:policies": api(ALL),
    "api:policy": api(OPEN, one(slug="shared_boat")),
    "api:accounts": api(LEDGER, beside(World.account), shows="sample-account", shown=MONEY),
    "api:accounts POST": api(
        OFFICERS, ok=201, sent={"series": "new-account", "name": "x", "kind": "treasury"}
    ),
    "api:account": api(
        MONEY,
        lambda w, p, which: {"code": "no-such" if which == "absent" else w.account(p, which).code},
        refusal=404,
    ),
    "api:entries": api(
        MONEY,
        lambda w, p, which: {"code": "no-such" if which == "absent" else w.account(p, which).code},
        refusal=404,
    ),
    "api:transfers": api(LEDGER, beside(World.moved), shows="sample reason", shown=MONEY),
    "api:transfers POST": api(
        OFFICERS,
        beside(World.moved),
        ok=201,
        sent={"debit": "district", "credit": "sample-account", "fen": 1, "title": "x"},
    ),
    "api:transfer": api(MONEY, number(lambda w, p, which: w.moved(p, which).pk), refusal=404),
    "api:reservations": api(LEDGER, beside(World.moved), shows="sample-account", shown=MONEY),
    "api:reservations POST": api(
        OFFICERS,
        beside(World.moved),
        ok=201,
        sent={"debit": "district", "credit": "sample-account", "fen": 1, "title": "x"},
    ),
    **{
        f"api:{act} POST": api(
            everywhere(OFFICERS, OFFICERS),
            number(find),
            ok=201,
            refusal=404,
            sent={"why": "x"},
            but=SETTLERS,
        )
        for act, find in (
            ("post", World.reserved),
            ("release", World.reserved),
            ("reverse", lambda w, p, which: w.moved(p, which).pk),
        )
    },
    "api:trial-balance": api(BOOKKEEPERS),
    "api:inbox": api(ALL),
    "api:inbox-item": api(everywhere(ALL, OVERSEERS | {"editor"}), number(World.item), refusal=404),
    "api:search": api(ALL),
    "api:audit": api(OVERSEERS),
    "api:audit-entry": api({"foreign": OVERSEERS, "absent": OVERSEERS}, number(World.entry)),
}
# Django's admin, list by list: closed to everybody but those who may look behind the pages.
for _model in admin.site._registry:
    _name = f"admin:{_model._meta.app_label}_{_model._meta.model_name}_changelist"
    ROWS[_name] = Row(OVERSEERS, refusal=302)


def addresses(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """The names of all addresses below `resolver`; one without a name shows as its pattern."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver) and pattern.namespace == "admin":
            continue  # its lists are rows, its other pages lie behind the same door
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from addresses(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}" if pattern.name else f"{prefix}{pattern.pattern}"


def refused(key: str) -> Iterator[tuple[str, str]]:
    """The cells of a row that a looser permission could change: somebody signed in is not let in, or not shown all."""
    row = ROWS[key]
    for person, which in cells(key):
        status, shown = row.expected(person, which)
        if person != STRANGER and (status != row.ok or (row.shows and not shown)):
            yield person, which


def cells(key: str) -> Iterator[tuple[str, str]]:
    """Everybody who asks in a row, with each record."""
    for which in ROWS[key].records:
        for person in (*PEOPLE, STRANGER):
            yield person, which
