"""What would change an answer, told to readers: the nearest change, waiting, the fewest questions, the closing day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sanchuang.core import calendar
from sanchuang.core.calendar import Reckoned, WorkingDays
from sanchuang.engines.rules import Explanation, Facts, Lack, PolicySet, label_text
from sanchuang.engines.rules.asking import asking
from sanchuang.engines.rules.changes import changes_text, fact_text, question_text
from sanchuang.engines.rules.deadlines import Deadline, deadlines
from sanchuang.engines.rules.dictionary import Moves
from sanchuang.engines.rules.nearest import Change, Outcome, nearest
from sanchuang.values import Truth

ASKED = 6  # so many of the questions to ask first stand in one sentence


@dataclass(frozen=True)
class Ways:
    """What would change an answer, in sentences; `hopeless`: no missing fact can make it yes.

    `beyond`: the smallest change there is, where nobody can bring it about or should seek it; it is no advice.
    """

    sentences: tuple[str, ...] = ()
    hopeless: bool = False
    beyond: str = ""


def ways(policies: PolicySet, explanation: Explanation, facts: Facts, lang: str) -> Ways:
    """Sentences: how a refused company would no longer be refused, or what to ask for first where an answer is open.

    Nothing is said where the search was given up.
    """
    if explanation.eligible is Truth.NO:
        return _from_refusal(policies, explanation, facts, lang)
    return _from_doubt(policies, explanation, facts, lang)


def _from_refusal(policies: PolicySet, explanation: Explanation, facts: Facts, lang: str) -> Ways:
    policy = explanation.policy
    found = nearest(policies, policy, facts, explanation.on, explanation)
    if found is None:
        return Ways()
    said, beyond = [], ""
    if found.outcome is Outcome.FOUND and not all(map(can_be_advised, found.changes)):
        beyond = changes_text(found.changes, lang)
        said.append(_("The company's size or age is beyond the scope of this support"))
    elif found.outcome is Outcome.FOUND:
        said.append(_("The smallest change that would do: %s") % changes_text(found.changes, lang))
        if found.lacks:
            names = _(", ").join(_lack(explanation, lack, lang) for lack in found.lacks)
            said.append(_("It would then still have to be known: %s") % names)
    elif found.outcome is Outcome.NONE:
        said.append(_("No change of the facts known of the company would do"))
    if found.from_day is not None:
        said.append(_("Waiting would do: from %(day)s on, all else being as it is") % {"day": found.from_day})
    return Ways(tuple(said), beyond=beyond)


def can_be_advised(change: Change) -> bool:
    """Whether somebody could bring the change about and should seek it, by what the dictionary says of the fact."""
    moves = change.spec.moves
    return moves is Moves.FREELY or (moves is Moves.GROWS and change.upwards)


def _from_doubt(policies: PolicySet, explanation: Explanation, facts: Facts, lang: str) -> Ways:
    policy = explanation.policy
    found = asking(policies, policy, facts, explanation.on, explanation)
    if found is None:
        return Ways()
    if found.outcome is Outcome.NONE:
        # what the rules themselves lack no company can answer: then it is their gap that holds the answer back
        if any(lack.name in policy.parameters for lack in explanation.lacks):
            said = _(
                "The rules themselves are not checked here to the end: nothing the company supplies makes it yes"
            )
        else:
            said = _("Whatever the missing facts turn out to be, the answer cannot become yes")
        return Ways((said,), hopeless=True)
    if found.outcome is Outcome.FOUND and len(found.questions) < len(explanation.lacks):
        asked = [question_text(question, lang) for question in found.questions]
        names = _(", ").join(asked[:ASKED])
        if len(asked) > ASKED:
            words = _("Ask for this first; it may be enough: %(names)s and %(more)s more")
            return Ways((words % {"names": names, "more": len(asked) - ASKED},))
        return Ways((_("Ask for this first; it may be enough: %s") % names,))
    return Ways()


def _lack(explanation: Explanation, lack: Lack, lang: str) -> str:
    spec = explanation.policy.dictionary.find(lack.name)
    return fact_text(spec, lack.period, lang) if spec is not None else lack.label


class Days:
    """The district's working days, asked for only when a window has a closing day."""

    def __init__(self) -> None:
        self._days: WorkingDays | None = None

    def __call__(self, first: dt.date, last: dt.date) -> Reckoned[int]:
        """How many working days come after `first` up to and including `last`."""
        if self._days is None:
            self._days = calendar.current()
        return self._days.working_days_between(first, last)


def closing(explanation: Explanation, days: Days, lang: str) -> tuple[str, ...]:
    """The windows in words, each with its next closing day."""
    policy = explanation.policy
    return tuple(_closing(each, lang) for each in deadlines(policy, explanation.on, days))


def _closing(deadline: Deadline[Reckoned[int]], lang: str) -> str:
    label = label_text(deadline.window.label, lang)
    if deadline.closes is None or deadline.left is None:
        return label
    values = {"window": label, "opens": deadline.opens, "closes": deadline.closes, "n": deadline.left.value}
    if deadline.is_open:
        words = ngettext(
            "%(window)s: open until %(closes)s, %(n)s working day left",
            "%(window)s: open until %(closes)s, %(n)s working days left",
            deadline.left.value,
        )
    else:
        words = _("%(window)s: opens %(opens)s, closes %(closes)s")
    out = words % values
    if deadline.is_open and deadline.left.provisional:
        out += " " + _("(the calendar is not published to the end)")
    return out
