"""Families, made by their first submission."""

from __future__ import annotations

from django.db.models import Max

from apps.centralcloud.averaging.models import ModelFamily
from apps.centralcloud.averaging.selectors.families import family_parts
from apps.centralcloud.averaging.services.errors import Refused
from apps.shared.artifacts.engine.family import Family, differences
from apps.shared.contracts.payloads.training import TrainingCompleted

SCRATCH = "scratch-0"
"""What weights begin from where a message names no base: numbers drawn from seed 0."""


def family_held(key: str) -> ModelFamily | None:
    """The family of a key, held until the transaction ends: who moves its rounds takes turns."""
    return ModelFamily.objects.select_for_update().filter(key=key).first()


def family_of(payload: TrainingCompleted) -> ModelFamily:
    """The family that a message names, held; made if nobody has sent one of it before.

    Raises:
        Refused: what the message says of it is not so. A key is made of the family's parts, so
            that nobody can take that of another.
    """
    told = _told(payload)
    if (family := family_held(payload.family)) is None:
        if told.key != payload.family:
            raise Refused(f"{payload.family} is not the key of its parts, which is {told.key}")
        return _made(told)
    if parts := differences(family_parts(family), told):
        raise Refused(f"it is of another family: other {', '.join(parts)}")
    return family


def _told(payload: TrainingCompleted) -> Family:
    """What a message says of its family; a vocabulary has but its kind and languages."""
    weights = payload.kind != "vocabulary"
    return Family(
        kind=payload.kind,
        architecture=(payload.architecture or "") if weights else "",
        tokenizer=(payload.tokenizer or "") if weights else "",
        base=(payload.base_digest or SCRATCH) if weights else "",
        scope=payload.scope,
    )


def _made(told: Family) -> ModelFamily:
    same = ModelFamily.objects.filter(kind=told.kind, scope=told.scope)
    majors = same.aggregate(last=Max("major"))
    ModelFamily.objects.create(
        key=told.key,
        kind=told.kind,
        scope=told.scope,
        architecture=told.architecture,
        tokenizer=told.tokenizer,
        base_digest=told.base,
        major=(majors["last"] or 0) + 1,
    )
    return ModelFamily.objects.select_for_update().get(key=told.key)
