"""What instances ask of models."""

from __future__ import annotations

from apps.centralcloud.averaging.selectors.ready import models_ready
from apps.shared.contracts.payloads.insights import ModelReady
from apps.shared.contracts.payloads.queries import ModelsAnswer, ModelsQuery

MESSAGE_BYTES = 400 * 1024
"""Of JSON in an answer at most."""


def models(query: ModelsQuery, *, instance: str) -> ModelsAnswer:
    """Aggregates and open rounds, the newest first, as each was last told; what fits."""
    told: list[ModelReady] = []
    left = MESSAGE_BYTES
    for one in models_ready(kind=query.kind, limit=query.limit):
        left -= len(one.model_dump_json())
        if left < 0:
            break
        told.append(one)
    return ModelsAnswer(models=tuple(told))
