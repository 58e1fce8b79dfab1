"""Model fields that core offers to every room."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from sanchuang.core.language import listed

if TYPE_CHECKING:
    _CharField = models.CharField[Any, Any]
else:
    _CharField = models.CharField


class EnumField(_CharField):
    """Holds a member of `enum`, kept in the database under its name in lower case.

    The empty text stands for None when `blank`. Reading gives the member, so that `record.op` can be
    handed to values and engines as it is. Assigning a member, its name or its value all work.
    """

    if TYPE_CHECKING:
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any

    def __init__(self, enum: type[Enum], *args: Any, **kwargs: Any) -> None:
        self.enum = enum
        kwargs.setdefault("max_length", 24)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Keep the enum in migrations."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, [self.enum, *args], kwargs

    def to_python(self, value: Any) -> Any:
        """The member for a member, a name in any case, or a value; None for the empty text."""
        if value is None or isinstance(value, self.enum):
            return value
        if isinstance(value, str):
            if not value:
                return None
            if member := self.enum.__members__.get(value.upper()):
                return member
        try:
            return self.enum(value)
        except ValueError:
            said = {"value": value, "known": listed(name.lower() for name in self.enum.__members__)}
            raise ValidationError(_("“%(value)s” is not one of %(known)s") % said) from None

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        """The member of a stored name."""
        return self.enum[value.upper()] if value else None

    def get_prep_value(self, value: Any) -> str | None:
        """The stored name."""
        member = self.to_python(value)
        return "" if member is None else member.name.lower()

    def value_to_string(self, obj: models.Model) -> str:
        """The stored name, for serialisers."""
        return self.get_prep_value(self.value_from_object(obj)) or ""
