"""Two rows of one organisation become one: what goes over, what stays readable, what is refused."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from sanchuang.core import audit, confidential
from sanchuang.core.accounts.handing_over import roles
from sanchuang.core.audit.verifying import verify as verify_trail
from sanchuang.core.errors import Conflict, Refused
from sanchuang.core.history import history
from sanchuang.core.inbox.queries import waiting_for
from sanchuang.core.models import AuditEntry, Delegation, InboxItem, Membership
from sanchuang.core.operator import operator
from sanchuang.core.pack.load import load_pack
from sanchuang.core.permissions import forget_roles
from sanchuang.core.roles import Role
from sanchuang.core.search import search
from sanchuang.ledger import posting
from sanchuang.ledger.models import Account
from sanchuang.ledger.verifying import verify as verify_ledger
from sanchuang.registry import actions, merging
from sanchuang.registry.duplicates import How, Roll
from sanchuang.registry.facts import company_facts
from sanchuang.registry.models import Fact, MatchFeedback, Need, Organisation, PersonRole
from sanchuang.registry.queries import find_organisation, organisations
from sanchuang.registry.queries.inventory import inventory
from sanchuang.values import Evidence, Malformed, Period

TINY = Path(__file__).parents[1] / "packs" / "tiny"
KEPT, MERGED = "999000022", "999000011"  # the company of code, and the company of fish
WHY = "same licence"


def pair() -> tuple[Organisation, Organisation]:
    """Who stays and who is merged, as they are now."""
    return Organisation.every.get(slug=KEPT), Organisation.every.get(slug=MERGED)


def merge(by: Any = None, **more: Any) -> Organisation:
    """Merge the two; both have codes, so it must be confirmed."""
    kept, merged = pair()
    return actions.merge_organisations(
        by=by or operator(), kept=kept, merged=merged, why=WHY, **{"force_codes": True, **more}
    )


@pytest.mark.usefixtures("tiny")
def test_what_goes_over(make_user: Callable[..., Any]) -> None:
    actions.record_fact(
        by=operator(), organisation=pair()[1], name="staff", value="15", source="report",
        evidence=Evidence.REGISTERED, period=Period.parse("2025"),
    )  # fmt: skip
    member = make_user(Role.MEMBER, MERGED)
    inbox_item = InboxItem.objects.create(
        key="k", kind="core.approval", role=Role.MEMBER, organisation=MERGED, made_by=operator()
    )
    kept = merge()
    merged = Organisation.every.get(slug=MERGED)
    assert (merged.merged_into, merged.merged_on) == (kept, timezone.localdate())
    assert {name.name: name.kind for name in kept.names.all()}["北海鱼群公司"] == "former"
    assert {need.slug for need in kept.needs.all()} == {"n-sonar"}
    assert {role.title for role in kept.people.all()} == {"顾问"}
    assert kept.circle is not None
    assert kept.place is not None  # taken over, for it had none
    assert [value.value for name, value in company_facts([kept], dt.date(2026, 1, 1))[kept.pk].known()
            if name == "staff"][-1] == 15  # fmt: skip
    forget_roles(member)
    assert member.has_perm("registry.view_facts", kept)
    inbox_item.refresh_from_db()
    assert inbox_item.organisation == KEPT
    assert inbox_item in waiting_for(member)
    assert verify_trail().holds


@pytest.mark.usefixtures("tiny")
def test_of_the_same_fact_the_survivors_stands_and_the_other_is_readable() -> None:
    kept, merged = pair()
    own = Fact.objects.get(organisation=kept, name="staff", period="2024")
    other = Fact.objects.get(organisation=merged, name="staff", period="2024")
    assert own.value != other.value
    merge()
    other.refresh_from_db()
    assert other.organisation == merged
    assert list(Fact.objects.filter(organisation=kept, name="staff", period="2024")) == [own]
    assert Fact.objects.filter(organisation=kept, name="staff", period="2023").exists()
    left = AuditEntry.objects.get(verb="registry.leave_fact", record=str(other.pk))
    assert left.before["value"] == other.value
    assert left.why == WHY


@pytest.mark.usefixtures("tiny")
def test_the_merged_one_is_nowhere_and_its_names_and_codes_lead_to_the_survivor() -> None:
    before = inventory().organisations["company"].synthetic
    kept = merge()
    assert MERGED not in {each.slug for each in organisations()}
    assert inventory().organisations["company"].synthetic == before - 1
    for text in (MERGED, "北海鱼群公司", "Nordhav Stim AS", KEPT):
        assert find_organisation(text) == kept, text
        assert kept in organisations(text=text), text
    hits = [hit.id for hit in search("北海鱼群公司", operator()).hits if hit.kind == "organisation"]
    assert hits == [KEPT]
    roll = Roll.read()
    assert [(each.pk, each.how) for each in roll.find(MERGED, [])] == [(kept.pk, How.CODE)]
    assert [each.pk for each in roll.find(None, ["北海鱼群公司"])] == [kept.pk]


@pytest.mark.usefixtures("tiny")
def test_both_histories_stand_on_the_survivors_page() -> None:
    actions.rename_organisation(
        by=operator(), organisation=pair()[1], name="新鱼群公司", on=dt.date(2026, 1, 1), why="old reason"
    )
    kept = merge()
    told = [f"{event}" for event in history(kept, operator())]
    assert any("old reason" in line for line in told)
    assert any("新鱼群公司" in line and "合并" in line for line in told)
    assert AuditEntry.objects.filter(verb="registry.merge_organisations").count() == 2


@pytest.mark.usefixtures("tiny")
def test_what_is_refused(make_user: Callable[..., Any]) -> None:
    kept, merged = pair()
    for role in (Role.SCOUT, Role.MEMBER, Role.AUDITOR):
        with pytest.raises(Refused):
            merge(make_user(role, KEPT if role == Role.MEMBER else ""))
    with pytest.raises(Malformed, match="代码"):
        merge(force_codes=False)
    with pytest.raises(Malformed):
        actions.merge_organisations(by=operator(), kept=kept, merged=merged, why=" ", force_codes=True)
    with pytest.raises(Malformed):
        actions.merge_organisations(by=operator(), kept=kept, merged=kept, why=WHY)
    real = actions.create_organisation(by=operator(), slug="r", kind="company", name="真", source="x")
    with pytest.raises(Malformed):
        actions.merge_organisations(by=operator(), kept=real, merged=merged, why=WHY)
    merge(make_user(Role.OFFICER))
    with pytest.raises(Malformed):
        merge()
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.every.filter(pk=kept.pk).update(merged_into=kept, merged_on=dt.date(2026, 1, 1))


@pytest.mark.usefixtures("tiny")
def test_a_form_that_is_too_old_changes_nothing() -> None:
    kept, merged = pair()
    seen = (audit.version_of(kept), audit.version_of(merged))
    actions.rename_organisation(by=operator(), organisation=merged, name="别名", on=dt.date(2026, 1, 1))
    with pytest.raises(Conflict):
        merge(seen=seen)
    assert Organisation.objects.filter(slug=MERGED).exists()
    kept, merged = pair()
    merge(seen=(audit.version_of(kept), audit.version_of(merged)))


@pytest.mark.usefixtures("tiny")
def test_a_code_goes_to_the_survivor_that_has_none() -> None:
    new = actions.create_organisation(
        by=operator(), slug="new", kind="company", name="北海鱼群有限公司", source="import"
    )
    Organisation.objects.filter(pk=new.pk).update(synthetic=True)
    kept = actions.merge_organisations(
        by=operator(), kept=Organisation.objects.get(slug="new"), merged=pair()[1], why=WHY
    )
    assert kept.code == MERGED
    assert pair()[1].code is None


@pytest.mark.usefixtures("tiny")
def test_who_was_merged_before_goes_along() -> None:
    merge()
    university = Organisation.objects.get(slug="fjord-university")
    last = actions.merge_organisations(by=operator(), kept=university, merged=pair()[0], why=WHY)
    assert {each.slug for each in merging.merged_of(last)} == {KEPT, MERGED}
    assert find_organisation(MERGED) == last
    assert {role.person.slug: role.title for role in last.people.all()} == {"kari": "教授"} or (
        last.people.count() == 2
    )


@pytest.mark.usefixtures("tiny")
def test_a_position_that_somebody_has_in_both_is_one() -> None:
    kept, _merged = pair()
    role = PersonRole.objects.get(organisation__slug=MERGED)
    PersonRole.objects.create(person=role.person, organisation=kept, title=role.title)
    assert merge().people.count() == 1
    assert AuditEntry.objects.filter(verb="registry.leave_position").count() == 1


@pytest.mark.usefixtures("tiny")
def test_accounts_keep_their_owner_and_people_of_the_survivor_see_them(make_user: Callable[..., Any]) -> None:
    account = posting.open_account("fish", name="鱼", kind=Account.Kind.PARTY, owner=pair()[1])
    theirs = make_user(Role.MEMBER, KEPT)
    assert not theirs.has_perm("ledger.view_account", account)
    merge()
    account = Account.objects.get(pk=account.pk)
    assert account.owner == pair()[1]
    assert account.holder == pair()[0]
    assert theirs.has_perm("ledger.view_account", account)
    assert account in confidential.visible(theirs, Account.objects.all())
    assert verify_ledger().holds
    assert verify_trail().holds


def spans(make_user: Callable[..., Any], one: tuple[Any, Any], other: tuple[Any, Any]) -> tuple[Any, Any]:
    """What becomes of a role held in both from–to."""
    user = make_user()
    for organisation, (first, last) in (("old", one), ("new", other)):
        Membership.objects.create(
            user=user, role=Role.MEMBER, organisation=organisation, date_from=first, date_to=last
        )
    roles("old", "new")
    [held] = user.memberships.all()
    assert held.organisation == "new"
    return held.date_from, held.date_to


@pytest.mark.django_db
def test_a_role_held_in_both_gives_no_day_on_which_it_was_held_in_neither(
    make_user: Callable[..., Any],
) -> None:
    def year(n: int) -> tuple[dt.date, dt.date]:
        return dt.date(n, 1, 1), dt.date(n, 12, 31)

    today = timezone.localdate()
    now = (today, today + dt.timedelta(days=9))
    assert spans(make_user, (None, None), now) == (None, None)
    assert spans(make_user, (dt.date(2020, 1, 1), today), now) == (dt.date(2020, 1, 1), now[1])
    assert spans(make_user, year(2020), now) == now
    assert spans(make_user, now, year(2020)) == now
    assert spans(make_user, year(2020), year(2022)) == year(2022)


@pytest.mark.usefixtures("tiny")
def test_a_role_lent_to_somebody_stays_lent(make_user: Callable[..., Any]) -> None:
    giver, receiver = make_user(Role.MEMBER, MERGED), make_user()
    lent = Delegation.objects.create(
        giver=giver, receiver=receiver, role=Role.MEMBER, organisation=MERGED, why="x",
        date_from=dt.date(2020, 1, 1), date_to=dt.date(2999, 1, 1),
    )  # fmt: skip
    kept = merge()
    receiver.acting_for = Delegation.objects.get(pk=lent.pk)
    assert receiver.has_perm("registry.view_facts", kept)


def test_every_kind_of_record_that_names_an_organisation_has_its_part() -> None:
    """A new foreign key to organisations without a part would leave its rows behind at a merger."""
    known = {label for part in merging.parts() for label in part.models}
    naming = {
        relation.related_model._meta.label for relation in Organisation._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete
    }  # fmt: skip
    assert naming == known


# A pack that is loaded again: it neither brings the merged one back nor takes from the survivor what went over.


def again(folder: Path) -> Any:
    """Load the changed copy of the pack."""
    return load_pack(folder, by=operator()).load.counts


@pytest.fixture
def folder(tmp_path: Path, db: None) -> Path:
    """A copy of the tiny pack, loaded and with the two merged."""
    copy = tmp_path / "tiny"
    shutil.copytree(TINY, copy)
    load_pack(copy, by=operator())
    merge()
    return copy


def test_a_pack_that_brings_it_again_leaves_it_merged(folder: Path) -> None:
    kept = pair()[0]
    was = sorted(Fact.objects.filter(organisation=kept).values_list("name", "period", "value"), key=str)
    table = folder / "data/facts.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",2023,12,", ",2023,13,"), encoding="utf-8")
    assert again(folder)["merged"] == 1
    assert not Organisation.objects.filter(slug=MERGED).exists()
    assert (
        sorted(Fact.objects.filter(organisation=kept).values_list("name", "period", "value"), key=str) == was
    )
    assert {need.slug for need in kept.needs.all()} == {"n-sonar"}
    assert {role.title for role in kept.people.all()} == {"顾问"}
    assert "北海鱼群公司" in {name.name for name in kept.names.all()}
    assert {tag.slug for tag in kept.tags.all()} == {"blue", "green"}
    assert kept.place is not None


def test_a_pack_that_drops_it_changes_nothing(folder: Path) -> None:
    kept = pair()[0]
    for table in ("companies.csv", "facts.csv"):
        path = folder / "data" / table
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.startswith(MERGED)), encoding="utf-8")
    for name in ("people.yaml", "needs.yaml", "users.yaml", "results.yaml"):
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8").replace(MERGED, KEPT), encoding="utf-8")
    facts = Fact.objects.filter(organisation=kept).count()
    assert "merged" not in again(folder)
    assert Fact.objects.filter(organisation=kept).count() == facts
    assert pair()[1].merged_into == kept
    assert "blue" in {tag.slug for tag in kept.tags.all()}


def test_a_fact_that_went_over_stands_when_the_pack_brings_the_same_of_the_survivor(folder: Path) -> None:
    kept = pair()[0]
    table = folder / "data/facts.csv"
    table.write_text(table.read_text(encoding="utf-8") + f"{KEPT},2023,99,,,,,,\n", encoding="utf-8")
    again(folder)
    assert [fact.value for fact in kept.facts.filter(name="staff", period="2023")] == [12]


@pytest.mark.usefixtures("tiny")
def test_answers_to_matches_go_over_and_of_two_by_one_person_the_survivor_s_stands(
    make_user: Callable[..., Any],
) -> None:
    one, other = make_user(Role.OFFICER), make_user(Role.SCOUT)
    need = Need.objects.get(slug="n-sonar")
    kept, merged = (Organisation.objects.get(slug=slug) for slug in (KEPT, MERGED))
    for organisation, user, answer in ((kept, one, "worth"), (merged, one, "no"), (merged, other, "no")):
        MatchFeedback.objects.create(need=need, organisation=organisation, answer=answer, by=user)
    merge()
    held = MatchFeedback.objects.filter(organisation=kept).order_by("pk")
    assert [(each.by, each.answer) for each in held] == [(one, "worth"), (other, "no")]
    assert not MatchFeedback.objects.filter(organisation=merged).exists()
    left = AuditEntry.objects.get(verb="registry.leave_answer")
    assert left.before["answer"] == "no"
