"""Who may see policies: a published rule is for everybody who signs in."""

from sanchuang.core.permissions import permit, signed_in

permit("policies.view_policy", signed_in, what="查看政策", who="登录的用户")
