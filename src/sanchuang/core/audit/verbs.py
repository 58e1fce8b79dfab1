"""The register of what can be done: each verb of an action with its words."""

from __future__ import annotations

from django.utils.functional import Promise

_verbs: dict[str, str | Promise] = {}
_particulars: dict[str, str | Promise] = {}


def register(verb: str, words: str | Promise) -> None:
    """Name what `verb` ("room.act") does, in the infinitive ("rename an organisation"); again with the same words is no fault."""
    if len(verb) > 60 or "." not in verb:
        raise ValueError(f"audit verb {verb!r} is not of the form room.act with at most 60 characters")
    _verbs[verb] = words


def name_particulars(**words: str | Promise) -> None:
    """Name what a note's `before` and `after` hold beside columns of the record, such as the way in of a sign-in."""
    _particulars.update(words)


def particular(name: str) -> str:
    """The words of a particular in the page's language, else its name."""
    return str(_particulars.get(name, name))


def words_of(verb: str) -> str | Promise:
    """What `verb` does in the page's language; a verb whose room is not installed any more is told by its name."""
    return _verbs.get(verb, verb)


def known(verb: str) -> bool:
    """Whether somebody registered `verb`."""
    return verb in _verbs


def verbs() -> dict[str, str | Promise]:
    """All verbs by name."""
    return dict(sorted(_verbs.items()))
