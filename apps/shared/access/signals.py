"""Who came in, went out, or tried: entries of the audit log."""

from __future__ import annotations

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from apps.shared.access.audit import Actor, Outcome, actor_of, audit_record


def connect() -> None:
    """Listen."""
    user_logged_in.connect(_in)
    user_logged_out.connect(_out)
    user_login_failed.connect(_failed)
    user_locked_out.connect(_locked)


def _in(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    if request is not None and hasattr(request, "META"):
        audit_record("login.done", actor=_named(request, user.get_username(), user.pk), about=user)


def _out(sender: Any, request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is not None:
        audit_record("logout.done", actor=_named(request, user.get_username(), user.pk), about=user)


def _failed(sender: Any, credentials: dict[str, Any], request: Any = None, **_: Any) -> None:
    if request is not None:
        name = str(credentials.get("username", ""))
        actor = _named(request, name)
        audit_record("login.failed", actor=actor, about=name, outcome=Outcome.REFUSED)


def _locked(sender: Any, request: HttpRequest, username: str, **_: Any) -> None:
    actor = _named(request, username or "")
    audit_record("login.locked", actor=actor, about=username or "", outcome=Outcome.REFUSED)


def _named(request: HttpRequest, name: str, user_id: int | None = None) -> Actor:
    """The account that was named, which is not that of the request yet or any more."""
    base = actor_of(request)
    return Actor(name or base.name, base.via, user_id, base.address)
