"""What a record's page says of time: which value of the law counts today, what was changed here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.test import Client

from sanchuang.core.law import law
from sanchuang.core.models import LawEntry
from sanchuang.core.roles import Role
from sanchuang.registry.actions import rename_organisation
from sanchuang.registry.models import Organisation
from sanchuang.values import Verification


def test_of_two_values_of_the_law_the_one_that_counts_is_marked(
    db: None, sign_in: Callable[..., Client]
) -> None:
    """A correction that was learnt later leaves the former value in the list."""
    for value, known_from in (("7", dt.date(2026, 3, 1)), ("5", None)):
        LawEntry.objects.create(
            key="days",
            value=value,
            date_from=dt.date(2020, 1, 1),
            known_from=known_from,
            source="test",
            status=Verification.UNVERIFIED,
        )
    html = sign_in(Role.OFFICER).get("/law/days/").content.decode()
    marked = [row for row in html.split("<tr>") if "现行" in row]
    assert law("days", dt.date(2026, 4, 1)).value == 7
    assert len(marked) == 1
    assert ">7 <" in marked[0]


def test_what_was_changed_here_is_told_in_the_readers_words(
    tiny: Any, make_user: Any, sign_in: Callable[..., Client]
) -> None:
    organisation = Organisation.objects.exclude(pack="").filter(kind="company").first()
    assert organisation
    rename_organisation(
        by=make_user(Role.OFFICER), organisation=organisation, name="新名公司", on=dt.date(2026, 1, 1)
    )
    html = sign_in(Role.OFFICER).get(f"/organisations/{organisation.slug}/").content.decode()
    told = html.partition("在本系统改过，载入区包时保留")[2].partition("</li>")[0]
    assert "名称" in told
    assert "name" not in told
