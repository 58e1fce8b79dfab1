"""The registry's own words in the page's language: kinds of organisations and places, uses of names."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sanchuang.registry.models import Organisation, OrganisationName, Place

ORGANISATION_KINDS: dict[str, str | Promise] = {
    Organisation.Kind.UNIVERSITY: _("University"),
    Organisation.Kind.INSTITUTE: _("Research institute"),
    Organisation.Kind.COMPANY: _("Company"),
    Organisation.Kind.FUND: _("Fund"),
    Organisation.Kind.PARK: _("Park operator"),
    Organisation.Kind.PROVIDER: _("Service provider"),
    Organisation.Kind.AGENCY: _("Government agency"),
    Organisation.Kind.ALLIANCE: _("Alliance"),
    Organisation.Kind.VENUE: _("Venue"),
}
PLACE_KINDS: dict[str, str | Promise] = {
    Place.Kind.CIRCLE: _("Innovation circle"),
    Place.Kind.DISTRICT: _("District"),
    Place.Kind.PARK: _("Park"),
    Place.Kind.TOWN: _("Town or subdistrict"),
    Place.Kind.STREET_BLOCK: _("Street block"),
    Place.Kind.VENUE: _("Venue"),
    Place.Kind.AREA: _("Area"),
    Place.Kind.OUTSIDE: _("Outside the district"),
}
NAME_KINDS: dict[str, str | Promise] = {
    OrganisationName.Kind.CURRENT: _("Current name"),
    OrganisationName.Kind.FORMER: _("Former name"),
    OrganisationName.Kind.SHORT: _("Short name"),
    OrganisationName.Kind.SCRIPT: _("Traditional script"),
    OrganisationName.Kind.ENGLISH: _("English name"),
    OrganisationName.Kind.LOCAL: _("Local name"),
}
