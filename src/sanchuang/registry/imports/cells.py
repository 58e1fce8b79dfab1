"""From the text of a cell to a value. Every reader raises `Malformed` with what is wrong and what to write."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from sanchuang.core.errors import near
from sanchuang.core.language import listed
from sanchuang.core.search import search_key
from sanchuang.registry.codes import check_code
from sanchuang.registry.definitions import code_scheme
from sanchuang.registry.imports.files import UNCALCULATED, too_long_cell
from sanchuang.registry.models import Field, Industry, Organisation, Place
from sanchuang.values import Malformed, Period, Yuan
from sanchuang.values.numbers import half_width, parse_number

LANGUAGES = ("zh-hans", "zh-hant", "en")
_DATE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?"
)
_EIGHT = re.compile(r"\d{8}")
_SERIAL = re.compile(r"\d{5}")  # days since 1899-12-30: 10000 is 1927, 99999 is 2173
_SEVERAL = re.compile(r"[;；、|\n]+")
_EXPONENT = re.compile(r"\d(?:\.\d+)?E\+\d+", re.IGNORECASE)
EXCEL_EPOCH = dt.date(1899, 12, 30)
TERM = 200  # characters of a name or title


def plain(text: str) -> str:
    """A cell fit to be read. Raises `Malformed` for an uncalculated formula, a fault of Excel's, and far too long a text."""
    if text == UNCALCULATED:
        raise Malformed(
            _("The cell holds a formula that was never calculated"),
            _("Open the file in Excel and save it, or write the value in place of the formula"),
        )
    if text.startswith("#") and text.rstrip("!?").strip("#") in (
        "N/A",
        "REF",
        "VALUE",
        "DIV/0",
        "NAME",
        "NULL",
        "NUM",
    ):
        raise Malformed(
            _("The cell holds a fault of the spreadsheet: %(text)s") % {"text": text}, _("Mend its formula")
        )
    if too_long_cell(text):
        raise Malformed(
            _("The cell holds %(length)s characters") % {"length": f"{len(text):,}"},
            _("A cell of a spreadsheet holds at most 32,767; divide the text"),
        )
    if "\0" in text:
        raise Malformed(_("The cell holds a character that is no text"), _("Delete it"))
    return text


def day(text: str) -> dt.date:
    """A day as files write it: 2015-03-02, 2015/3/2, 2015年3月2日, 20150302, and the number that Excel keeps for it."""
    written = half_width(text)
    try:
        if match := _DATE.fullmatch(written):
            return dt.date(*map(int, match.groups()))
        if _EIGHT.fullmatch(written):
            return dt.date(int(written[:4]), int(written[4:6]), int(written[6:]))
        if _SERIAL.fullmatch(written):
            return EXCEL_EPOCH + dt.timedelta(days=int(written))
    except ValueError:
        pass
    raise Malformed(_("“%(text)s” is no day") % {"text": text[:40]}, _("Write it as 2026-01-23"))


def short(text: str) -> str:
    """A name or title."""
    if len(text) > TERM:
        raise Malformed(
            _("“%(text)s…” has more than %(most)s characters") % {"text": text[:20], "most": TERM},
            _("Shorten it"),
        )
    return " ".join(text.split())


def several(text: str) -> list[str]:
    """The parts of a cell that holds several names, parted by ；, 、 or a new line."""
    return [short(part) for part in _SEVERAL.split(text) if part.strip()]


def code(text: str, scheme: str) -> str:
    """A registration code by the pack's scheme."""
    if _EXPONENT.fullmatch(text):
        raise Malformed(
            _("Excel kept only part of the code: %(text)s") % {"text": text},
            _("Format the column as text before the codes are typed or pasted, and export it again"),
        )
    return check_code(text, scheme)


def level(text: str) -> int:
    """A readiness level: 4, TRL 4, TRL4."""
    written = half_width(text).upper().removeprefix("TRL").strip(" -级")
    if not written.isdecimal() or not 1 <= int(written) <= 9:
        raise Malformed(_("“%(text)s” is no readiness level") % {"text": text[:40]}, _("Write 1 to 9"))
    return int(written)


def money(text: str) -> Yuan:
    """An amount; a bare number is one of yuan."""
    try:
        parse_number(text)
    except Malformed:
        return Yuan.parse(text)
    return Yuan.parse(f"{text}元")


def canonical_period(text: str) -> str:
    """A period in its canonical text."""
    try:
        return str(Period.parse(text))
    except Malformed:
        return day(text).isoformat()


@dataclass
class Lookups:
    """What cells may name, and how codes are written. Read once for a whole import."""

    kinds: dict[str, str] = field(default_factory=dict)
    industries: dict[str, Industry] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    fields: dict[str, Field] = field(default_factory=dict)
    scheme: str = "none"

    @classmethod
    def read(cls) -> Lookups:
        """From the database."""
        kinds: dict[str, str] = {search_key(value): value for value in Organisation.Kind.values}
        for language in LANGUAGES:
            with override(language):
                kinds |= {search_key(str(label)): value for value, label in Organisation.Kind.choices}
        return cls(
            kinds,
            _named(Industry.objects.all(), "code"),
            _named(Place.objects.all(), "slug"),
            _named(Field.objects.all(), "slug"),
            code_scheme(),
        )

    def code(self, text: str) -> str:
        """A registration code."""
        return code(text, self.scheme)

    def kind(self, text: str) -> str:
        """A kind of organisation."""
        return _found(self.kinds, text, _("kind of organisation"))

    def industry(self, text: str) -> Industry:
        """An industry by code or name; of a code finer than the pack's classification the class that holds it.

        The finest class has four digits: what is longer is no such code, and is not cut until it fits.
        """
        written = half_width(text)
        match = re.match(r"[A-Za-z]?\d{2,4}(?!\d)", written)
        letters = match[0].upper() if match else ""
        for wanted in (letters, letters.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")):
            for end in range(len(wanted), 1, -1):
                if found := self.industries.get(search_key(wanted[:end])):
                    return found
        return _found(self.industries, text, _("industry"))

    def place(self, text: str) -> Place:
        """A place by identifier or name."""
        return _found(self.places, text, _("place"))

    def circle(self, text: str) -> Place:
        """An innovation circle."""
        found = self.place(text)
        if found.kind != Place.Kind.CIRCLE:
            raise Malformed(
                _("“%(place)s” is no innovation circle") % {"place": found},
                _("Choose a place that is an innovation circle, or none"),
            )
        return found

    def field(self, text: str) -> Field:
        """A field of research."""
        return _found(self.fields, text, _("field"))


def _named(rows: Iterable[Any], identifier: str) -> dict[str, Any]:
    known: dict[str, Any] = {}
    for row in rows:
        for name in (getattr(row, identifier), row.name, row.name_hant, row.name_en):
            if name:
                known.setdefault(search_key(name), row)
    return known


def _found(known: Mapping[str, Any], text: str, what: str) -> Any:
    found = known.get(search_key(text))
    if found is None:
        words = sorted({str(value) for value in known.values()})
        like = near(text, words, 3)
        raise Malformed(
            _("There is no %(what)s “%(text)s”") % {"what": what, "text": text[:40]},
            _("Did you mean: %(names)s") % {"names": listed(like)}
            if like
            else _("Write one that the district knows, or leave the cell empty"),
        )
    return found


Reader = Callable[[str], Any]
