"""What is confidential is so in every way it is asked: by record, by list, by field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from sanchuang.core import confidential
from sanchuang.core.audit.snapshots import snapshot
from sanchuang.core.models import ApiToken, Delivery, InboxItem, Invitation, User, Webhook
from sanchuang.core.operator import operator
from sanchuang.core.roles import Role
from sanchuang.ledger import posting
from sanchuang.ledger.models import Memo
from sanchuang.registry.models import Fact, Need, Organisation
from sanchuang.values import Yuan

pytestmark = pytest.mark.usefixtures("tiny")
OWN, OTHER, CIRCLE = "999000011", "999000022", "ring-harbour"
REACHES = [
    ("", ""),
    *((role, "") for role in Role),
    *((role, OWN) for role in Role),
    (Role.SCOUT, "circle"),
    (Role.SCOUT, "another circle"),
]


@pytest.fixture
def records(tiny: Any, make_user: Callable[..., Any]) -> None:
    """Records of every confidential kind: of the own company, another's, nobody's."""
    Organisation.objects.filter(slug=OTHER).update(circle=None)
    need = Need.objects.get(slug="n-sonar")
    for slug, organisation in (("n-other", Organisation.objects.get(slug=OTHER)), ("n-nobody", None)):
        need.pk, need.slug, need.organisation = None, slug, organisation
        need.save()
    boss = make_user(Role.ADMINISTRATOR)
    for number, waits in enumerate(
        (
            {"user": boss},
            {"role": Role.EDITOR},
            {"role": Role.MEMBER, "organisation": OWN},
            {"role": Role.SCOUT},
        )
    ):
        InboxItem.objects.create(key=f"{number}", kind="report", made_by=boss, **waits)
    Invitation.objects.create(
        email="a@example.org", role=Role.SCOUT, token_digest="x", made_by=boss, valid_to="2030-01-01"
    )
    for number, user in enumerate((boss, make_user(Role.MEMBER, OWN))):
        ApiToken.objects.create(
            user=user,
            name="x",
            scopes=["read"],
            digest=f"{number}",
            expires_at=timezone.now() + timedelta(days=1),
        )
        hook = Webhook.objects.create(user=user, url="https://receiver.example.org/", after=0)
        Delivery.objects.create(webhook=hook, entry=1)
    pay(boss)


def pay(by: User) -> None:
    """Transfers and reservations from the district to both companies, each explained by a memo; one memo explains nothing."""
    purse = posting.open_account("purse", name="x", kind="treasury", overdraft=True)
    for slug in (OWN, OTHER):
        owner = Organisation.objects.get(slug=slug)
        account = posting.open_account(f"of-{slug}", name="x", kind="party", owner=owner)
        given = {"by": by, "reason": Memo.objects.create(title=slug)}
        posting.transfer(purse, account, Yuan.of(2), **given)
        posting.reserve(purse, account, Yuan.of(1), **given)
    posting.transfer(purse, posting.open_account("own", name="x", kind="budget"), Yuan.of(1), **given)
    Memo.objects.create(title="explains nothing")


@pytest.mark.parametrize(("role", "where"), REACHES)
@pytest.mark.usefixtures("records")
def test_a_list_and_a_record_give_the_same_answer(
    role: str, where: str, make_user: Callable[..., Any]
) -> None:
    """The rows in the database's terms are those whose permission says yes, for everybody and every kind."""
    if "circle" in where:
        user = make_user(role, circle=CIRCLE if where == "circle" else "elsewhere")
    else:
        user = make_user(role, where) if role else make_user()
    for label, kind in confidential.kinds().items():
        model = confidential_model(label)
        by_rows = set(model.objects.filter(kind.rows(user)).values_list("pk", flat=True))
        by_permission = {record.pk for record in model.objects.all() if confidential.may_see(user, record)}
        assert by_rows == by_permission, label
        if confidential.may_see_all(user, label):
            assert len(by_rows) == model.objects.count(), label


def confidential_model(label: str) -> Any:
    from django.apps import apps

    return apps.get_model(label)


def test_every_kind_is_met_by_the_records_above() -> None:
    """A new confidential kind joins `records`, or the test above says nothing of it."""
    assert set(confidential.kinds()) == {
        "core.ApiToken",
        "core.Delivery",
        "core.InboxItem",
        "core.Invitation",
        "core.User",
        "core.Webhook",
        "ledger.Account",
        "ledger.Memo",
        "ledger.Reservation",
        "ledger.Transfer",
        "registry.Fact",
        "registry.Need",
    }


@pytest.mark.usefixtures("records")
def test_what_is_hidden_is_empty_in_memory_and_stays_in_the_database(make_user: Callable[..., Any]) -> None:
    """Nothing drawn or computed from such a record can show it; the sum of what was kept is as it was."""
    stranger = make_user()
    before = {need.pk: snapshot(need) for need in Need.objects.all()}
    for need in confidential.visible(stranger, Need.objects.all()):
        assert (need.budget, need.deadline) == (None, None)
        assert confidential.hidden_fields(stranger, need) == {"budget", "deadline"}
    assert {need.pk: snapshot(need) for need in Need.objects.all()} == before


def test_a_record_that_is_hidden_as_a_whole_is_left_out(make_user: Callable[..., Any]) -> None:
    assert Fact.objects.exists()
    assert not confidential.visible(make_user(), Fact.objects.all()).exists()
    assert confidential.visible(make_user(Role.AUDITOR), Fact.objects.all()).count() == Fact.objects.count()


def test_the_operator_sees_everything(make_user: Callable[..., Any]) -> None:
    user = operator()
    assert all(confidential.may_see_all(user, label) for label in confidential.kinds())
    assert str(confidential.visible(make_user(), User.objects.filter(pk=user.pk))[0])
