"""What the registry itself knows of its records' history: names, roles, facts, changes made here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sanchuang.core.audit.record_history import belonging
from sanchuang.core.history import Event, register
from sanchuang.core.language import listed
from sanchuang.core.models import User
from sanchuang.core.templatetags.shown import label
from sanchuang.registry.merging import merged_of
from sanchuang.registry.models import Fact, Organisation, OrganisationName, Person, PersonRole
from sanchuang.registry.queries.find import called

MOST_FACTS = 200  # whose recording a page tells


def of_organisation(record: Any, user: User | AnonymousUser) -> Iterable[Event]:
    """Former names, people who came and went, facts that became known, changes made here."""
    if not isinstance(record, Organisation):
        return
    for name in record.names.all():
        if name.kind == OrganisationName.Kind.FORMER:
            yield Event(name.until, _("Was called so until then"), name.name)
    for merged in merged_of(record):
        assert merged.merged_on is not None  # a constraint
        yield Event(merged.merged_on.isoformat(), _("Merged with"), called(merged))
    for role in record.people.select_related("person"):
        yield from _of_role(role, label(role.person), reverse("registry:person", args=[role.person.slug]))
    if record.changed_here:
        changed = listed(record._meta.get_field(column).verbose_name for column in record.changed_here)
        yield Event("", _("Changed here; a load of the pack leaves it"), changed)
    if user.has_perm("registry.view_facts", record):
        known = record.facts.exclude(known_from=None).order_by().values("known_from").annotate(n=Count("pk"))
        for row in known:
            words = ngettext("%(n)s fact became known", "%(n)s facts became known", row["n"])
            yield Event(row["known_from"].isoformat(), words % {"n": row["n"]})


def of_person(record: Any, user: User | AnonymousUser) -> Iterable[Event]:
    """Where somebody began and ended."""
    if isinstance(record, Person):
        for role in record.roles.select_related("organisation"):
            url = reverse("registry:organisation", args=[role.organisation.slug])
            yield from _of_role(role, label(role.organisation), url)


def _of_role(role: PersonRole, whose: str, url: str) -> Iterable[Event]:
    if role.since:
        yield Event(role.since, _("Took up a role"), f"{whose} · {role.title}", url)
    if role.until:
        yield Event(role.until, _("Gave up a role"), f"{whose} · {role.title}", url)


def _belonging(record: Any) -> Iterable[tuple[str, Iterable[Any]]]:
    """Facts recorded here belong to their organisation's page; those of a pack are counted, not listed.

    So does the history of what was merged into it.
    """
    if isinstance(record, Organisation):
        merged = [each.pk for each in merged_of(record)]
        recorded = Fact.objects.filter(organisation__in=[record.pk, *merged], pack="").order_by("-pk")
        yield "registry.Fact", recorded.values_list("pk", flat=True)[:MOST_FACTS]
        if merged:
            yield "registry.Organisation", merged


def register_all() -> None:
    """Add the registry's lines to every record's history."""
    belonging(_belonging)
    register(of_organisation)
    register(of_person)
