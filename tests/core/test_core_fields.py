"""`EnumField`: members in, members out, their names in the database."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from sanchuang.core.fields import EnumField
from sanchuang.registry.models import PublishedFigure
from sanchuang.values import Evidence, Op, Verification


@pytest.mark.parametrize("given", [Op.NEARLY, "nearly", "NEARLY", "<~"])
def test_a_member_its_name_and_its_value_are_stored_as_the_name(given: object) -> None:
    assert EnumField(Op).get_prep_value(given) == "nearly"


def test_every_member_comes_back(db: None) -> None:
    for op in Op:
        PublishedFigure.objects.create(
            slug=op.name, name="某数", kind="count", value="1", op=op, source="某报"
        )
    for op in Op:
        assert PublishedFigure.objects.get(slug=op.name).op is op
        assert PublishedFigure.objects.get(op=op).slug == op.name
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT op FROM registry_publishedfigure ORDER BY op")
        assert [name for (name,) in cursor.fetchall()] == sorted(op.name.lower() for op in Op)


def test_nothing_is_stored_as_the_empty_text() -> None:
    field = EnumField(Evidence, blank=True)
    assert field.get_prep_value(None) == field.get_prep_value("") == ""
    assert field.from_db_value("", None, None) is None


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(
        ValidationError, match="“checked”不在 verified_text、verified_figure、unverified、assumption 之中"
    ):
        EnumField(Verification).to_python("checked")


def test_words_and_numbers_become_figures(db: None) -> None:
    number = PublishedFigure(value="300", op=Op.NEARLY, unit="项")
    assert number.figure.text() == "近300项"
    words = PublishedFigure(value="几十", op=Op.WORDS, unit="公里")
    assert words.figure.text() == "几十公里"
