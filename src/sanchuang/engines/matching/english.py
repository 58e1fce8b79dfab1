"""English words as index terms: in the singular, or with endings cut so that `encoders` meets `encoding`."""

from __future__ import annotations

_SILENT = """
a about above after again against all also although am among an and any are as at be because been before being below
between both but by can cannot could did do does doing down due during each either few for from further had has have
having he her here hers him his how however i if in into is it its itself just may me might more most much must my neither
no nor not now of off often on once one only or other our ours out over own per quite rather same several she should show
since so some still such than that the their theirs them then there therefore these they this those though through thus to
too toward towards two under until up upon us use used useful uses using various very via was we well were what when where
whether which while who whom whose why will with within without would yet you your
achieve address al allow analysis analyze available common compare compared consider considered current demonstrate
describe develop different difficult effective effectively efficient efficiently empirical empirically enable especially
et evaluate evaluation example existing experiment experimental extensive fairly find first focus furthermore general
give given good great high highly important importantly improve improved improvement indicate introduce investigate issue
key known large largely lead least led less like low lower main make many moreover need next note novel number obtain
often order outperform particular particularly perform performance possible present previous previously prior problem
provide recent recently remain require respectively second set setting several show significant significantly simple
simply small specific specifically state still strong substantial substantially suggest task third together way widely
approach approaches method methods model models new paper papers propose proposed proposes result results study work works
based
"""


# Endings in s of words that are no plural.
_NO_PLURAL = ("ss", "us", "is", "os")
_HISSED = ("sses", "xes", "zes", "ches", "shes")


def singular(word: str) -> str:
    """Take the plural's ending off a word in lower case: batteries, boxes, sensors.

    What has another letter than a to z is left alone, and so are words of up to three letters.
    """
    if len(word) < 4 or word[-1] != "s" or not (word.isascii() and word.isalpha()):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(_HISSED):
        return word[:-2]
    return word if word.endswith(_NO_PLURAL) else word[:-1]


def stem(word: str) -> str:
    """Cut the commonest endings of a word in lower case; crude, but the same for both sides."""
    if len(word) > 5 and word.endswith("ing"):
        word = word[:-3]
    elif len(word) > 4 and word.endswith("ed"):
        word = word[:-2]
    if word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 5 and word.endswith("es"):
        word = word[:-2]
    elif len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


SILENT = frozenset(stem(word) for word in _SILENT.split())
