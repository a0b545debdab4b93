"""What the qualified names of two calls say about each other."""

from __future__ import annotations

import re
from collections.abc import Sequence


def derives_from(name: str, origin: str) -> bool:
    """Whether a call is one on what ``origin`` returned: it cannot occur without it."""
    return name.startswith((f"{origin}()", f"{origin}::", f"{origin}#"))


def without_implied(names: Sequence[str]) -> list[str]:
    """Names that no other of them presupposes: `connect` goes where `connect().close` is."""
    return [
        name
        for name in names
        if not any(other != name and derives_from(other, name) for other in names)
    ]


def same_owner(one: str, other: str) -> bool:
    """Whether two calls are of one module, or on what the same call returned."""
    return owner(one) == owner(other) != ""


def owner(name: str) -> str:
    """All of a name but its last part; nothing for what the language brings."""
    return _LAST_PART.sub("", name)


def tells_of_library(names: Sequence[str]) -> bool:
    """Whether a library takes part, or a call on what another call returned.

    Builtins alone say how a language is written, not how a library is used.
    """
    return any("()" in name or is_imported(name) for name in names)


def is_imported(name: str) -> bool:
    """Whether a name comes from a module, and not from the language itself."""
    return bool(owner(name.partition("(")[0]))


_LAST_PART = re.compile(r"(\.|::|/|#)?[^.:/#]*$")
