"""What people call insights, and how their numbers are written."""

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
SUBJECTS = ("pattern", "architecture", "framework", "package")
VERSIONS_SHOWN = 6


def numbers(evidence: dict[str, Any]) -> str:
    """``7 of 8 instances that use Django, at least 53 %``."""
    among = evidence.get("among", "")
    return (
        f"{evidence['having']:,} of {evidence['of']:,} {among}, "
        f"at least {100 * evidence['confidence']:.0f} %"
    )


def versions(evidence: dict[str, Any]) -> str:
    """The versions of a package, the commonest first: ``5.2 at 4, 4.2 at 1``."""
    ordered = sorted(evidence.get("versions", {}).items(), key=lambda pair: (-pair[1], pair[0]))
    shown = ", ".join(f"{version} at {count:,}" for version, count in ordered[:VERSIONS_SHOWN])
    more = len(ordered) - VERSIONS_SHOWN
    return f"{shown} and {more:,} more" if more > 0 else shown
