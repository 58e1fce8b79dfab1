"""The triggers by which the database itself refuses to change the trail. `verify` finds what is altered without them."""

from __future__ import annotations

from sanchuang.core.models import AuditEntry, AuditHead, AuditSealed
from sanchuang.core.triggers import Guards, refusal, refusing

REFUSAL = "the audit trail is only ever added to"
_FUNCTION = "sanchuang_audit_refuse"

guards = Guards(
    (
        refusing(AuditEntry, "UPDATE", REFUSAL, _FUNCTION),
        refusing(AuditEntry, "DELETE", REFUSAL, _FUNCTION),
        refusing(AuditEntry, "TRUNCATE", REFUSAL, _FUNCTION),
        refusing(AuditHead, "UPDATE", REFUSAL, _FUNCTION, when="NEW.number <= OLD.number"),
        refusing(AuditHead, "DELETE", REFUSAL, _FUNCTION),
        refusing(AuditHead, "TRUNCATE", REFUSAL, _FUNCTION),
        refusing(AuditSealed, "UPDATE", REFUSAL, _FUNCTION),
    ),
    {_FUNCTION: refusal(REFUSAL)},
)
