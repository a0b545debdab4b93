"""Which models an instance uses, on its page."""

from __future__ import annotations

from typing import Any

from apps.centralcloud.averaging.selectors.standing import standings
from apps.centralcloud.fleet.parts import Part


def _standing(instance: str) -> dict[str, Any]:
    """One query."""
    return {"standings": standings(instance=instance)}


STANDING = Part(
    "Models: the fleet's beside its own",
    "averaging/standing.html",
    _standing,
    "averaging.view_evaluation",
)
