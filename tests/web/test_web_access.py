"""Who may open which page: every address of the site has a row here, and a row fails when it is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from sample_files import pdf
from sanchuang.core.roles import Role

OWN, OTHER = "999000011", "999000022"  # two companies of the tiny pack
FILE = 902  # a paper of the first company
ITEM = 901  # an inbox item that waits for the pack's editor

# Everybody who might come: nobody signed in, somebody who is nothing here, and each role. A member belongs
# to one company; the others' roles reach over the district.
STRANGER, NOBODY, OWN_MEMBER, OTHER_MEMBER = (
    "stranger",
    "nobody",
    "member of the company",
    "another company's member",
)
PEOPLE: dict[str, tuple[str | None, str]] = {
    NOBODY: (None, ""),
    OWN_MEMBER: (Role.MEMBER, OWN),
    OTHER_MEMBER: (Role.MEMBER, OTHER),
    **{role.value: (role, "") for role in Role if role is not Role.MEMBER},
}
SIGNED_IN = frozenset(PEOPLE)
EVERYBODY = SIGNED_IN | {STRANGER}
STAFF = frozenset({Role.OFFICER.value, Role.SCOUT.value, Role.AUDITOR.value, Role.ADMINISTRATOR.value})
OUTSIDERS = SIGNED_IN - STAFF - {OWN_MEMBER}


@dataclass(frozen=True)
class Address:
    """Who may open an address; everybody else is refused, strangers are sent to the sign-in page.

    `ok` is the answer to those who may; to those in `hidden` the address looks absent. `posted` is what a form sends,
    None for a page that is only read.
    """

    may: frozenset[str]
    kwargs: dict[str, str | Callable[[], str]] = field(default_factory=dict)
    ok: int = 200
    posted: dict[str, str] | None = None
    hidden: frozenset[str] = frozenset()
    at: str = ""  # the address itself, of one without a name


def key_of_company() -> str:
    """The primary key of the first company, which the load gives."""
    from sanchuang.registry.models import Organisation

    return str(Organisation.objects.get(slug=OWN).pk)


ADDRESSES: dict[str, Address] = {
    "home": Address(SIGNED_IN),
    "admin/login/": Address(frozenset(), at="/admin/login/"),
    "sign-in": Address(frozenset({STRANGER})),
    "sign-out": Address(SIGNED_IN, ok=302, posted={}),
    "set-language": Address(EVERYBODY, ok=302, posted={"language": "en", "next": "/"}),
    "set-theme": Address(EVERYBODY, ok=302, posted={"theme": "dark", "next": "/"}),
    "guide": Address(EVERYBODY),
    "guide-chapter": Address(EVERYBODY, {"chapter": "start"}),
    "charts": Address(SIGNED_IN),
    "search": Address(SIGNED_IN),
    "search-suggestions": Address(SIGNED_IN),
    "desk": Address(SIGNED_IN),
    "desk-item": Address(
        frozenset({Role.EDITOR.value, Role.AUDITOR.value, Role.ADMINISTRATOR.value}), {"number": str(ITEM)}
    ),
    "report": Address(SIGNED_IN),
    "attachment": Address(STAFF | {OWN_MEMBER}, {"number": str(FILE)}, hidden=OUTSIDERS),
    "attachment-remove": Address(
        frozenset({Role.OFFICER.value, Role.SCOUT.value, Role.ADMINISTRATOR.value}),
        {"number": str(FILE)},
        hidden=OUTSIDERS,
    ),
    "attachment-add": Address(
        STAFF | {OWN_MEMBER}, {"model": "registry.organisation", "key": key_of_company}, hidden=OUTSIDERS
    ),
    "advice": Address(STAFF | {OWN_MEMBER}, {"slug": OWN}),
    "registry:organisations": Address(SIGNED_IN),
    "registry:organisation": Address(SIGNED_IN, {"slug": OWN}),
    "registry:results": Address(SIGNED_IN),
    "registry:result": Address(SIGNED_IN, {"slug": "r-sonar"}),
    "registry:needs": Address(SIGNED_IN),
    "registry:need": Address(SIGNED_IN, {"slug": "n-sonar"}),
    "registry:places": Address(SIGNED_IN),
    "registry:place": Address(SIGNED_IN, {"slug": "ring-harbour"}),
    "registry:map": Address(SIGNED_IN),
    "registry:people": Address(SIGNED_IN),
    "registry:person": Address(SIGNED_IN, {"slug": "kari"}),
    "registry:mechanisms": Address(SIGNED_IN),
    "registry:mechanism": Address(SIGNED_IN, {"slug": "harbour-ring"}),
    "registry:figures": Address(SIGNED_IN),
    "registry:figure": Address(SIGNED_IN, {"slug": "ring-members"}),
    "registry:industries": Address(SIGNED_IN),
    "registry:fact-definitions": Address(SIGNED_IN),
    "laws": Address(SIGNED_IN),
    "law": Address(SIGNED_IN, {"key": "enquiry.days"}),
    "policies:list": Address(SIGNED_IN),
    "policies:policy": Address(SIGNED_IN, {"slug": "shared_boat"}),
}


def addresses(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """The names of all addresses below `resolver`; one without a name shows as its pattern."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver) and pattern.namespace == "admin":
            continue  # Django's admin has its own test below
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from addresses(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}" if pattern.name else f"{prefix}{pattern.pattern}"


def url_of(name: str) -> str:
    """The address that the row `name` is about."""
    address = ADDRESSES[name]
    kwargs = {key: value() if callable(value) else value for key, value in address.kwargs.items()}
    return address.at or reverse(name, kwargs=kwargs)


def ask(client: Client, name: str) -> Any:
    """Open the address as a browser does."""
    address = ADDRESSES[name]
    url = url_of(name)
    response = client.get(url) if address.posted is None else client.post(url, address.posted)
    if response.streaming:
        assert b"".join(response.streaming_content)  # to its end, which closes the file
    return response


def test_every_address_of_the_site_has_its_row() -> None:
    """An address that is not listed above is one whose refusals nobody tests."""
    assert sorted(addresses(get_resolver())) == sorted(ADDRESSES)


@pytest.fixture
def item(tiny: Any) -> None:
    """Something that the system put, and that waits for the editor."""
    from sanchuang.core.models import InboxItem
    from sanchuang.core.operator import operator

    said = {"record": "place:port", "names": {"zh-hans": "港口"}, "value": {}, "source": "", "part": ""}
    said |= {"wrong": "写错了", "right": "", "seen": ""}
    InboxItem.objects.create(
        pk=ITEM, key="report:1", kind="report", data=said, role=Role.EDITOR, made_by=operator()
    )


@pytest.fixture
def file(tiny: Any, settings: Any, tmp_path: Path) -> None:
    """A paper of the first company, which the system uploaded."""
    from sanchuang.core import attachments
    from sanchuang.core.models import Attachment
    from sanchuang.core.operator import operator
    from sanchuang.registry.models import Organisation

    settings.VAR = tmp_path
    with attachments.Upload.of("a.pdf", [pdf()]) as upload:
        made = attachments.add(Organisation.objects.get(slug=OWN), by=operator(), upload=upload)
    Attachment.objects.filter(pk=made.pk).update(id=FILE)


@pytest.mark.usefixtures("item", "file")
@pytest.mark.parametrize("name", ADDRESSES)
def test_a_page_opens_to_those_who_may_and_to_nobody_else(
    name: str, tiny: Any, sign_in: Callable[..., Client]
) -> None:
    """Refusals are 403; who is signed in already is led from the sign-in page to their desk."""
    address = ADDRESSES[name]
    answers = {person: ask(sign_in(*who), name).status_code for person, who in PEOPLE.items()}
    refusal = 302 if name == "sign-in" else 403
    expected = dict.fromkeys(PEOPLE, refusal) | dict.fromkeys(address.hidden, 404)
    assert answers == expected | dict.fromkeys(address.may & SIGNED_IN, address.ok)


@pytest.mark.usefixtures("item", "file")
@pytest.mark.parametrize("name", ADDRESSES)
def test_a_stranger_is_sent_to_sign_in_and_then_back(name: str, tiny: Any) -> None:
    """Nothing but the sign-in page and the choice of language is open to strangers."""
    response = ask(Client(), name)
    address = ADDRESSES[name]
    if STRANGER in address.may:
        assert response.status_code == address.ok
    else:
        assert response.status_code == 302
        back = "/admin/" if name == "admin/login/" else url_of(name)
        assert response["Location"] == f"/sign-in/?next={back}"


def test_a_record_shows_no_fact_to_another_company(tiny: Any, sign_in: Callable[..., Client]) -> None:
    """The record's page is open, its facts are not; the page says who may see them."""
    url = reverse("registry:organisation", args=[OWN])
    shown = sign_in(Role.MEMBER, OWN).get(url).content.decode()
    hidden = sign_in(Role.MEMBER, OTHER).get(url).content.decode()
    assert "facts-table" in shown
    assert "facts-table" not in hidden
    assert "您不能查看这家机构的事实。" in hidden


def test_a_closed_account_may_nothing(tiny: Any, make_user: Callable[..., Any]) -> None:
    """Somebody who left is a stranger at the next click."""
    user = make_user(Role.ADMINISTRATOR)
    client = Client()
    client.force_login(user)
    user.is_active = False
    user.save()
    assert client.get("/").status_code == 302


def test_a_role_ends_with_its_last_day(tiny: Any, make_user: Callable[..., Any]) -> None:
    """A member whose membership ended sees the company's advice no more."""
    import datetime as dt

    client = Client()
    client.force_login(make_user(Role.MEMBER, OWN, date_to=dt.date(2020, 1, 1)))
    assert client.get(reverse("advice", args=[OWN])).status_code == 403


@pytest.mark.parametrize(
    "path", ["", "core/user/", "core/user/1/change/", "registry/fact/", "password_change/", "no/such/"]
)
def test_the_admin_turns_away_who_is_no_staff(path: str, tiny: Any, sign_in: Callable[..., Client]) -> None:
    """Strangers come to the one door, an officer is told who may."""
    officer = sign_in(Role.OFFICER)
    for client, status in ((Client(), 200), (officer, 403)):
        response = client.get(f"/admin/{path}", follow=True)
        assert (response.status_code, bool(response.redirect_chain)) == (status, True)
    assert "可以的人：审计员、管理员" in officer.get("/admin/login/").content.decode()
