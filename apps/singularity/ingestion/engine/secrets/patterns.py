"""Secrets told by their own form, where the rule set asks for more context than there is."""

import re
from collections.abc import Callable, Iterator

from apps.singularity.ingestion.engine.secrets.model import Span
from apps.singularity.ingestion.engine.secrets.values import is_password, is_token

Test = Callable[[bytes], bool]


def _any(_: bytes) -> bool:
    return True


def _password(value: bytes) -> bool:
    return is_password(value, quoted=True)


def _token(value: bytes) -> bool:
    return is_token(value, quoted=True)


# Kind, one of what must occur at all (a quick test), the pattern with the secret as group 1,
# a test of that.
_PATTERNS: tuple[tuple[str, tuple[bytes, ...], re.Pattern[bytes], Test], ...] = (
    (
        "url-credentials",
        (b"://",),
        re.compile(rb"://[^\s/@:\"'<>`]{0,128}:([^\s/@\"'<>`]{3,256})@[\w.\[$<{%-]"),
        _password,
    ),
    (
        "url-credentials",
        (b"://",),
        # A token alone before the @, as git takes it.
        re.compile(rb"https?://([A-Za-z0-9_.~-]{20,256})@[\w.\[-]"),
        _token,
    ),
    (
        "url-parameter",
        (b"=",),
        re.compile(
            rb"[?&](?:sig|signature|key|token|access_token|auth|apikey|api_key|secret)="
            rb"([A-Za-z0-9%+/=_.~-]{12,512})"
        ),
        _token,
    ),
    (
        "aws-access-key",
        (b"AKIA", b"ASIA", b"ABIA", b"ACCA"),
        re.compile(rb"(?<![A-Za-z0-9])(A(?:KI|SI|BI|CC)A[A-Z2-7]{16})\b"),
        _any,
    ),
    (
        "json-web-token",
        (b"eyJ",),
        re.compile(rb"\b(eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,})"),
        _any,
    ),
    (
        "authorization",
        (b"bearer ", b"Bearer "),
        re.compile(rb"[Bb]earer[ ]+([A-Za-z0-9+/=._~-]{16,1024})"),
        _token,
    ),
    (
        "authorization",
        (b"basic ", b"Basic "),
        re.compile(rb"[Bb]asic[ ]+([A-Za-z0-9+/]{12,512}={0,2})(?![\w.])"),
        _token,
    ),
    (
        "netrc-password",
        (b"machine",),
        re.compile(rb"machine\s+\S+\s+login\s+\S+\s+password\s+(\S{4,256})"),
        _password,
    ),
    (
        "command-line-password",
        (b"curl",),
        re.compile(
            rb"\bcurl\b[^\n]{0,200}?\s(?:-u|--user)[ =]?[\"']?[\w.@-]{1,64}:([^\s\"'$]{4,128})"
        ),
        _password,
    ),
)


def patterns(data: bytes) -> Iterator[Span]:
    """Spans of the secrets that a pattern finds."""
    for kind, needed, pattern, test in _PATTERNS:
        if any(part in data for part in needed):
            for match in pattern.finditer(data):
                if test(match[1]):
                    yield Span(match.start(1), match.end(1), kind)
