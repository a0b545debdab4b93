"""Requirements that only one version meets."""

from __future__ import annotations

import re

_NUMBERS = r"\d+(?:\.\d+){2}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?"
_EXACT = {
    "cargo": re.compile(rf"=\s*({_NUMBERS})"),
    "composer": re.compile(r"v?(\d+(?:\.\d+){1,3}(?:-[0-9A-Za-z.]+)?)"),
    "gem": re.compile(r"=?\s*(\d[0-9A-Za-z.]*)"),
    "hex": re.compile(rf"(?:==\s*)?({_NUMBERS})"),
    "maven": re.compile(r"\[([^\[\](),\s]+)\]"),
    "npm": re.compile(rf"[v=]?\s*({_NUMBERS})"),
    "pypi": re.compile(r"={2,3}\s*([^*,;\s]+)"),
}
"""As the ecosystems' own documents say; cargo's bare ``1.2.3`` lets newer ones in."""


def exact_version(ecosystem: str, requirement: str) -> str:
    """The one version that a requirement allows; empty where it allows others too."""
    pattern = _EXACT.get(ecosystem)
    found = pattern.fullmatch(requirement.strip()) if pattern else None
    return found[1] if found else ""
