"""The registry's own words in the page's language: kinds of records, uses of names, verdicts of checks."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sanchuang.engines.figures import Obstacle
from sanchuang.engines.rules.dictionary import FactType
from sanchuang.registry.models import Organisation, OrganisationName, Place

ORGANISATION_KINDS: dict[str, str | Promise] = dict(Organisation.Kind.choices)
PLACE_KINDS: dict[str, str | Promise] = dict(Place.Kind.choices)
NAME_KINDS: dict[str, str | Promise] = dict(OrganisationName.Kind.choices)
# The kinds that a pack's mechanisms may have (core.pack.schema).
MECHANISM_KINDS: dict[str, str | Promise] = {
    "mechanism": _("Mechanism"),
    "place_mechanism": _("Mechanism of a place"),
    "actor_mechanism": _("Organisation as a mechanism"),
    "policy_frame": _("Policy frame"),
    "target": _("Target"),
    "recognition": _("Recognition"),
    "event": _("Event"),
    "slogan": _("Slogan"),
}
FACT_TYPES: dict[FactType, str | Promise] = {
    FactType.MONEY: _("Amount"),
    FactType.COUNT: _("Count"),
    FactType.NUMBER: _("Number"),
    FactType.RATE: _("Share"),
    FactType.BOOL: _("Yes or no"),
    FactType.CHOICE: _("Choice"),
    FactType.TEXT: _("Text"),
    FactType.DATE: _("Day"),
}
# Verdicts of the checks of figures, and what leaves one open.
VERDICTS: dict[str, str | Promise] = {
    "consistent": _("consistent"),
    "follows": _("follows"),
    "contradiction": _("contradiction"),
    "different_things": _("count different things"),
    "undecided": _("cannot be decided"),
}
OBSTACLES: dict[Obstacle, str | Promise] = {
    Obstacle.MISSING: _("not published"),
    Obstacle.UNDATED: _("has no date"),
    Obstacle.WORDS: _("given in words only"),
    Obstacle.OPERATOR: _("not given exactly"),
}
SIGNS = {"*": "×", "/": "÷", "-": "−"}  # of operations, as printed
