"""Who may ask for a person's data, and for its deletion."""

from django.utils.translation import gettext_lazy as _

from sanchuang.core.accounts.permissions import as_oneself, oneself
from sanchuang.core.permissions import administrator, permit

permit(
    "core.export_person",
    (oneself & as_oneself) | administrator,
    what=_("have a copy of a person's data"),
    who=_("the person and administrators"),
)
permit(
    "core.request_erasure",
    (oneself & as_oneself) | administrator,
    what=_("ask for the deletion of a person's data"),
    who=_("the person and administrators"),
)
permit("core.sweep", administrator, what=_("delete data whose time is over"), who=_("administrators"))
