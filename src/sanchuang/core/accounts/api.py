"""Who the caller is, for programs."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router

from sanchuang.core.api.endpoints import reads
from sanchuang.core.api.schemas import Told
from sanchuang.core.api.versions import told
from sanchuang.core.permissions import memberships_of, require

router = Router(tags=["account"])


class RoleHeld(Told):
    """A role and how far it reaches."""

    role: str = Field(examples=["member"])
    organisation: str = Field("", examples=["999000011"])
    circle: str = Field("", examples=[""])


class CallerTold(Told):
    """The account for which the caller acts, and the roles it holds today."""

    username: str = Field(examples=["member"])
    name: str = Field(examples=["Demo member"])
    language: str = Field(examples=["zh-hans"])
    roles: list[RoleHeld]


@reads(router, "/me", CallerTold, name="me")
def me(request: HttpRequest) -> HttpResponse:
    """Who the caller is."""
    user: Any = request.user
    require(user, "core.report")
    roles = [
        RoleHeld(role=held.role, organisation=held.organisation, circle=held.circle)
        for held in memberships_of(user)
    ]
    return told(
        request, CallerTold(username=user.username, name=str(user), language=user.language, roles=roles)
    )
