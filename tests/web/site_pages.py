"""The addresses at which the site is looked at: one of every kind of page, with the fullest record of its kind.

One list for the tests in a browser, the pinned queries, the languages and the benchmark of pages. A new page joins
here; `test_web_site_pages.py` fails for an address of the site that has neither a page here nor a reason not to.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.urls import reverse

# Addresses that show no page of their own, or show it only in answer to a form.
NO_PAGE = {
    "sign-in": "strangers only",
    "search-suggestions": "a part of every page, loaded while typing",
    "sign-out": "a form",
    "set-language": "a form",
    "set-theme": "a form",
    "advice-pdf": "a file",
    "desk-item": "the sample holds no item",
    "account_login": "strangers only",
    "mfa_index": "the account page, as allauth calls it",
    **dict.fromkeys(
        (
            "account_inactive",
            "account_reset_password",
            "account_reset_password_done",
            "account_reset_password_from_key",
            "account_reset_password_from_key_done",
            "account_confirm_email",
            "account_reauthenticate",
            "account_email",
            "account_change_password",
            "account_set_password",
            "mfa_authenticate",
            "mfa_reauthenticate",
            "mfa_activate_totp",
            "mfa_deactivate_totp",
            "mfa_view_recovery_codes",
            "mfa_generate_recovery_codes",
            "mfa_download_recovery_codes",
            "socialaccount_connections",
            "socialaccount_login_cancelled",
            "openid_connect_login",
            "openid_connect_callback",
        ),
        "not for the demonstration's sign-ins; test_web_accounts_browser.py looks at it",
    ),
    **dict.fromkeys(("healthz", "readyz", "metrics"), "for machines"),
    "api-description": "for programs",
    "revoke-token": "a form",
    "webhook": "the sample holds none; test_web_programs.py looks at it",
    "attachment": "a file",
    "export-person": "a file",
    "erase-person": "a form",
    "withdraw-invitation": "a form",
    "end-delegation": "a form",
    "act-for": "a form",
    **dict.fromkeys(
        ("accept-invitation", "approval", "audit-entry"),
        "the sample holds none; test_web_people_browser.py looks at it",
    ),
    "attachment-remove": "the sample holds no file",
    "registry:answer-match": "a form",
    "registry:import-progress": "a part of the page of an import",
    "registry:import-faults": "a file",
    "registry:export": "a file",
    "registry:import": "the sample holds no import: test_web_imports_browser.py looks at one",
}


def fullest(records: Any, related: str) -> Any:
    """Of `records` the one with the most `related` ones, the first by identifier among equals."""
    return records.annotate(most=Count(related, distinct=True)).order_by("-most", "slug").first()


def addresses() -> dict[str, str]:
    """Name of the page → its address in the loaded district."""
    from sanchuang.core.models import LawEntry
    from sanchuang.ledger.models import Memo, Transfer
    from sanchuang.policies.models import PolicyDocument
    from sanchuang.registry.models import (
        Mechanism,
        Need,
        Organisation,
        Person,
        Place,
        PublishedFigure,
        Result,
    )

    # with needs of its own, so that its advice has something in every section
    company = fullest(Organisation.objects.filter(kind="company", needs__isnull=False), "facts")
    other = Organisation.objects.filter(kind="company").exclude(pk=company.pk).order_by("slug")[0]
    return {
        "home": reverse("home"),
        "desk": reverse("desk"),
        "account": reverse("account"),
        "delegations": reverse("delegations"),
        "own-data": reverse("own-data"),
        "edit-organisation": reverse("registry:edit-organisation", args=[company.slug]),
        "merge-organisation": reverse(
            "registry:merge-organisation", args=[company.slug], query={"with": other.slug}
        ),
        "duplicates": reverse("registry:duplicates"),
        "imports": reverse("registry:imports"),
        "report": reverse("report") + f"?record=organisation:{company.slug}",
        "notifications": reverse("notifications"),
        "tokens": reverse("tokens"),
        "webhooks": reverse("webhooks"),
        "interface for programs": reverse("api-docs"),
        "charts": reverse("charts"),
        "guide": reverse("guide"),
        "guide-chapter": reverse("guide-chapter", args=["comfort"]),
        "search": reverse("search") + "?q=智能",
        "organisations": reverse("registry:organisations"),
        "organisations, filtered and sorted": reverse("registry:organisations")
        + "?q=智能&kind=company&industry=I&sort=-circle&page=2",
        "organisation": reverse("registry:organisation", args=[company.slug]),
        "files": reverse("attachment-add", args=["registry.organisation", str(company.pk)]),
        "advice": reverse("advice", args=[company.slug]),
        "results": reverse("registry:results"),
        "result": reverse("registry:result", args=[Result.objects.order_by("slug")[0].slug]),
        "needs": reverse("registry:needs"),
        "need": reverse("registry:need", args=[Need.objects.order_by("slug")[0].slug]),
        "matching": reverse("registry:matching"),
        "places": reverse("registry:places"),
        "place": reverse(
            "registry:place", args=[fullest(Place.objects.filter(kind="circle"), "circle_members").slug]
        ),
        "map": reverse("registry:map"),
        "people": reverse("registry:people"),
        "person": reverse("registry:person", args=[fullest(Person.objects.all(), "roles").slug]),
        "mechanisms": reverse("registry:mechanisms"),
        "mechanism": reverse("registry:mechanism", args=[fullest(Mechanism.objects.all(), "figures").slug]),
        "figures": reverse("registry:figures"),
        "figure": reverse("registry:figure", args=[PublishedFigure.objects.filter(derived=True)[0].slug]),
        "industries": reverse("registry:industries"),
        "definitions": reverse("registry:fact-definitions"),
        "calendar": reverse("calendar") + "?year=2026&from=2026-02-12&n=3",
        "laws": reverse("laws"),
        "law": reverse("law", args=[LawEntry.objects.order_by("key")[0].key]),
        "policies": reverse("policies:list"),
        "accounts": reverse("ledger:accounts"),
        "account of the ledger": reverse("ledger:account", args=["compute-vouchers-2026"]),
        "transfers": reverse("ledger:transfers"),
        "transfer": Transfer.objects.get(kind="reserve").get_absolute_url(),
        "reservations": reverse("ledger:reservations"),
        "budgets": reverse("ledger:budgets"),
        "trial balance": reverse("ledger:balance"),
        "memo": Memo.objects.order_by("pk")[0].get_absolute_url(),
        "open an account": reverse("ledger:open"),
        "move money": reverse("ledger:move"),
        "policy": reverse("policies:policy", args=[PolicyDocument.objects.order_by("slug")[0].slug]),
        "policy with score sheets": reverse(
            "policies:policy",
            args=[PolicyDocument.objects.filter(text__contains="\nscores:\n").order_by("slug")[0].slug],
        ),
    }


def kept() -> dict[str, str]:
    """Name of the page → its address, of what only administrators may open."""
    from sanchuang.core.models import User

    officer = User.objects.get(username="officer")
    return {
        "users": reverse("users"),
        "user": reverse("user", args=[officer.pk]),
        "invite": reverse("invite"),
        "audit": reverse("audit"),
    }
