"""Who may sign in: the demonstration's accounts only where this is a demonstration."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.test import Client

from sanchuang.core.demo import demo_password
from sanchuang.core.models import User

pytestmark = pytest.mark.django_db


def test_a_demo_user_signs_in_to_a_demonstration_only(tiny: Any, settings: Any) -> None:
    assert Client().login(request=HttpRequest(), username="stim", password=demo_password())
    settings.DEMO = False  # any server: nothing ran that takes the passwords away
    assert not Client().login(request=HttpRequest(), username="stim", password=demo_password())


def test_a_demo_session_ends_where_production_begins(tiny: Any, settings: Any) -> None:
    client = Client()
    client.login(request=HttpRequest(), username="stim", password=demo_password())
    request = HttpRequest()
    request.session = client.session
    assert get_user(request).get_username() == "stim"
    settings.DEMO = False
    assert get_user(request).is_anonymous


@pytest.mark.parametrize("demo", [True, False])
def test_ones_own_account_signs_in_everywhere(demo: bool, settings: Any) -> None:
    settings.DEMO = demo
    User.objects.create_user("somebody", password="their own")
    assert Client().login(request=HttpRequest(), username="somebody", password="their own")
    User.objects.update(is_active=False)
    assert not Client().login(request=HttpRequest(), username="somebody", password="their own")
