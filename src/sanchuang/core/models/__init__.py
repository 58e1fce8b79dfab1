"""Users and what they are in the district, dated law, which pack is loaded, and what waits for whom."""

from sanchuang.core.models.dates import dates_in_order, holds_on
from sanchuang.core.models.inbox import InboxItem, InboxStep
from sanchuang.core.models.law import LawEntry
from sanchuang.core.models.notifications import Notice, NotificationPreference
from sanchuang.core.models.packs import PackLoad
from sanchuang.core.models.search import SearchMark
from sanchuang.core.models.users import Membership, User

__all__ = [
    "InboxItem",
    "InboxStep",
    "LawEntry",
    "Membership",
    "Notice",
    "NotificationPreference",
    "PackLoad",
    "SearchMark",
    "User",
    "dates_in_order",
    "holds_on",
]
