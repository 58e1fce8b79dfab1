"""Webhooks: who hears of what, how it is signed, what becomes of a delivery, and to where nothing is sent."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application  # noqa: F401  loads the addresses
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from receiver import Receiver, receiving
from sanchuang.core.accounts import actions as accounts
from sanchuang.core.errors import Refused
from sanchuang.core.models import AuditEntry, Delivery, Membership, User, Webhook, WebhookCursor
from sanchuang.core.operator import operator
from sanchuang.core.roles import Role
from sanchuang.core.webhooks import actions, places, sending
from sanchuang.ledger.actions import move, open_account
from sanchuang.registry.actions import change_organisation, merge_organisations, record_fact
from sanchuang.registry.models import Organisation
from sanchuang.values import Evidence, Malformed, Period, Yuan

OWN, OTHER = "999000011", "999000022"
CHANGED = "registry.change_organisation"
State = Delivery.State


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def changed(slug: str = OWN, address: str = "港口路 1 号") -> AuditEntry:
    """Somebody changes an organisation; the row of the trail."""
    organisation = Organisation.objects.select_related("industry").get(slug=slug)
    change_organisation(
        by=operator(),
        organisation=organisation,
        industry=organisation.industry,
        address=address,
        name_en=organisation.name_en,
        note=organisation.note,
        why="x",
    )
    return AuditEntry.objects.get(verb=CHANGED, number=AuditEntry.objects.first().number)


def made(user: User, url: str, *verbs: str, **more: Any) -> tuple[Webhook, str]:
    return actions.make_webhook(by=user, url=url, verbs=verbs or (CHANGED,), **more)


def due() -> list[int]:
    """What a worker would try now: the deliveries of the tasks that are ready."""
    from django_tasks_db.models import DBTaskResult

    tasks = DBTaskResult.objects.ready()
    numbers = [task.args_kwargs["args"][0] for task in tasks]
    tasks.delete()
    return numbers


def worked() -> None:
    """What a worker does: reads the trail, tries what is due."""
    while actions.behind():
        actions.fan_out()
    for number in due():
        actions.attempt(number)


def test_an_act_is_told_with_its_record_and_without_what_was_changed(
    tiny: Any, make_user: Callable[..., User], receiver: Receiver
) -> None:
    _hook, secret = made(make_user(Role.OFFICER), f"{receiver.url}/events?of=sanchuang")
    entry = changed(address="秘密的新地址")
    worked()
    headers, body = receiver.got[0]
    said = json.loads(body)
    assert said["verb"] == CHANGED
    assert said["number"] == entry.number
    assert said["record"]["kind"] == "registry.Organisation"
    assert said["record"]["url"].endswith(f"/api/v1/organisations/{OWN}")
    assert dt.datetime.fromisoformat(said["at"]) == entry.at
    assert "秘密" not in body.decode()
    at, signed = (part.partition("=")[2] for part in headers["X-Sanchuang-Signature"].split(","))
    assert abs(int(at) - time.time()) < 60
    assert signed == hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["X-Sanchuang-Event"] == CHANGED
    assert Delivery.objects.get().state == State.DONE


def test_the_secret_is_kept_so_that_the_database_alone_does_not_tell_it(
    tiny: Any, make_user: Callable[..., User], receiver: Receiver
) -> None:
    hook, secret = made(make_user(Role.OFFICER), receiver.url)
    assert secret not in hook.secret
    row = AuditEntry.objects.get(verb="core.make_webhook")
    assert secret not in json.dumps(row.after)
    assert "secret" not in row.after


def test_what_happened_before_is_not_told_and_nothing_twice(
    tiny: Any, make_user: Callable[..., User], receiver: Receiver
) -> None:
    changed(address="a")
    made(make_user(Role.OFFICER), receiver.url)
    changed(address="b")
    worked()
    worked()
    assert len(receiver.got) == 1
    assert not actions.behind()


def test_without_webhooks_the_trail_is_not_read(tiny: Any) -> None:
    changed()
    assert not actions.behind()
    assert actions.fan_out() == 0
    assert WebhookCursor.objects.filter(number__gt=0).count() == 0


def test_a_member_hears_of_their_own_company_only(
    tiny: Any, make_user: Callable[..., User], receiver: Receiver
) -> None:
    made(make_user(Role.MEMBER, OWN), receiver.url)
    changed(OTHER)
    changed(OWN)
    worked()
    assert [json.loads(body)["record"]["url"].rpartition("/")[2] for _head, body in receiver.got] == [OWN]


def test_a_webhook_may_be_limited_to_one_organisation(
    tiny: Any, make_user: Callable[..., User], receiver: Receiver
) -> None:
    made(make_user(Role.OFFICER), receiver.url, organisation=OTHER)
    changed(OWN)
    changed(OTHER)
    worked()
    assert len(receiver.got) == 1


def test_a_fact_is_told_without_its_value(
    tiny: Any, make_user: Callable[..., User], receiver: Receiver
) -> None:
    made(make_user(Role.MEMBER, OWN), receiver.url, "registry.record_fact")
    organisation = Organisation.objects.get(slug=OWN)
    record_fact(
        by=operator(),
        organisation=organisation,
        name="staff",
        value="4711",
        source="x",
        evidence=Evidence.CLAIMED,
        period=Period.parse("2024"),
    )
    worked()
    body = receiver.got[0][1].decode()
    assert f"/organisations/{OWN}/facts/" in body
    assert "4711" not in body


def test_a_role_taken_away_meanwhile_ends_the_telling(
    tiny: Any, make_user: Callable[..., User], receiver: Receiver
) -> None:
    user = make_user(Role.OFFICER)
    made(user, receiver.url)
    changed()
    while actions.behind():
        actions.fan_out()
    Membership.objects.filter(user=user).delete()
    for number in due():
        actions.attempt(number)
    assert receiver.got == []
    assert Delivery.objects.get().state == State.DROPPED


def test_a_closed_account_hears_nothing(
    tiny: Any, make_user: Callable[..., User], receiver: Receiver
) -> None:
    user = make_user(Role.OFFICER)
    made(user, receiver.url)
    accounts.close_account(user, by=operator(), why="x")
    changed()
    worked()
    assert receiver.got == []


def test_who_may_not_have_webhooks_is_refused(tiny: Any, make_user: Callable[..., User]) -> None:
    for user in (make_user(), make_user(Role.SCOUT), make_user(Role.AUDITOR)):
        with pytest.raises(Refused):
            made(user, "https://receiver.example.org/")


def test_a_receiver_that_refuses_is_asked_again_at_growing_distances_and_given_up_visibly(
    tiny: Any, make_user: Callable[..., User], receiver: Receiver
) -> None:
    from django_tasks_db.models import DBTaskResult

    receiver.answer = 500
    made(make_user(Role.OFFICER), receiver.url)
    changed()
    worked()
    delivery = Delivery.objects.get()
    waits = []
    while delivery.state == State.WAITING:
        assert (delivery.status, delivery.error) == (500, "HTTP 500")
        task = DBTaskResult.objects.get()
        assert task.run_after == delivery.next_at
        waits.append(delivery.next_at - timezone.now())
        task.delete()
        actions.attempt(delivery.pk)
        delivery.refresh_from_db()
    assert delivery.state == State.FAILED
    assert delivery.tries == len(receiver.got) == 8
    assert waits == sorted(waits)
    assert dt.timedelta(hours=12) < sum(waits, dt.timedelta()) < dt.timedelta(hours=24)


def test_a_redirection_is_not_followed(tiny: Any, make_user: Callable[..., User], receiver: Receiver) -> None:
    receiver.answer = 302
    made(make_user(Role.OFFICER), receiver.url)
    changed()
    worked()
    assert len(receiver.got) == 1
    assert Delivery.objects.get().status == 302


def test_a_receiver_that_hangs_is_cut_off_and_rests_while_others_hear(
    tiny: Any, make_user: Callable[..., User], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending.send, "__defaults__", (0.3,))
    officer = make_user(Role.OFFICER)
    with receiving(None) as silent:
        hanging, _secret = made(officer, silent.url)
        made(officer, receiver.url)
        changed(address="a")
        changed(address="b")
        worked()
    assert len(receiver.got) == 2
    assert len(silent.got) == 1  # the second was put off, for the first had hung
    hanging.refresh_from_db()
    assert hanging.rests_until > timezone.now()
    assert sorted(hanging.deliveries.values_list("tries", flat=True)) == [0, 1]


def test_a_delivery_is_made_once_more_on_demand(
    tiny: Any, make_user: Callable[..., User], receiver: Receiver
) -> None:
    user = make_user(Role.OFFICER)
    hook, _secret = made(user, receiver.url)
    changed()
    worked()
    delivery = hook.deliveries.get()
    with pytest.raises(Refused):
        actions.replay(delivery, by=make_user(Role.OFFICER))
    actions.replay(delivery, by=user)
    with pytest.raises(Malformed):
        actions.replay(delivery, by=user)  # it waits already
    worked()
    assert [json.loads(body)["id"] for _head, body in receiver.got] == [
        json.loads(receiver.got[0][1])["id"]
    ] * 2
    assert AuditEntry.objects.get(verb="core.replay_delivery").record == str(delivery.pk)


def test_an_ended_webhook_hears_nothing_more(
    tiny: Any, make_user: Callable[..., User], receiver: Receiver
) -> None:
    user = make_user(Role.OFFICER)
    hook, _secret = made(user, receiver.url)
    changed()
    while actions.behind():
        actions.fan_out()
    actions.end_webhook(hook, by=user)
    for number in due():
        actions.attempt(number)
    assert receiver.got == []
    assert hook.deliveries.get().state == State.DROPPED
    with pytest.raises(Malformed):
        actions.end_webhook(hook, by=user)


def test_what_lost_its_task_is_taken_up_again(
    tiny: Any, make_user: Callable[..., User], receiver: Receiver
) -> None:
    made(make_user(Role.OFFICER), receiver.url)
    changed()
    while actions.behind():
        actions.fan_out()
    due()  # the tasks are gone
    assert actions.take_up(timezone.now()) == 0
    later = timezone.now() + dt.timedelta(minutes=5)
    assert actions.take_up(later) == 1


@pytest.mark.parametrize(
    "url",
    [
        "",
        "receiver.example.org",
        "ftp://receiver.example.org/",
        "https://name:word@receiver.example.org/",
        "https://receiver.example.org/#part",
        "https://receiver.example.org:0/",
        "https://receiver.example.org:99999/",
        "https://receiver.example.org/\r\nX: y",
        "https://receiver.example.org/ 空",
        "https:///path",
        "https://" + "a" * 500,
    ],
)
def test_what_is_no_address_is_refused(url: str, tiny: Any, make_user: Callable[..., User]) -> None:
    with pytest.raises(Malformed):
        made(make_user(Role.OFFICER), url)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104  refused here
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_nothing_is_sent_into_the_sites_own_network(address: str, settings: Any) -> None:
    settings.WEBHOOK_PRIVATE = False
    assert not places.is_open(address)


def test_addresses_of_the_internet_are_open(settings: Any) -> None:
    settings.WEBHOOK_PRIVATE = False
    assert places.is_open("1.1.1.1")
    assert places.is_open("2606:4700:4700::1111")


def test_a_name_that_leads_inside_is_noticed_when_it_is_connected_to(
    settings: Any, receiver: Receiver
) -> None:
    settings.WEBHOOK_PRIVATE = False
    port = receiver.url.rpartition(":")[2]
    outcome = sending.send(f"https://localhost:{port}/", b"{}", "x", {})
    assert not outcome.good
    assert "not an address of the internet" in outcome.error
    assert receiver.got == []
    assert sending.send(receiver.url, b"{}", "x", {}).error  # not even unencrypted


def test_a_receiver_that_drips_is_cut_off_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then keeps a socket's patience for ever; the clock does not."""
    import socket
    import threading

    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            line, _from = server.accept()
            with line:
                try:
                    while not over.wait(0.05):
                        line.sendall(b"H")
                except OSError:
                    return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        outcome = sending.send(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", "x", {}, 0.5)
        over.set()
        thread.join(5)
    assert not outcome.good


def test_after_a_merger_the_survivors_members_go_on_to_hear(
    tiny: Any, make_user: Callable[..., User], receiver: Receiver
) -> None:
    """A webhook of one organisation follows it, and so does what moves on the accounts that it brought along."""
    officer = make_user(Role.OFFICER)
    kept, merged = Organisation.objects.get(slug=OTHER), Organisation.objects.get(slug=OWN)
    account = open_account("inherited", name="x", kind="party", by=officer, owner=merged)
    purse = open_account("purse", name="x", kind="treasury", by=officer, overdraft=True)
    member = make_user(Role.MEMBER, OWN)
    hook, _secret = made(member, f"{receiver.url}/", "ledger.transfer", organisation=OWN)
    merge_organisations(by=operator(), kept=kept, merged=merged, why="same", force_codes=True)
    hook.refresh_from_db()
    assert hook.organisation == OTHER
    move(purse, account, Yuan.of(1), by=officer, title="拨付")
    actions.fan_out()
    assert [each.webhook for each in Delivery.objects.all()] == [hook]


@pytest.mark.parametrize("sweep", [actions.take_up, actions.sweep])
def test_however_many_deliveries_there_are_only_those_that_are_due_are_read(
    sweep: Callable[[dt.datetime], int], db: None, make_user: Callable[..., User]
) -> None:
    """The worker asks every minute: each question goes by an index, whatever lies in the table."""
    now = timezone.now()
    hook = Webhook.objects.create(user=make_user(), url="https://example.org/", secret="", after=0)
    Delivery.objects.bulk_create(
        Delivery(webhook=hook, entry=number, state=State.DONE, done_at=now) for number in range(1000)
    )
    with CaptureQueriesContext(connection) as asked:
        assert sweep(now) == 0
    plans = []
    explain = "EXPLAIN QUERY PLAN"
    if connection.vendor == "postgresql":
        explain = "EXPLAIN"
        with connection.cursor() as cursor:
            cursor.execute(
                "SET LOCAL enable_seqscan = off"
            )  # a small table is read as a whole where it may be
    for query in asked.captured_queries:
        if "core_delivery" in query["sql"]:
            with connection.cursor() as cursor:
                cursor.execute(f"{explain} {query['sql']}".replace("%", "%%"))
                plans += [str(row[-1]) for row in cursor.fetchall()]
    assert plans
    assert not [plan for plan in plans if plan.startswith("SCAN") or "Seq Scan" in plan], plans
