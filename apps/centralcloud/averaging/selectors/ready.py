"""What instances are told of models, as it is now."""

from __future__ import annotations

from typing import Any

from apps.centralcloud.averaging.models import AggregateModel, ModelFamily, Round
from apps.shared.artifacts.engine.family import Family, version_name
from apps.shared.contracts.payloads.insights import ModelReady
from apps.shared.contracts.payloads.training import RoundOffer
from apps.shared.contracts.subjects import SERVICE


def version_of(round_: Round) -> str:
    """The version of what a round makes: ``centralcloud_t5-rust_v1.3``."""
    family = round_.family
    slug = Family(family.kind, "", "", "", family.scope).slug
    return version_name(owner=SERVICE, slug=slug, major=family.major, minor=round_.number)


def aggregate_ready(aggregate: AggregateModel) -> ModelReady:
    """An aggregate, and the open round that goes on from it."""
    return _ready(aggregate, aggregate.rounds_from.filter(state=Round.State.OPEN).first())


def round_ready(round_: Round) -> ModelReady:
    """A round that goes on from no aggregate, under the version of what it will make."""
    return ModelReady.model_validate(
        _family(round_.family)
        | {
            "version": version_of(round_),
            "state": "open",
            "artifact": round_.artifact or None,
            "size": round_.size,
            "contributors": 0,
            "round": round_offer(round_) if round_.state == Round.State.OPEN else None,
            "revision": round_.revision,
            "ready_at": round_.opened_at,
        }
    )


def round_offer(round_: Round) -> RoundOffer:
    """What a round takes."""
    return RoundOffer.model_validate(
        {
            "id": round_.pk,
            "number": round_.number,
            "asks": round_.asks,
            "base": round_.base.version if round_.base else None,
            "codec": round_.codec,
            "quorum": round_.quorum,
            "closes_at": round_.closes_at,
        }
    )


def models_ready(*, kind: str | None, limit: int) -> list[ModelReady]:
    """The newest first: rounds that go on from no aggregate, and aggregates. Two queries."""
    rounds = Round.objects.filter(state=Round.State.OPEN).select_related("family", "base")
    made = AggregateModel.objects.select_related("family", "base")
    if kind:
        rounds, made = rounds.filter(family__kind=kind), made.filter(family__kind=kind)
    opened = {one.base_id: one for one in rounds if one.base_id is not None}
    found = [round_ready(one) for one in rounds if one.base_id is None]
    found += [_ready(one, opened.get(one.pk)) for one in made[:limit]]
    return sorted(found, key=lambda one: one.ready_at, reverse=True)[:limit]


def _ready(aggregate: AggregateModel, opened: Round | None) -> ModelReady:
    return ModelReady.model_validate(
        _family(aggregate.family)
        | {
            "version": aggregate.version,
            "state": aggregate.state,
            "tokenizer": aggregate.tokenizer or None,
            "artifact": aggregate.artifact,
            "size": aggregate.size,
            "base": aggregate.base.version if aggregate.base else None,
            "contributors": aggregate.contributors,
            "metrics": aggregate.metrics,
            "round": round_offer(opened) if opened else None,
            "revision": aggregate.revision,
            "ready_at": aggregate.created_at,
        }
    )


def _family(family: ModelFamily) -> dict[str, Any]:
    return {
        "kind": family.kind,
        "family": family.key,
        "scope": family.scope,
        "architecture": family.architecture or None,
        "tokenizer": family.tokenizer or None,
    }
