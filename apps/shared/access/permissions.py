"""What a request of the REST API may do: the account's permissions, within the token's scopes."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from apps.shared.access.models import ApiToken, Scope


class ApiPermission(BasePermission):
    """Asks for a Django permission and a scope.

    A view may say ``permissions``: by action (``list``, ``cancel``) or by method (``get``) the
    permission that it takes, as ``app.codename``; reading rows of a model takes its ``view_``
    permission without that. ``scopes`` says likewise which scope: ``read`` for safe methods and
    ``operate`` for others without it.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the account may, and the token was made for it."""
        user = request.user
        if not user or not user.is_authenticated:
            return False
        scope = scope_of(view, request.method)
        if isinstance(request.auth, ApiToken) and scope not in request.auth.scopes:
            self.message = f"The token lacks the scope '{scope}'."
            return False
        wanted = permission_of(view, request.method)
        return not wanted or user.has_perm(wanted)


def scope_of(view: Any, method: str | None) -> str:
    """The scope that a request needs."""
    given = _of(view, method, "scopes")
    return given or (Scope.READ if method in SAFE_METHODS else Scope.OPERATE)


def permission_of(view: Any, method: str | None) -> str:
    """The permission that a request needs; empty where any account may."""
    given = _of(view, method, "permissions")
    if given is not None:
        return given
    queryset = getattr(view, "queryset", None)
    if queryset is None:
        return ""
    meta = queryset.model._meta  # noqa: SLF001  Django documents _meta
    verb = "view" if method in SAFE_METHODS else "change"
    return f"{meta.app_label}.{verb}_{meta.model_name}"


def _of(view: Any, method: str | None, table: str) -> str | None:
    """What a view's table says of the action, else of its method."""
    said: dict[str, str] = getattr(view, table, {})
    action = getattr(view, "action", None) or ""
    return said.get(action, said.get((method or "").lower()))
