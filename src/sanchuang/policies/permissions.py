"""Who may see policies: a published rule is for everybody who signs in."""

from django.utils.translation import gettext_lazy as _

from sanchuang.core.permissions import permit, signed_in

permit("policies.view_policy", signed_in, what=_("view policies"), who=_("everybody who is signed in"))
