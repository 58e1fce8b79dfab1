"""Registration codes of organisations and their check digits.

A pack names the scheme of its country; `check_code` normalises a code and refuses a wrong one. To add a scheme,
decorate a checker with `scheme("name")`.

GB 32100-2015, the unified social credit code, has 18 characters: authority, category, six digits of the
administrative division, nine of the organisation code, check character. The check character makes the sum of
all characters, weighted by the powers of 3 modulo 31, divisible by 31. As 31 is prime and 3 generates all 30
residues, every wrong character and every swap of two different characters is detected, except a swap of the
first with the last, whose weights are equal.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from django.utils.translation import gettext as _

from sanchuang.core.errors import near
from sanchuang.values import Malformed

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
LENGTH = 18

# GB 11714: the organisation code inside (positions 9–17), eight characters and a check character modulo 11.
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

Check = Callable[[str], str]
_schemes: dict[str, Check] = {}


def scheme(name: str) -> Callable[[Check], Check]:
    """Register a checker: it takes a code and gives its normal form or raises `Malformed`."""

    def register(check: Check) -> Check:
        _schemes[name] = check
        return check

    return register


def check_code(code: str, scheme: str) -> str:
    """The normal form of `code` by `scheme`; raises `Malformed`, and ValueError for an unknown scheme."""
    if scheme not in _schemes:
        similar = near(scheme, _schemes) or sorted(_schemes)
        raise ValueError(f"no code scheme {scheme!r}; there are: {', '.join(similar)}")
    return _schemes[scheme](code)


def normal(code: str) -> str:
    """`code` in half-width capitals without spaces."""
    return "".join(unicodedata.normalize("NFKC", code).upper().split())


def resembles(text: str, scheme: str) -> bool:
    """Whether somebody who wrote `text` meant a code by `scheme`, a digit too many or too few included."""
    code = normal(text)
    if scheme != "gb32100-2015":
        return False
    few_letters = sum(char.isdigit() for char in code) >= LENGTH // 2
    return abs(len(code) - LENGTH) <= 1 and code.isascii() and code.isalnum() and few_letters


def one_apart(code: str, other: str) -> bool:
    """Whether one character of `code` is another in `other`, is missing there, or stands only there."""
    if len(code) == len(other):
        return sum(a != b for a, b in zip(code, other, strict=True)) == 1
    shorter, longer = sorted((code, other), key=len)
    at = next((i for i, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    return len(longer) - len(shorter) == 1 and longer[at + 1 :] == shorter[at:]


def check_character(body: str) -> str:
    """The check character for the first 17 characters of a unified social credit code."""
    total = sum(weight * ALPHABET.index(char) for weight, char in zip(WEIGHTS, body, strict=True))
    return ALPHABET[-total % 31]


def organisation_check_character(body: str) -> str:
    """The check character by GB 11714 for the eight characters of an organisation code."""
    total = sum(weight * int(char, 36) for weight, char in zip(ORGANISATION_WEIGHTS, body, strict=True))
    return "0123456789X"[-total % 11]


@scheme("none")
def _any(code: str) -> str:
    """A country without a scheme: anything that is not empty, as it was written."""
    if not code.strip():
        raise Malformed(_("The code is empty"), _("Leave it out where there is none"))
    return code.strip()


@scheme("gb32100-2015")
def _unified_social_credit_code(code: str) -> str:
    """The 18 characters in normal form; raises `Malformed` with the position, or the check character expected."""
    text = normal(code)
    if len(text) != LENGTH:
        raise Malformed(
            _("The unified social credit code “%(code)s” has %(length)s characters instead of %(right)s")
            % {"code": code, "length": len(text), "right": LENGTH},
            _("Complete it from the business licence"),
        )
    for position, char in enumerate(text, 1):
        said = {"code": code, "position": position, "char": char}
        if char not in ALPHABET:
            raise Malformed(
                _(
                    "Character %(position)s of the unified social credit code “%(code)s”, “%(char)s”, "
                    "is none that such codes use"
                )
                % said,
                _("The code uses no I, O, S, V or Z; see whether 1, 0, 5, U or 2 was misread"),
            )
        if 3 <= position <= 8 and not char.isdigit():
            raise Malformed(
                _(
                    "Character %(position)s of the unified social credit code “%(code)s”, “%(char)s”, "
                    "is not a digit"
                )
                % said,
                _("Characters 3 to 8 are the code of the registrar's division"),
            )
    expected = check_character(text[:-1])
    if text[-1] != expected:
        raise Malformed(
            _(
                "Character %(position)s of the unified social credit code “%(code)s” is “%(char)s”; "
                "by the 17 before it, it should be “%(expected)s”"
            )
            % {"code": code, "position": LENGTH, "char": text[-1], "expected": expected},
            _("One of the 17 may be miscopied; compare the business licence"),
        )
    return text


def remarks(code: str) -> list[str]:
    """What is odd about a unified social credit code that passed `check_code`, without making it wrong.

    Positions 9–17 hold the older organisation code with its own check character; a mismatch there calls for a
    second look, not for refusal, because the standard's own check is the last character.
    """
    text = normal(code)
    expected = organisation_check_character(text[8:16])
    if text[16] == expected:
        return []
    return [
        _(
            "Character 17 (the check character of the organisation code) is “%(char)s”; "
            "by GB 11714 it should be “%(expected)s”"
        )
        % {"char": text[16], "expected": expected}
    ]
