"""Whose signatures an instance believes: Centralcloud's alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from apps.shared.contracts.errors import MessageRefused, Reason
from apps.shared.contracts.subjects import CENTRALCLOUD, SERVICE
from apps.shared.core.identity import public_key_of


def centralcloud_keys(source: str, *, stored_at: datetime | None = None) -> Sequence[str]:
    """The key that enrolment gave, or that of a Centralcloud under the same state folder.

    Raises:
        MessageRefused: another sender, or no key of Centralcloud is known here.
    """
    if source != CENTRALCLOUD:
        raise MessageRefused(Reason.UNKNOWN_SENDER, source[:100])
    key = public_key_of(
        configured=settings.ENVIRONMENT.centralcloud_public_key,
        folder=settings.KEYS_DIR,
        name=SERVICE,
    )
    if not key:
        raise MessageRefused(
            Reason.UNKNOWN_SENDER, "Centralcloud's key is not known: set CENTRALCLOUD_PUBLIC_KEY"
        )
    return (key,)
