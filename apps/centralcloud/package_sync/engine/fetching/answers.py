"""What an answer other than a document means, and when to ask again."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpcore

from apps.centralcloud.package_sync.engine.registry import (
    Malformed,
    PackageMissing,
    Refused,
    RegistryError,
    Unavailable,
)

OK = frozenset({200, 301, 302, 303, 304, 307, 308})
MISSING = {404: "the registry has no such package", 410: "the registry has this package no more"}
REFUSED = {
    401: "the registry wants credentials (set them in its client's configuration)",
    403: "the registry refuses access",
    407: "the proxy wants credentials",
    451: "the registry may not hand it out, for legal reasons",
}
UNTRUSTED = (
    "the registry's certificate is not trusted (name its authority in its client's configuration, "
    "or by SSL_CERT_FILE)"
)
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""States that another attempt may not meet again."""


class Again(Exception):
    """An attempt failed in a way that may pass.

    ``error`` is what to say when no attempt goes better, ``after`` the seconds that the registry
    asked to wait.
    """

    def __init__(self, error: RegistryError, after: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.after = after


def status_check(status: int, after: float | None) -> None:
    """Nothing where the answer is a document, a redirect or "unchanged".

    Raises:
        RegistryError: the answer is final.
        Again: another attempt may go better.
    """
    if status in OK:
        return
    if status in MISSING:
        raise PackageMissing(MISSING[status])
    if status in REFUSED:
        raise Refused(REFUSED[status])
    error = Unavailable(f"the registry answered with status {status}")
    raise Again(error, after) if status in PASSING else error


def retry_after(value: str, now: datetime | None = None) -> float | None:
    """Seconds of a Retry-After header, which is a number or a date (RFC 9110, section 10.2.3)."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    date = date.replace(tzinfo=date.tzinfo or UTC)
    return max(0.0, (date - (now or datetime.now(UTC))).total_seconds())


def connection_failed(error: Exception) -> Again | RegistryError:
    """What a failure below HTTP means, in one line that names no address."""
    if isinstance(error, httpcore.RemoteProtocolError):
        return Again(Malformed("the registry's answer was cut off or is not HTTP"))
    if isinstance(error, httpcore.TimeoutException):
        return Again(Unavailable("the registry did not answer in time"))
    if isinstance(error, httpcore.ConnectError) and "CERTIFICATE" in str(error).upper():
        return Unavailable(UNTRUSTED)
    if isinstance(error, httpcore.ConnectError):
        return Again(Unavailable("the registry cannot be reached"))
    if isinstance(error, httpcore.ProxyError):
        refused = str(error).startswith("407")
        told = "the proxy refuses to lead to the registry"
        return Refused(REFUSED[407]) if refused else Unavailable(told)
    return Again(Unavailable("the connection to the registry broke"))
