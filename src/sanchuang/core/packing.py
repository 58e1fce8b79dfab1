"""What core takes from a pack: dated law, and in a demonstration the sign-ins."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.utils.translation import gettext_lazy

from sanchuang.core import audit
from sanchuang.core.accounts import reach
from sanchuang.core.demo import demo_password
from sanchuang.core.models import LawEntry, Membership, User
from sanchuang.core.pack.reader import Pack
from sanchuang.core.pack.register import Counts, Report, loader
from sanchuang.core.pack.sync import sync

audit.register("core.load_pack", gettext_lazy("load a pack"))


@loader(order=10)
def law(pack: Pack, by: User, report: Report) -> Counts:
    """Dated law, each entry with its source as it is cited."""
    cited = {source.id: source.cite_as for source in pack.manifest.sources}
    kinds = {unit.id: unit.kind for unit in pack.manifest.units}
    entries = [
        LawEntry(
            pack=pack.id,
            key=entry.key,
            value=entry.value,
            unit=entry.unit,
            kind=kinds[entry.unit],
            date_from=entry.date_from,
            date_to=entry.date_to,
            status=entry.status,
            source=cited[entry.source],
            note=entry.note or "",
        )
        for entry in pack.law
    ]
    return sync(
        LawEntry.objects.filter(pack=pack.id), entries, key=("key", "date_from"), report=report, what="law"
    )


@loader(order=90)
def users(pack: Pack, by: User, report: Report) -> Counts:
    """The demonstration's users with one membership each; users that left the pack can no longer sign in."""
    if not settings.DEMO:
        return {}
    hashed = _hashed(demo_password(), pack)
    for entry in pack.users:
        user, _ = User.objects.get_or_create(username=entry.username, defaults={"pack": pack.id})
        if user.pack != pack.id:
            continue  # somebody's own account is never taken over by a pack
        user.display_name = entry.names.hans
        user.password = hashed
        user.is_active = True
        user.save()
        held = {
            "role": entry.role,
            "organisation": reach.present("organisation", entry.organisation or ""),
            "circle": entry.circle or "",
        }
        user.memberships.exclude(**held).delete()
        if not user.memberships.filter(**held).exists():
            Membership.objects.create(user=user, **held)
    names = [entry.username for entry in pack.users]
    User.objects.filter(pack=pack.id).exclude(username__in=names).update(is_active=False)
    report("users", len(names), len(names))
    return {"users": len(names)}


def _hashed(password: str, pack: Pack) -> str:
    """The one hash of the demonstration's password; the stored one while it fits, so that sessions last."""
    stored = User.objects.filter(pack=pack.id).values_list("password", flat=True).first()
    return stored if stored and check_password(password, stored) else make_password(password)
