"""Admins whose edits land in the audit log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.http import HttpRequest

from apps.shared.access.audit import actor_of, audit_record


class AuditedAdmin:
    """Mix in before the admin's class; ``noun`` begins the names of its actions."""

    noun: ClassVar[str] = ""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Made."""
        audit_record(f"{self._noun()}.create", actor=actor_of(request), about=obj)
        return super().log_addition(request, obj, message)  # type: ignore[misc]

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Edited, with the names of the fields."""
        audit_record(
            f"{self._noun()}.change", actor=actor_of(request), about=obj, fields=_fields(message)
        )
        return super().log_change(request, obj, message)  # type: ignore[misc]

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Deleted, one entry each."""
        for row in queryset:
            audit_record(f"{self._noun()}.delete", actor=actor_of(request), about=row)
        return super().log_deletions(request, queryset)  # type: ignore[misc]

    def _noun(self) -> str:
        name: str = self.noun or self.opts.model_name  # type: ignore[attr-defined]
        return name


def _fields(message: Any) -> list[str]:
    """The fields that Django's own log names."""
    changes: Iterable[Any] = message if isinstance(message, list) else []
    return [str(name) for one in changes for name in one.get("changed", {}).get("fields", [])]
