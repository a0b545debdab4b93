"""Attributes of a CloudEvent as NATS headers, and back.

Source: CloudEvents' NATS protocol binding, working draft after 1.0.2, sections 3.1.3.1 (header
names) and 3.1.3.2 (header values); RFC 7230, section 3.2.6 (quoted strings).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote

from apps.shared.contracts.errors import MessageRefused, Reason

PREFIX = "ce-"
_SAFE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"%')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def header_value(text: str) -> str:
    """An attribute's value as a header holds it: percent-encoded, in printable ASCII."""
    return quote(text, safe=_SAFE)


def attribute_value(header: str) -> str:
    """What a header's value says.

    Raises:
        ValueError: it is not UTF-8, or holds characters that CloudEvents allows in no attribute.
    """
    if quoted := _QUOTED.fullmatch(header):
        header = _ESCAPED.sub(r"\1", quoted[1])
    text = unquote(header, errors="strict")
    if _CONTROL.search(text):
        raise ValueError("a control character")
    return text


def attributes_of(headers: Mapping[str, str]) -> dict[str, str]:
    """The attributes that headers carry, by their names without the prefix, in lower case.

    Raises:
        MessageRefused: a value is not a CloudEvents string.
    """
    found = {}
    for name, value in headers.items():
        if name.lower().startswith(PREFIX):
            try:
                found[name.lower().removeprefix(PREFIX)] = attribute_value(value)
            except ValueError as error:
                raise MessageRefused(Reason.NOT_AN_EVENT, f"header {name}: {error}") from None
    return found
