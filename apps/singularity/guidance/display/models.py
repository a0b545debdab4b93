"""How the fleet's models did here, as facts and as a line."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from apps.singularity.guidance.models import Adoption

SCORES = ("local", "aggregate", "personalised", "former")


def why_no_models() -> str:
    """Why the fleet offers nothing here, and what would change that."""
    if settings.ENVIRONMENT.nats_mode == "isolated":
        return "This instance is isolated: NATS_HOST is empty, so no model comes from a fleet."
    if settings.IDENTITY.key is None:
        return "This instance is not enrolled, so no model comes from a fleet."
    return "The fleet has no model yet: the first is made when enough instances shared theirs."


def adoption_facts(adoption: Adoption) -> dict[str, Any]:
    """What a command prints as JSON."""
    names = ("metric", *SCORES, "examples", "served", "adopted", "reason", "error")
    return {
        "version": adoption.offer.version,
        "kind": adoption.offer.kind,
        "scope": adoption.offer.scope,
        "state": adoption.offer.state,
        **{name: getattr(adoption, name) for name in names},
        "uses": adoption.version,
        "judged_at": adoption.judged_at.isoformat() if adoption.judged_at else None,
        "due_at": adoption.due_at.isoformat() if adoption.due_at else None,
    }


def adoption_line(facts: dict[str, Any]) -> str:
    """What a command prints for people."""
    if facts.get("error"):
        return f"{facts['version']}: {facts['error']}"
    verb = "adopted" if facts["adopted"] else "left"
    return f"{facts['version']}: {verb}; {facts['reason']}."
