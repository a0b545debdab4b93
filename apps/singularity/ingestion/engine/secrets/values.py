"""Whether a value that is assigned to a secret's name is one.

What protects nothing is kept, since it is what people search for: references
(`${VAR}`, `<password>`), names (`password_confirm`) and the public defaults that
every scanner of the world tries first (`changeme`, `password`).
"""

import re

_REFERENCE = re.compile(
    rb"<[^>]*>|\{[\w.!:-]*\}|%\(|%[A-Z_]+%|\$[A-Za-z_{(]|\[|--"
    rb"|.*(?:\$\{|\{\{|\}\}|%\(|\#\{)|.*%[sdr]$|[.~]{0,2}/|\w+://|arn:|vault:|env:|op://|file:"
    rb"|.*\.(?:env|environ|getenv|config|settings|secrets)\b|.*\.\.\.$"
    rb"|(?:your|my|some|the|insert|enter|example|sample|dummy|fake|test)[-_. ]",
    re.IGNORECASE,
)
# YAML's tags, anchors and aliases, a shell's files.
_BARE_REFERENCE = re.compile(rb"[&*@]\w|!(?:vault|ref|env|secret|sub|include)\b", re.IGNORECASE)
_REPEATED = re.compile(rb"(.)\1*|(?:[x*.#_\-?0]+)", re.IGNORECASE | re.DOTALL)
_DEFAULTS = frozenset(
    rb"""admin administrator change changeme change-me change_me changeit default example
    false foobar guest hidden invalid letters missing nil none null optional pass passphrase
    passwd password passwort placeholder pwd redacted required root sample secret string
    strong test tested testing text token true undefined unknown unset username weak bearer
    basic digest negotiate oauth account""".split()
)
_NAME_WORDS = re.compile(
    rb"pass(?!ion)|pwd|secret|token|key|credential|auth|user|name|field|input|login|label|hash"
    rb"|valid|error|forgot|reset|confirm|current|request|response",
    re.IGNORECASE,
)
_WORDS = re.compile(rb"[-_]*[A-Za-z]+(?:[-_.:/]+[A-Za-z]+)*[-_.]?\d?")
_BETWEEN_WORDS = re.compile(rb"[A-Za-z][-_]+(?=[A-Za-z])")
_ALGORITHM = re.compile(rb"[A-Za-z]{2,8}[-_]?\d{1,4}(?:[-_.][A-Za-z0-9]{1,9})*")
_MIGRATION = re.compile(rb"\d{4}_[a-z0-9_]+")
_DOTTED = re.compile(rb"[A-Za-z_]\w*(?:(?:\.|->|::)[A-Za-z_]\w*)+\d*")
_MAX_NAME_CASES = 3
_PASSPHRASE_WORDS = 3
_MIN_PASSWORD, _MIN_TOKEN, _MIN_LETTERS = 5, 8, 20


def is_password(value: bytes, *, quoted: bool) -> bool:
    """For names that end in password and its kin: anything that is no word of a program."""
    if len(value) < _MIN_PASSWORD or _is_harmless(value):
        return False
    if is_words(value):
        single = value.isalpha() or value[:-1].isalpha()
        phrase = len(_BETWEEN_WORDS.findall(value)) >= _PASSPHRASE_WORDS - 1
        return quoted and (single or phrase) and not _NAME_WORDS.search(value)
    if quoted:
        return True
    named = _NAME_WORDS.search(value) or _BARE_REFERENCE.match(value)
    return _digits(value) > 0 and not named


def is_token(value: bytes, *, quoted: bool) -> bool:
    """For names such as token, secret and api_key: only what looks random."""
    if len(value) < _MIN_TOKEN or _is_harmless(value) or _ALGORITHM.fullmatch(value):
        return False
    if _MIGRATION.fullmatch(value):
        return False
    if _digits(value) >= 2 and re.search(rb"[A-Za-z]", value):
        return True
    if _digits(value) == 1 and quoted:
        return _cases(value) > 2
    return (
        quoted
        and len(value) >= _MIN_LETTERS
        and value.isalpha()
        and _cases(value) >= len(value) // 5
    )


def is_words(value: bytes) -> bool:
    """Whether it reads like words or a name, with no digit but a last one."""
    mixed = _digits(value) > 0 and _cases(value) > _MAX_NAME_CASES
    return _WORDS.fullmatch(value) is not None and not mixed


def _is_harmless(value: bytes) -> bool:
    return bool(
        b" " in value
        or b"\t" in value
        or value.lower() in _DEFAULTS
        or _REFERENCE.match(value)
        or _REPEATED.fullmatch(value)
        or _DOTTED.fullmatch(value)
    )


def _digits(value: bytes) -> int:
    return len(value) - len(value.translate(None, b"0123456789"))


def _cases(value: bytes) -> int:
    """How often lower and upper case alternate."""
    return len(re.findall(rb"[a-z](?=[A-Z])|[A-Z](?=[a-z])", value))
