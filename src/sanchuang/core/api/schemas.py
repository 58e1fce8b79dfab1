"""Shapes that several rooms' interfaces share, and what is said of a value that does not fit its shape."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from django.utils.translation import gettext as _
from ninja import Field, Schema
from pydantic import ConfigDict

from sanchuang.core.language import listed
from sanchuang.values import Figure, Yuan

MOST_OFFSET = 1_000_000
MOST_LIMIT = 200
LONGEST_QUERY = 80
MOST_NUMBER = 2**63 - 1

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=80)]
Number = Annotated[int, Field(ge=1, le=MOST_NUMBER)]


class Asked(Schema):
    """What a program sends; a field that nobody knows is a mistake and refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Paging(Asked):
    """Which stretch of a list is asked for."""

    limit: int = Field(50, ge=1, le=MOST_LIMIT, description="How many records at most.")
    offset: int = Field(0, ge=0, le=MOST_OFFSET, description="How many records of the list are skipped.")


class Told(Schema):
    """What is sent to a program."""


class PageTold(Told):
    """A stretch of a list; `count` is the length of the whole list, `next` the address of what follows."""

    count: int = Field(examples=[1])
    limit: int = Field(examples=[50])
    offset: int = Field(examples=[0])
    next: str | None = Field(None, examples=["/api/v1/organisations?offset=50"])


class Ref(Told):
    """Another record: its identifier and its name."""

    id: str = Field(examples=["ring-harbour"])
    name: str = Field(examples=["Harbour circle"])


class Money(Told):
    """An amount of money, exact in fen and as people read it."""

    fen: int = Field(examples=[2_000_000_00])
    text: str = Field(examples=["2,000,000.00"])

    @classmethod
    def of(cls, amount: Yuan) -> "Money":
        """The amount."""
        return cls(fen=amount.fen, text=amount.exact())


class FigureTold(Told):
    """A figure with its operator; `value` is the exact number as text, null where the source only has words."""

    value: str | None = Field(None, examples=["972"])
    op: str = Field(examples=["≈"])
    unit: str = Field(examples=["firms"])
    text: str = Field(examples=["nearly 972 firms"])

    @classmethod
    def of(cls, figure: Figure, language: str) -> "FigureTold":
        """The figure, in words of `language`."""
        value = None if figure.value is None else str(figure.value)
        return cls(value=value, op=figure.op.value, unit=figure.unit, text=figure.text(language))


class ErrorTold(Told):
    """One value that does not fit: where it stands, and what is wrong with it."""

    location: list[str | int] = Field(examples=[["body", "name"]])
    message: str = Field(examples=["It is missing."])


class SuccessorTold(Ref):
    """The record that stands for the one asked for, and where to read it."""

    url: str = Field(examples=["/api/v1/organisations/999000022"])


class ProblemTold(Told):
    """RFC 9457: what is wrong, and what to do."""

    type: str = Field(examples=["/api/#invalid"])
    title: str = Field(examples=["Something in the request is not valid"])
    status: int = Field(examples=[422])
    instance: str = Field(examples=["/api/v1/organisations"])
    detail: str | None = Field(None, examples=["The same key with another request."])
    remedy: str | None = Field(None, examples=["Correct it and send it again."])
    errors: list[ErrorTold] | None = None
    successor: SuccessorTold | None = Field(None, description="With 308: what the record has become.")


def _said(kind: str, about: Mapping[str, Any]) -> str:
    """What is wrong with a value, by pydantic's name of the fault."""
    match kind:
        case "missing":
            return _("It is missing.")
        case "extra_forbidden":
            return _("Nobody knows this field.")
        case "string_too_long":
            return _("It has more than %(most)s characters.") % {"most": about.get("max_length")}
        case "string_too_short":
            return _("It has less than %(least)s characters.") % {"least": about.get("min_length")}
        case "string_pattern_mismatch":
            return _("It is not of the form %(form)s.") % {"form": about.get("pattern")}
        case "greater_than_equal":
            return _("It must be %(least)s or more.") % {"least": about.get("ge")}
        case "less_than_equal":
            return _("It must be %(most)s or less.") % {"most": about.get("le")}
        case "greater_than":
            return _("It must be more than %(least)s.") % {"least": about.get("gt")}
        case "less_than":
            return _("It must be less than %(most)s.") % {"most": about.get("lt")}
        case "too_long":
            return _("It has more than %(most)s entries.") % {"most": about.get("max_length")}
        case "too_short":
            return _("It has less than %(least)s entries.") % {"least": about.get("min_length")}
        case "enum" | "literal_error":
            return _("It must be one of: %(choices)s") % {"choices": _choices(str(about.get("expected", "")))}
    if kind.startswith(("int", "finite", "float", "decimal")):
        return _("It must be a whole number.")
    if kind.startswith("bool"):
        return _("It must be true or false.")
    if kind.startswith("date"):
        return _("It must be a day such as 2026-03-01, or a time such as 2026-03-01T08:00:00+08:00.")
    if kind.startswith("string"):
        return _("It must be text.")
    if kind.startswith(("list", "tuple", "set")):
        return _("It must be a list.")
    if kind.startswith(("model", "dict")):
        return _("It must be an object.")
    return _("This value does not fit.")


def _choices(expected: str) -> str:
    """Pydantic's English enumeration, "'registered', 'seen' or 'paid'", as a list in the page's language."""
    found = re.findall(r"'([^']*)'", expected) or re.split(r", | or ", expected)
    return listed(found)


def told_errors(errors: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Pydantic's faults with their place and words in the caller's language."""
    said = []
    for error in errors:
        source, *rest = error["loc"]
        # ninja puts the name of the view's parameter between the source and the field
        if source in ("query", "body") and len(rest) > 1:
            rest = rest[1:]
        elif source == "body" and error["type"] == "missing":
            rest = []
        place = [source, *(_plain(part) for part in rest)]
        said.append({"location": place, "message": _said(error["type"], error.get("ctx") or {})})
    return said[:20]


def _plain(part: Any) -> str | int:
    return part if isinstance(part, int) else str(part).encode(errors="replace").decode()[:80]
