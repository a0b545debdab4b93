"""What people call the kinds of insights."""

from __future__ import annotations

from typing import Any

KINDS = {
    "adopt": "Adopted elsewhere",
    "rule_broken": "Broken rule",
    "version_spread": "Several versions",
    "rising": "Rising",
    "falling": "Falling",
    "new": "New to the fleet",
}
SUBJECTS = {
    "pattern": "code pattern",
    "architecture": "architecture",
    "framework": "framework",
    "package": "package",
}
VERSIONS_SHOWN = 6
_CONTROLS = dict.fromkeys((*range(32), *range(127, 160)), "�")
del _CONTROLS[ord("\n")], _CONTROLS[ord("\t")]


def plain(text: str) -> str:
    """Text from elsewhere without what a terminal would take for commands."""
    return text.translate(_CONTROLS)


def numbers(evidence: dict[str, Any]) -> str:
    """The numbers of an insight in one line: ``7 of 8 instances that use Django``."""
    text = f"{evidence['having']:,} of {evidence['of']:,} {evidence.get('among', '')}".strip()
    sure = f"at least {100 * evidence['confidence']:.0f} % at 95 % confidence"
    return f"{text}, {sure}"


def versions(evidence: dict[str, Any]) -> str:
    """The versions of a package, the commonest first: ``5.2 at 4, 4.2 at 1``."""
    ordered = sorted(evidence.get("versions", {}).items(), key=lambda pair: (-pair[1], pair[0]))
    shown = ", ".join(f"{version} at {count:,}" for version, count in ordered[:VERSIONS_SHOWN])
    more = len(ordered) - VERSIONS_SHOWN
    return f"{shown} and {more:,} more" if more > 0 else shown
