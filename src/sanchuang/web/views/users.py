"""Accounts: who is here, with which roles, and what an administrator does about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import django_filters
import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from sanchuang.core import audit
from sanchuang.core.accounts import actions, delegations, reach
from sanchuang.core.errors import Unfit
from sanchuang.core.forms import DayField, WhyField, styled
from sanchuang.core.history import history
from sanchuang.core.lists import ListPage
from sanchuang.core.models import Approval, Membership, User
from sanchuang.core.operator import USERNAME
from sanchuang.core.permissions import require
from sanchuang.core.roles import Role
from sanchuang.registry.filters import OneOf, TextFilter
from sanchuang.registry.tables import LEAD, NUMBER
from sanchuang.values import Malformed


def held(memberships: Iterable[Membership]) -> list[tuple[str, Membership]]:
    """Each role in words, what, where, until when, with the role itself."""
    rows = list(memberships)
    place = reach.places_of(rows)

    def words(membership: Membership) -> str:
        until = _("until %(day)s") % {"day": membership.date_to.isoformat()} if membership.date_to else ""
        parts = (str(Role(membership.role).label), place(membership), until)
        return " · ".join(part for part in parts if part)

    return [(words(membership), membership) for membership in rows]


class UserTable(tables.Table):
    """People who can sign in, and those who could."""

    display_name = tables.Column(verbose_name=gettext_lazy("Person"), attrs=LEAD, empty_values=())
    username = tables.Column(verbose_name=gettext_lazy("Sign-in name"))
    email = tables.Column(verbose_name=gettext_lazy("E-mail"), default="")
    roles = tables.Column(verbose_name=gettext_lazy("Roles"), accessor="pk", orderable=False, empty_values=())
    is_active = tables.Column(verbose_name=gettext_lazy("Account"))
    last_login = tables.Column(verbose_name=gettext_lazy("Last sign-in"), attrs=NUMBER, default="")

    class Meta:
        model = User
        fields = ("display_name", "username", "email", "roles", "is_active", "last_login")

    def prepare(self, users: list[User]) -> None:
        """Make the words of the roles of `users` at once."""
        self._roles: dict[int, list[str]] = {user.pk: [] for user in users}
        for words, membership in held(m for user in users for m in user.memberships.all()):
            self._roles[membership.user_id].append(words)

    def render_display_name(self, record: User) -> SafeString:
        """The name as a link."""
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record)

    def value_display_name(self, record: User) -> str:
        """The name."""
        return str(record)

    def render_roles(self, record: User) -> str:
        """All roles, parted."""
        if record.pk not in getattr(self, "_roles", {}):
            self.prepare([row.record for row in self.paginated_rows])
        return "; ".join(self._roles[record.pk])

    def render_is_active(self, record: User) -> str:
        """In words."""
        return account_state(record)

    def render_last_login(self, value: Any) -> str:
        """To the minute."""
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")


def account_state(user: User) -> str:
    """What the account is: open, closed, erased."""
    if user.erased_at is not None:
        return _("erased")
    return _("in use") if user.is_active else _("not in use")


class UserFilter(django_filters.FilterSet):
    """By name, role, state."""

    q = TextFilter(label=gettext_lazy("Name or e-mail"), method="called")
    role = OneOf(label=gettext_lazy("Role"), choices=Role.choices, method="holding")
    state = OneOf(
        label=gettext_lazy("Account"),
        choices=(("open", gettext_lazy("in use")), ("closed", gettext_lazy("not in use"))),
        method="in_state",
    )

    class Meta:
        model = User
        fields: tuple[str, ...] = ()

    def called(self, records: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        """Those with `value` in a name or the address."""
        named = Q(display_name__icontains=value) | Q(username__icontains=value) | Q(email__icontains=value)
        return records.filter(named)

    def holding(self, records: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        """Those who were given the role."""
        return records.filter(memberships__role=value).distinct()

    def in_state(self, records: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        """Open or closed accounts."""
        return records.filter(is_active=value == "open")


class Users(ListPage):
    """All accounts."""

    permission = "core.view_users"
    table_class = UserTable
    filterset_class = UserFilter
    template_name = "users/list.html"
    heading = gettext_lazy("Accounts")
    lead = gettext_lazy("Who can sign in here, and what they are. People come by invitation.")
    empty_lesson = gettext_lazy("Invite the first colleague.")

    def get_queryset(self) -> QuerySet[User]:
        """With their roles at hand; the command line's own user is nobody who signs in."""
        return (
            User.objects.exclude(username=USERNAME)
            .prefetch_related(Prefetch("memberships", Membership.objects.order_by("role", "pk")))
            .order_by("username")
        )


class ReachForm(forms.Form):
    """How far a role reaches."""

    organisation = forms.CharField(
        label=gettext_lazy("Organisation"),
        help_text=gettext_lazy("Its identifier, the last part of its page's address."),
        max_length=80,
        required=False,
    )
    circle = forms.ChoiceField(label=gettext_lazy("Circle"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["circle"].choices = [("", _("the whole district")), *reach.choices("circle")]


class RoleForm(ReachForm):
    """A role, where it reaches, and until when."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices)
    date_to = DayField(label=gettext_lazy("Until, included"), required=False)
    why = WhyField()
    field_order = ("role", "organisation", "circle", "date_to", "why")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        styled(self)  # once all choices are there, for it asks for the faults


def _user(number: int) -> User:
    found = User.objects.filter(pk=number).first()
    if found is None:
        raise Unfit(_("There is no account with this number."), _("Find it in the list of accounts."))
    return found


@require_http_methods(["GET", "POST"])
def user_page(request: HttpRequest, number: int) -> HttpResponse:
    """One account: its roles, what waits for confirmation, its history. Administrators give and take roles here."""
    # Whoever may not see accounts learns from the answer neither that there is one nor that there is none.
    if not request.user.has_perm("core.view_users") and request.user.pk != number:
        require(request.user, "core.view_users")
    found = _user(number)
    require(request.user, "core.view_user", found)
    if found.pk != request.user.pk and request.method == "GET":
        audit.reading(found, by=request.user, what="core.read_accounts")
    form, fault = RoleForm(), None
    if request.method == "POST":
        require(request.user, "core.change_roles")
        form = RoleForm(request.POST) if request.POST.get("do") == "grant" else form
        try:
            said = _do(request, found, form)
        except Malformed as error:
            fault = error
        else:
            if said:
                messages.success(request, said)
                return redirect("user", number)
    context = {
        "person": found,
        "state": account_state(found),
        "memberships": held(found.memberships.order_by("role", "pk")),
        "delegations": delegations.of(found)[:20],
        "waiting": Approval.objects.filter(
            model=User._meta.label, record=str(found.pk), state=Approval.State.OPEN
        ),
        "form": form,
        "fault": fault,
        "may_change": request.user.has_perm("core.change_roles"),
        "history": history(found, request.user),
        "typed_why": request.POST.get("why", ""),
    }
    return render(request, "users/user.html", context, status=400 if fault or form.errors else 200)


def _do(request: HttpRequest, user: User, form: RoleForm) -> str:
    """What the form asks for; gives the words of success, none when the form has faults."""
    by, why = request.user, request.POST.get("why", "").replace("\0", "")
    match request.POST.get("do"):
        case "grant":
            if not form.is_valid():
                return ""
            made = actions.grant(by=by, user=user, **form.cleaned_data)
            if isinstance(made, Approval):
                return _("A second person is asked to confirm it.")
        case "revoke":
            number = request.POST.get("membership", "")
            membership = user.memberships.filter(pk=number).first() if number.isdecimal() else None
            if membership is None:
                raise Malformed(_("This role was taken away already"), _("Reload the page"))
            actions.revoke(membership, by=by, why=why)
        case "close":
            actions.close_account(user, by=by, why=why)
        case "open":
            actions.open_account(user, by=by, why=why)
        case _:
            raise Malformed(_("It does not say what to do"), _("Use the buttons of the page"))
    return _("Saved.")
