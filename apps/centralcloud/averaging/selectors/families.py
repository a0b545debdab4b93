"""Families of one kind and scope, and why they are not averaged together."""

from __future__ import annotations

from dataclasses import dataclass

from apps.centralcloud.averaging.models import ModelFamily
from apps.shared.artifacts.engine.family import Family, differences

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Other:
    """Another family and the parts in which it differs."""

    family: ModelFamily
    differs: str


def family_parts(family: ModelFamily) -> Family:
    """A family as the engine has it."""
    return Family(
        kind=family.kind,
        architecture=family.architecture,
        tokenizer=family.tokenizer,
        base=family.base_digest,
        scope=family.scope,
    )


def families_excluded(family: ModelFamily) -> list[Other]:
    """Other families of the kind: their models do not go into this one's aggregates."""
    others = ModelFamily.objects.filter(kind=family.kind).exclude(pk=family.pk)
    parts = family_parts(family)
    return [Other(one, ", ".join(differences(parts, family_parts(one)))) for one in others[:SHOWN]]
