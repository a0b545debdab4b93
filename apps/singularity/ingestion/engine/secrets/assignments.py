"""Values given to names such as password, secret, token or api_key.

One way serves code of all languages, JSON, YAML, .env, INI and XML: hop with `find` from
one such word to the next and look at what follows. That is many times faster than a regular
expression that searches.
"""

import re
from collections.abc import Iterator

from apps.singularity.ingestion.engine.secrets.model import PLACEHOLDER, Span
from apps.singularity.ingestion.engine.secrets.values import is_password, is_token, is_words

_PASSWORD_WORDS = (b"pass", b"pwd")
_TOKEN_WORDS = (b"secret", b"token", b"key", b"credential", b"_auth")
# "key" alone names anything.
_KEY_BEFORE = re.compile(
    rb"(?:api|access|secret|private|auth|account|encryption|encrypt|crypto|signing|master|storage"
    rb"|shared|webhook|app|client|consumer|subscription|admin|deploy|license|service|ingest)[-_. ]?"
)
_LOOK_BACK = 16
_AFTER = re.compile(
    rb"""
    (?i:word|wd|phrase|code)?
    (?i:[_-]?(?:prod|production|dev|live|staging|default|value|string|b64|base64|\d{1,2}))?
    (?P<key_quote>\\?["'`])?\]?
    (?:
        (?:[ \t]*:[ \t]*&?(?:'static[ ])?[A-Za-z_][\w.\[\]|?<>]{0,40}[ \t]*(?==[^=>])  # a type
          |[ \t]+string[ \t]*(?==)
        )?
        [ \t]*(?:=>|:=|[=!]==?|\?=|=|:)
      | (?P<argument>[ \t]*[,(])
      | [ \t]+value[ \t]*=
      | >
      | [ \t]*,?[ \t]*\n[ \t]*["']?value["']?[ \t]*[:=]     # name: X_PASSWORD / value: ...
      | [ \t]*,[ \t]*["']value["'][ \t]*:
    )
    (?:
        \s{0,80}
        (?:[rbuRBU]{1,2}(?=["'])|@(?="))?
        (?P<quote>\\?(?:\"\"\"|'''|["'`]))
        (?P<literal>(?:[^\\\n]|\\.){1,1024}?)
        (?P=quote)
      | [ \t]*(?P<bare>[^\s"'`<>(){}\[\],;&|\\]{5,512})(?P<next>[^\r\n]?)
    )
    """,
    re.VERBOSE,
)


def assignments(data: bytes) -> Iterator[Span]:
    """Spans of the values that look like secrets."""
    # lower() of bytes changes ASCII only, so positions stay the same.
    lower = PLACEHOLDER.sub(lambda found: b"." * len(found[0]), data.lower())
    for word in _PASSWORD_WORDS + _TOKEN_WORDS:
        for at in _occurrences(lower, word):
            match = _AFTER.match(data, at + len(word))
            if match and (word != b"key" or _names_a_key(lower, at)):
                span = _value(data, match, at, is_password_name=word in _PASSWORD_WORDS)
                if span:
                    yield span


def _occurrences(lower: bytes, word: bytes) -> Iterator[int]:
    at = lower.find(word)
    while at >= 0:
        yield at
        at = lower.find(word, at + len(word))


def _names_a_key(lower: bytes, at: int) -> bool:
    before = lower[max(0, at - _LOOK_BACK) : at]
    return any(found.end() == len(before) for found in _KEY_BEFORE.finditer(before))


def _value(data: bytes, match: re.Match[bytes], at: int, *, is_password_name: bool) -> Span | None:
    group = "literal" if match["literal"] is not None else "bare"
    value, quoted = match[group], group == "literal"
    if match["argument"] and (not quoted or is_words(value)):
        # A word beside a word is any call or list: ["password", "required"].
        return None
    # In these two places an unquoted value can be nothing but text.
    plain = not quoted and (_in_environment(data, match, at) or _in_string(data, match, at))
    if not quoted and not plain and match["next"] in (b",", b";", b")", b"(", b"["):
        # Unquoted and followed by more code, it is an expression.
        return None
    if is_password_name:
        kind, secret = "password", is_password(value, quoted=quoted or plain)
    else:
        kind, secret = "token", is_token(value, quoted=quoted or plain)
    return Span(match.start(group), match.end(group), kind) if secret else None


def _in_environment(data: bytes, match: re.Match[bytes], at: int) -> bool:
    """Whether the line is `UPPER_CASE=value`, as in a .env file."""
    start = data.rfind(b"\n", 0, at) + 1
    name = data[start : match.start("bare")].removeprefix(b"export ")
    return name.endswith(b"=") and name.isupper() and b" " not in name and not match["next"]


def _in_string(data: bytes, match: re.Match[bytes], at: int) -> bool:
    """Whether it is a `Key=value` between semicolons, as in a connection string."""
    start = at
    while data[start - 1 : start].isalnum():
        start -= 1
    tight = data[match.start("bare") - 1 : match.start("bare")] == b"="
    return tight and data[start - 1 : start] in (b";", b'"', b"'")
