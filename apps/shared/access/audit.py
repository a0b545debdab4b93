"""The audit log: every action that a person takes leaves an entry, in the action's transaction."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Model
from django.http import HttpRequest

from apps.shared.access.models import AuditEntry

Via, Outcome = AuditEntry.Via, AuditEntry.Outcome
NOBODY = "nobody known"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account by its name, or the operating system's user who runs a command."""

    name: str
    via: str
    user_id: int | None = None
    address: str | None = None


def actor_of(request: Any) -> Actor:
    """Who sends a request of Django or of the REST framework."""
    user = request.user if isinstance(getattr(request, "user", None), User) else None
    plain: HttpRequest = getattr(request, "_request", request)
    via = Via.API if plain.path.startswith("/api/") else Via.DASHBOARD
    name = user.get_username() if user else NOBODY
    return Actor(name, via, user.pk if user else None, plain.META.get("REMOTE_ADDR") or None)


def command_actor() -> Actor:
    """Who runs a command here."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = NOBODY
    return Actor(name, Via.COMMAND)


@contextmanager
def audited(
    action: str,
    *,
    actor: Actor,
    about: Model | str = "",
    refusals: tuple[type[Exception], ...] = (),
    **details: Any,
) -> Iterator[None]:
    """Write an entry before something that has transactions of its own, so that none is missed.

    One of ``refusals`` that comes out of it marks the entry as refused, with what it says.
    """
    entry = audit_record(action, actor=actor, about=about, **details)
    try:
        yield
    except refusals as error:
        said = _storable(str(error))[:500]
        entry.outcome, entry.details = Outcome.REFUSED, {**entry.details, "error": said}
        entry.save(update_fields=["outcome", "details"])
        raise


def audit_record(
    action: str,
    *,
    actor: Actor,
    about: Model | str = "",
    outcome: str = Outcome.DONE,
    **details: Any,
) -> AuditEntry:
    """Write an entry; call it in the transaction of what is done.

    Args:
        action: ``noun.verb``: ``training.start``, ``instance.revoke``.
        actor: from `actor_of` or `command_actor`.
        about: the row that it is about, or its name where there is no row.
        outcome: ``refused`` for what was tried in vain.
        details: what else a reader needs, as JSON; never a secret, never source text.
    """
    row = isinstance(about, Model)
    return AuditEntry.objects.create(
        instance=settings.INSTANCE_ID,
        actor=_storable(actor.name)[:150],
        user_id=actor.user_id,
        via=actor.via,
        address=actor.address,
        action=action,
        target_kind=about._meta.label_lower if isinstance(about, Model) else "",  # noqa: SLF001
        target_id=_storable(str(about.pk))[:100] if isinstance(about, Model) else "",
        target=_storable(str(about))[:300] if row or about else "",
        outcome=outcome,
        details=json.loads(_storable(json.dumps(details))),
    )


def _storable(text: str) -> str:
    """Without NUL, which PostgreSQL keeps in no text, neither as it is nor as JSON writes it."""
    return text.replace("\0", "\ufffd").replace("\\u0000", "\ufffd")
