"""The triggers by which the database itself refuses to change or remove a version of a rule."""

from __future__ import annotations

from sanchuang.core.triggers import Guards, refusal, refusing
from sanchuang.policies.models import RuleText, RuleVersion

REFUSAL = "versions of rules are only ever added to"
_FUNCTION = "sanchuang_rules_refuse"

guards = Guards(
    tuple(
        refusing(model, event, REFUSAL, _FUNCTION)
        for model in (RuleText, RuleVersion)
        for event in ("UPDATE", "DELETE", "TRUNCATE")
    ),
    {_FUNCTION: refusal(REFUSAL)},
)
