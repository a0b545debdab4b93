"""Tokens are issued and taken back here; a secret is shown once, and stored as a hash."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from apps.shared.access.audit import Actor, audit_record
from apps.shared.access.models import ApiToken

DAYS = 90
"""How long a token lives unless somebody says otherwise."""
MOST_DAYS = 730


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """The tokens that an account may see: its own, or all for who keeps accounts."""
    rows: QuerySet[ApiToken] = ApiToken.objects.select_related("user")
    return rows if user.has_perm("auth.change_user") else rows.filter(user=user)


@transaction.atomic
def token_issue(
    *,
    user: User,
    name: str,
    scopes: Collection[str],
    lifetime: timedelta,
    actor: Actor,
    by: ApiToken | None = None,
) -> tuple[ApiToken, str]:
    """A new token, and its secret, which nobody can read again.

    One that is made ``by`` another ends with that one at the latest.
    """
    token, secret = ApiToken.objects.create(
        user, expiry=lifetime, name=name, scopes=sorted(set(scopes))
    )
    if by and by.expiry and by.expiry < token.expiry:
        token.expiry = by.expiry
        token.save(update_fields=["expiry"])
    said = {"scopes": token.scopes, "expires": token.expiry.isoformat(), "of": user.get_username()}
    audit_record("token.create", actor=actor, about=token, **said)
    return token, secret


@transaction.atomic
def token_delete(*, token: ApiToken, actor: Actor) -> None:
    """Take it back: whoever has the secret is a stranger from now on."""
    audit_record("token.delete", actor=actor, about=token, of=token.user.get_username())
    token.delete()
