"""Django's admin: auditors and administrators look at every record, nobody changes one there."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client

from sanchuang.core.admin import ReadOnly
from sanchuang.core.roles import Role

pytestmark = pytest.mark.usefixtures("tiny")
PAGES = [f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry]


@pytest.fixture
def sign_in(make_user: Any) -> Any:
    """Signs in somebody with a role."""

    def sign(role: Role) -> Client:
        user = make_user(role)
        client = Client()
        client.force_login(user)
        return client

    return sign


def test_every_record_of_the_district_is_there() -> None:
    ours = {model for model in apps.get_models() if model.__module__.startswith("sanchuang.")}
    assert ours <= admin.site._registry.keys()
    assert all(isinstance(shown, ReadOnly) for model, shown in admin.site._registry.items() if model in ours)


@pytest.mark.parametrize("page", PAGES)
def test_an_auditor_sees_every_list_and_may_add_nothing(page: str, sign_in: Any) -> None:
    auditor = sign_in(Role.AUDITOR)
    assert auditor.get(page).status_code == 200
    assert auditor.get(page + "add/").status_code == 403


def test_a_record_is_shown_without_a_way_to_change_or_delete_it(sign_in: Any) -> None:
    from sanchuang.registry.models import Organisation

    pk = Organisation.objects.get(slug="fjord-university").pk
    auditor = sign_in(Role.AUDITOR)
    page = auditor.get(f"/admin/registry/organisation/{pk}/change/").content.decode()
    assert "峡湾大学" in page
    assert 'name="_save"' not in page
    assert auditor.post(f"/admin/registry/organisation/{pk}/delete/", {"post": "yes"}).status_code == 403
    assert Organisation.objects.filter(pk=pk).exists()


def test_passwords_are_not_shown(sign_in: Any) -> None:
    from sanchuang.core.models import User

    lars = User.objects.get(username="lars")
    page = sign_in(Role.ADMINISTRATOR).get(f"/admin/core/user/{lars.pk}/change/").content.decode()
    assert "lars" in page
    assert lars.password not in page


@pytest.mark.parametrize(
    "page", ["user/?password__startswith=", "user/?password=", "membership/?user__password__startswith="]
)
def test_nobody_guesses_a_password_by_filtering(page: str, sign_in: Any) -> None:
    from sanchuang.core.models import User

    lars = User.objects.get(username="lars")
    answer = sign_in(Role.AUDITOR).get(f"/admin/core/{page}{lars.password[:20]}")
    assert answer.status_code == 400


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MEMBER])
def test_others_are_sent_away(role: Role, sign_in: Any) -> None:
    assert sign_in(role).get("/admin/").status_code == 302


@pytest.mark.parametrize("page", ["search/?s=a", "search/?s=a&page=x", "search/?s=a&page=99", "search/"])
def test_the_search_for_records_never_breaks(page: str, sign_in: Any) -> None:
    assert sign_in(Role.AUDITOR).get(f"/admin/{page}").status_code in {200, 404}


@pytest.mark.parametrize("page", ["core/lawentry", "registry/organisation", "registry/fact"])
@pytest.mark.parametrize("text", ["x" * 100_000, "a " * 5_000], ids=["one long word", "many words"])
def test_a_list_is_searched_for_any_text(page: str, text: str, sign_in: Any) -> None:
    assert sign_in(Role.AUDITOR).get(f"/admin/{page}/", {"q": text}).status_code == 200


def test_an_inbox_item_is_shown_with_its_history(sign_in: Any, make_user: Any) -> None:
    from sanchuang.core import reports

    item, _new = reports.report(
        by=make_user(), kind="organisation", slug="999000011", wrong="<script>alert(1)</script>"
    )
    page = sign_in(Role.AUDITOR).get(f"/admin/core/inboxitem/{item.pk}/change/").content.decode()
    assert "提出" in page
    assert "<script>alert" not in page
    assert 'name="_save"' not in page


def test_only_the_admin_relaxes_the_content_policy(sign_in: Any) -> None:
    """Its Alpine evaluates attributes; no other page may, and scripts come from the site everywhere."""
    auditor = sign_in(Role.AUDITOR)
    strict = auditor.get("/")["Content-Security-Policy"]
    relaxed = auditor.get("/admin/")["Content-Security-Policy"]
    assert "unsafe" not in strict
    assert "script-src 'self' 'unsafe-eval';" in relaxed
    assert "style-src 'self' 'unsafe-inline';" in relaxed
    assert relaxed.replace(" 'unsafe-eval'", "").replace(" 'unsafe-inline'", "") == strict
    for page in ("/organisations/", "/desk/", "/admin/login/", "/administration/", "/no/admin/", "/sign-in/"):
        assert auditor.get(page)["Content-Security-Policy"] == strict, page
    assert Client().get("/sign-in/?next=/admin/")["Content-Security-Policy"] == strict


@pytest.mark.parametrize(("language", "title"), [("en", "Records of Sanchuang"), ("zh-hans", None)])
def test_the_admin_speaks_the_readers_language(language: str, title: str | None, sign_in: Any) -> None:
    from django.utils import translation
    from django.utils.translation import gettext

    auditor = sign_in(Role.AUDITOR)
    from sanchuang.core.models import User

    User.objects.update(language=language)
    with translation.override(language):
        title = title or gettext("Records of Sanchuang")
    page = auditor.get("/admin/").content.decode()
    assert title in page
    assert 'href="/"' in page
