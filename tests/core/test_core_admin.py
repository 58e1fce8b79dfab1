"""Django's admin: auditors and administrators look at every record, nobody changes one there."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client

from sanchuang.core.roles import Role

pytestmark = pytest.mark.usefixtures("tiny")
PAGES = [f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry]


@pytest.fixture
def sign_in(make_user: Any) -> Any:
    """Signs in somebody with a role."""

    def sign(role: Role) -> Client:
        user = make_user(role)
        user.is_staff = role in (Role.AUDITOR, Role.ADMINISTRATOR)
        user.save()
        client = Client()
        client.force_login(user)
        return client

    return sign


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


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MEMBER])
def test_others_are_sent_away(role: Role, sign_in: Any) -> None:
    assert sign_in(role).get("/admin/").status_code == 302
