"""Organisations that cells name: by code, identifier or name."""

from __future__ import annotations

from django.utils.translation import gettext as _

from sanchuang.core.search import search_key
from sanchuang.registry.codes import normal
from sanchuang.registry.models import Organisation, OrganisationName
from sanchuang.values import Malformed


class KnownOrganisations:
    """Every organisation by what may name it; what was merged names its survivor."""

    def __init__(self) -> None:
        self._by_code: dict[str, int] = {}
        self._by_name: dict[str, set[int]] = {}
        survivors = {}
        for pk, survivor, slug, code in Organisation.every.values_list("pk", "merged_into", "slug", "code"):
            survivors[pk] = self._by_code[normal(slug)] = survivor or pk
            if code:
                self._by_code[code] = survivor or pk
        for pk, key in OrganisationName.objects.values_list("organisation_id", "key"):
            self._by_name.setdefault(key, set()).add(survivors[pk])

    def find(self, text: str) -> int:
        """The key of the organisation; raises `Malformed` where none or several are called so."""
        if pk := self._by_code.get(normal(text)):
            return pk
        found = self._by_name.get(search_key(text), set())
        if len(found) == 1:
            return next(iter(found))
        said = {"name": text[:60]}
        if found:
            raise Malformed(
                _("Several organisations are called “%(name)s”") % said,
                _("Give the registration code or the identifier"),
            )
        raise Malformed(
            _("No organisation here has the code or name “%(name)s”") % said,
            _("Import the organisation first"),
        )
