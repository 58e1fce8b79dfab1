"""The registry's own words in the page's language: kinds of organisations and places, uses of names."""

from __future__ import annotations

from django.utils.functional import Promise

from sanchuang.registry.models import Organisation, OrganisationName, Place

ORGANISATION_KINDS: dict[str, str | Promise] = dict(Organisation.Kind.choices)
PLACE_KINDS: dict[str, str | Promise] = dict(Place.Kind.choices)
NAME_KINDS: dict[str, str | Promise] = dict(OrganisationName.Kind.choices)
