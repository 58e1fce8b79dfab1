"""Which organisations known here somebody may mean by a code and some names: the same one twice is found here.

Ways of being alike, the surest first: the same registration code; the same name, whatever its script, width, case and
punctuation; a former or other name; a name that is nearly so (another spelling of the legal form, a place written or
left out, one slip of the keyboard). What is found is a candidate: a person decides. See docs/duplicates.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rapidfuzz.distance import OSA

from sanchuang.core.models import PackLoad
from sanchuang.engines.lookup.keys import syllables
from sanchuang.registry.codes import check_code, normal
from sanchuang.registry.models import Organisation, OrganisationName
from sanchuang.registry.name_words import PLACE_ENDS, TELLING, Speller, Spelling, apart
from sanchuang.values import Malformed


class How(StrEnum):
    """In what an organisation is like what was asked for."""

    CODE = "code"
    NAME = "name"
    FORMER = "former"
    SIMILAR = "similar"

    @property
    def label(self) -> str | Promise:
        """The way in the page's language."""
        return _LABELS[self]


_LABELS: dict[How, str | Promise] = {
    How.CODE: _("same code"),
    How.NAME: _("same name"),
    How.FORMER: _("former or other name"),
    How.SIMILAR: _("similar name"),
}

# Scores: how sure it is that one organisation is meant. Ways do not overlap, but for a short name, which many may bear.
SAME_CODE = 1.0
SAME_NAME = 0.97
OTHER_NAME = 0.92
SHORT_NAME = 0.7
SAME_CORE = 0.9
OTHER_FORM = 0.85  # the same core, one name with a place or legal form that the other leaves out
SOUND_SLIP = 0.8
SLIP = 0.65
OTHER_CODE = (
    0.4  # the same name under two valid codes: as a rule two organisations, and one that is worth a look
)

_SHORT = 4  # Chinese characters; twice as many letters
_HEAD = 12  # characters of a core in which a slip is looked for by its blocks; behind them by the whole head
_TRADE_NAME = 4  # characters that tell companies apart: another character there is another company
_LEAST_NEAR = 5  # characters of a core before a slip in it is believed; letters: 8
_MOST_ALIKE = 100  # names that share a block; a slip that so many would explain tells nothing


@dataclass(frozen=True, slots=True)
class Likeness:
    """That the organisation `pk`, by its `name`, is like what was asked for; `score` is between 0 and 1."""

    pk: int
    how: How
    score: float
    name: str


@dataclass(frozen=True, slots=True)
class _Borne:
    """A name known here: whose, as it was written, taken apart, and whether it is the current one."""

    pk: int
    name: str
    spelling: Spelling
    current: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Two organisations that may be one; `one` has the lower key."""

    one: int
    other: int
    how: How
    score: float


class Roll:
    """The organisations known so far, in memory, for many questions.

    `regions` are places that names begin with and may leave out, `scheme` is the scheme of the codes: a code that is
    wrong by it proves nothing.
    """

    def __init__(self, regions: Iterable[str] = (), scheme: str = "none") -> None:
        self._speller = Speller(regions)
        self._scheme = scheme
        self._by_code: dict[str, int] = {}
        self._codes: dict[int, set[str]] = {}
        self._decided: set[int] = set()  # organisations with a valid code
        self._borne: list[_Borne] = []
        self._chinese: set[int] = set()  # organisations that bear a Chinese name
        self._of: dict[int, list[int]] = {}  # the places of an organisation's names in `_borne`
        self._by_key: dict[str, list[int]] = {}
        self._by_core: dict[str, list[int]] = {}
        self._blocks: dict[int, int | list[int]] = {}  # a core with one character left out → cores
        self._cores: list[str] = []

    @classmethod
    def read(cls) -> Roll:
        """Every organisation here with its names; codes of those merged into it find it too."""
        about = PackLoad.objects.values_list("about", flat=True).first() or {}
        regions = [
            name for part in ("province", "city", "district") for name in (about.get(part) or {}).values()
        ]
        roll = cls(regions, str(about.get("code_scheme") or "none"))
        others: dict[int, list[str]] = {}
        known = OrganisationName.objects.order_by("pk").values_list("organisation_id", "name")
        for pk, name in known.iterator(chunk_size=10_000):
            others.setdefault(pk, []).append(name)
        columns = ("pk", "merged_into", "code", "name", "name_hant", "name_en", "name_local")
        rows = Organisation.every.order_by("pk").values_list(*columns)
        codes = []
        for pk, survivor, code, *names in rows.iterator(chunk_size=10_000):
            if survivor is None:
                roll.add(pk, code, [*names, *others.pop(pk, ())])
            elif code:
                codes.append((survivor, code))
        for survivor, code in codes:
            roll.add(survivor, code, ())
        return roll

    def __len__(self) -> int:
        return len(self._of)

    def add(self, pk: int, code: str | None, names: Sequence[str]) -> None:
        """Put an organisation on the roll: the first of `names` is its current name, the others all that it also bears.

        Once more for the same organisation adds another code or more names; they are other names then.
        """
        new = pk not in self._of
        own = self._of.setdefault(pk, [])
        if code and (written := normal(code)):
            self._by_code[written] = min(pk, self._by_code.get(written, pk))
            self._codes.setdefault(pk, set()).add(written)
            if self._valid(written):
                self._decided.add(pk)
        held = {self._borne[at].name for at in own}
        for place, name in enumerate(names):
            if name in held or (spelling := self._speller.spelt(name)) is None:
                continue
            held.add(name)
            at = len(self._borne)
            self._borne.append(_Borne(pk, name, spelling, new and place == 0))
            own.append(at)
            if spelling.han:
                self._chinese.add(pk)
            self._by_key.setdefault(spelling.key, []).append(at)
            if spelling.core not in self._by_core:
                self._block(spelling)
            self._by_core.setdefault(spelling.core, []).append(at)

    def _block(self, spelling: Spelling) -> None:
        if not _may_slip(spelling):
            return
        at = len(self._cores)
        self._cores.append(spelling.core)
        for block in _blocks_of(spelling.core):
            known = self._blocks.get(block)
            if known is None:
                self._blocks[block] = at
            elif isinstance(known, int):
                self._blocks[block] = [known, at]
            else:
                known.append(at)

    def find(self, code: str | None, names: Sequence[str]) -> list[Likeness]:
        """Who may be meant by `code` and `names` (the current one first), each once, the likeliest first.

        The code decides: who bears it is meant, whatever the names. Where both have valid codes and they differ, the
        same current name is only similar, with a low score, and lesser likeness is none. Where both have Chinese names,
        English ones tell little: different characters are often spelt alike. Never raises on any text.
        """
        best: dict[int, Likeness] = {}
        written = normal(code) if code else ""
        if written and (bearer := self._by_code.get(written)) is not None:
            own = self._of[bearer]
            called = self._borne[own[0]].name if own else ""
            best[bearer] = Likeness(bearer, How.CODE, SAME_CODE, called)
        valid = self._valid(written)
        spelt = [self._speller.spelt(name) for name in names]
        chinese = any(spelling and spelling.han for spelling in spelt)
        for place, spelling in enumerate(spelt):
            if spelling is None:
                continue
            for found in self._named(spelling, place == 0, chinese):
                if valid and found.pk in self._decided and written not in self._codes[found.pk]:
                    if found.how is not How.NAME:
                        continue
                    found = Likeness(found.pk, How.SIMILAR, OTHER_CODE, found.name)
                known = best.get(found.pk)
                if known is None or (-found.score, found.name) < (-known.score, known.name):
                    best[found.pk] = found
        return sorted(best.values(), key=lambda likeness: (-likeness.score, likeness.pk))

    def pairs(self) -> list[Pair]:
        """Every two organisations of the roll that may be one, the likeliest first."""
        found: dict[tuple[int, int], Pair] = {}
        for pk, own in self._of.items():
            names = [self._borne[at].name for at in own]
            # Each code by itself, so that an organisation with two is compared by both; usually there is one or none.
            for code in sorted(self._codes.get(pk, ())) or ("",):
                for likeness in self.find(code, names):
                    if likeness.pk == pk:
                        continue
                    one, other = sorted((pk, likeness.pk))
                    known = found.get((one, other))
                    if known is None or known.score < likeness.score:
                        found[one, other] = Pair(one, other, likeness.how, likeness.score)
        return sorted(found.values(), key=lambda pair: (-pair.score, pair.one, pair.other))

    def _valid(self, code: str) -> bool:
        return bool(code) and _correct(code, self._scheme)

    def _named(self, asked: Spelling, current: bool, chinese: bool) -> Iterator[Likeness]:
        for at in self._by_key.get(asked.key, ()):
            borne = self._borne[at]
            if current and borne.current:
                yield Likeness(borne.pk, How.NAME, SAME_NAME, borne.name)
            else:
                little = self._tells_little(asked, borne, chinese)
                short = len(asked.key) < (_SHORT if asked.han else 2 * _SHORT)
                yield Likeness(
                    borne.pk, How.FORMER, SHORT_NAME if short or little else OTHER_NAME, borne.name
                )
        for at in self._by_core.get(asked.core, ()):
            borne = self._borne[at]
            if borne.spelling.key != asked.key:
                alike = asked.form == borne.spelling.form and asked.places == borne.spelling.places
                yield from self._similar(asked, borne, SAME_CORE if alike else OTHER_FORM, chinese)
        for core in self._near(asked):
            score = _slip(asked.core, core, asked.han)
            for at in self._by_core[core] if score else ():
                yield from self._similar(asked, self._borne[at], score, chinese)

    def _similar(self, asked: Spelling, borne: _Borne, score: float, chinese: bool) -> Iterator[Likeness]:
        if not apart(asked, borne.spelling) and not self._tells_little(asked, borne, chinese):
            yield Likeness(borne.pk, How.SIMILAR, score, borne.name)

    def _tells_little(self, asked: Spelling, borne: _Borne, chinese: bool) -> bool:
        return chinese and not asked.han and borne.pk in self._chinese

    def _near(self, asked: Spelling) -> set[str]:
        if not _may_slip(asked):
            return set()
        found: set[str] = set()
        for block in _blocks_of(asked.core):
            known = self._blocks.get(block)
            if isinstance(known, int):
                found.add(self._cores[known])
            elif known is not None and len(known) <= _MOST_ALIKE:
                found.update(self._cores[at] for at in known)
        found.discard(asked.core)
        return found


@cache
def _sound(char: str) -> str:
    return syllables(char)[0]


def _correct(code: str, scheme: str) -> bool:
    try:
        check_code(code, scheme)
    except Malformed:
        return False
    return True


def _may_slip(spelling: Spelling) -> bool:
    return len(spelling.core) >= (_LEAST_NEAR if spelling.han else 2 * _SHORT)


def _blocks_of(core: str) -> Iterator[int]:
    """Marks of `core`, one of which every core has that is one slip away (as in symmetric deletion)."""
    head = core[:_HEAD]
    yield hash(head)
    for at in range(len(head)):
        yield hash(head[:at] + head[at + 1 :])


def _slip(asked: str, known: str, han: bool) -> float:
    """How likely `known` is `asked` with one slip; 0 where it is another name."""
    if OSA.distance(asked, known, score_cutoff=1) > 1:
        return 0.0
    first = next((at for at, (a, b) in enumerate(zip(asked, known, strict=False)) if a != b), None)
    at = min(len(asked), len(known)) if first is None else first
    if len(asked) != len(known):
        longer = max(asked, known, key=len)
        return _extra(longer, at, han)
    if asked[at + 1 :] != known[at + 1 :]:
        return SOUND_SLIP  # two neighbours changed places
    one, other = asked[at], known[at]
    if not han:
        return SLIP
    if _tells(one) or _tells(other):
        return 0.0
    if _sound(one) == _sound(other):
        return SOUND_SLIP
    return SLIP if at >= _TRADE_NAME else 0.0


def _extra(longer: str, at: int, han: bool) -> float:
    char = longer[at]
    if not han:
        return SLIP
    if char in PLACE_ENDS and at > 1:
        return OTHER_FORM
    if char in (longer[at - 1 : at], longer[at + 1 : at + 2]):
        return SOUND_SLIP  # typed twice
    return SLIP if at >= _TRADE_NAME and not _tells(char) else 0.0


def _tells(char: str) -> bool:
    return char in TELLING or char.isascii()
