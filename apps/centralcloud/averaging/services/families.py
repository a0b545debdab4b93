"""Families, made by their first submission."""

from __future__ import annotations

from django.db.models import Max

from apps.centralcloud.averaging.models import ModelFamily
from apps.centralcloud.averaging.selectors.families import family_parts
from apps.shared.artifacts.engine.family import Family, differences
from apps.shared.contracts.payloads.training import TrainingCompleted

SCRATCH = "scratch-0"
"""What weights begin from where a message names no base: numbers drawn from seed 0."""


def family_held(key: str) -> ModelFamily | None:
    """The family of a key, held until the transaction ends: who moves its rounds takes turns."""
    return ModelFamily.objects.select_for_update().filter(key=key).first()


def family_of(payload: TrainingCompleted) -> ModelFamily:
    """The family that a message names, held; made if nobody has sent one of it before."""
    if (family := family_held(payload.family)) is not None:
        return family
    same = ModelFamily.objects.filter(kind=payload.kind, scope=payload.scope)
    majors = same.aggregate(last=Max("major"))
    weights = payload.kind != "vocabulary"
    ModelFamily.objects.create(
        key=payload.family,
        kind=payload.kind,
        scope=payload.scope,
        architecture=(payload.architecture or "") if weights else "",
        tokenizer=(payload.tokenizer or "") if weights else "",
        base_digest=(payload.base_digest or SCRATCH) if weights else "",
        major=(majors["last"] or 0) + 1,
    )
    return ModelFamily.objects.select_for_update().get(key=payload.family)


def family_refusal(family: ModelFamily, payload: TrainingCompleted) -> str:
    """What a message says of its family that is not so; empty where it is right."""
    if family.kind == payload.kind == "vocabulary":
        return ""
    told = Family(
        kind=payload.kind,
        architecture=payload.architecture or "",
        tokenizer=payload.tokenizer or "",
        base=payload.base_digest or SCRATCH,
        scope=payload.scope,
    )
    parts = differences(family_parts(family), told)
    return f"it is of another family: other {', '.join(parts)}" if parts else ""
