"""The pages of the policies room: text, rule and sentence side by side."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.usefixtures("tiny")


@pytest.fixture
def reader(make_user: Any) -> Client:
    """Somebody signed in who has no role here."""
    client = Client()
    client.force_login(make_user())
    return client


def test_the_list_names_every_policy_with_its_state(reader: Client) -> None:
    page = reader.get("/policies/").content.decode()
    assert "共用实验船" in page
    assert "2024-01-01" in page
    assert "本包假设" in page


def test_a_policy_shows_text_sentence_rule_and_examples(reader: Client) -> None:
    page = reader.get("/policies/shared_boat/").content.decode()
    assert "设在本镇、上年员工不超过 50 人的公司。" in page  # the text
    assert "员工数（上年）不超过 50。" in page  # the sentence
    assert "when: staff ≤ 50" in page  # the rule as written
    assert "三个人的公司" in page  # a worked example
    assert 'id="article-2"' in page


def test_an_unknown_policy_is_not_found_and_likely_ones_are_named(reader: Client) -> None:
    answer = reader.get("/policies/shared_boot/")
    assert answer.status_code == 404
    assert "shared_boat" in answer.content.decode()


def test_a_stranger_is_asked_to_sign_in() -> None:
    answer = Client().get("/policies/shared_boat/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")
