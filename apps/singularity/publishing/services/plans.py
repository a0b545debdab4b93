"""What is due to be told of models, and as what each leaves: nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.utils import timezone

from apps.shared.artifacts.engine.weights import tokenizer_digest
from apps.shared.artifacts.selectors import bundle_removed_at
from apps.shared.contracts.payloads.insights import ModelReady
from apps.shared.contracts.payloads.training import Codec, ModelKind, RoundOffer
from apps.singularity.ingestion.engine.embedding.loading import default_directory
from apps.singularity.publishing.engine.models import Facts, Stays, Way, way_of
from apps.singularity.publishing.models import PublishedModel
from apps.singularity.publishing.services.rounds import rounds_asking
from apps.singularity.training.selectors.models import models_of, models_to_tell

_RUNS = UUID("2f6f1d1c-6a39-4b0e-8e4b-5f2f6f0f9a31")
"""Names runs that were none: a model added by hand, an answer to a round."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One message to come: the contract's fields, and where its bundle comes from.

    ``base`` is the version that a difference is to. ``bundle`` is the digest of the model's own
    bundle here, of ``size`` bytes, ``base_bundle`` its base's, ``tokens`` that of the fleet's
    vocabulary, empty where the tokens are those of the encoder that everybody has. ``offer`` is
    what is answered where a round asks for words of the local vocabulary ``bundle``.
    """

    run: UUID
    version: str
    kind: ModelKind
    family: str
    scope: str
    way: Way
    completed_at: datetime
    architecture: str = ""
    tokenizer: str = ""
    base_digest: str = ""
    examples: int = 0
    metrics: Mapping[str, Any] = field(default_factory=dict)
    base: str = ""
    bundle: str = ""
    base_bundle: str = ""
    tokens: str = ""
    size: int = 0
    round: UUID | None = None
    codec: Codec = "fp32"
    offer: ModelReady | None = None


def plans() -> list[Plan]:
    """All that is due to be told now, the oldest first."""
    asking = rounds_asking()
    rows = PublishedModel.objects.filter(instance=settings.INSTANCE_ID)
    told = {row.run: row for row in rows}
    models = [model for model in _with_bundles(models_to_tell()) if _is_ours(model)]
    due = [*_of_models(models, asking), *_answers(asking)]
    return [plan for plan in due if is_due(row=told.get(plan.run), plan=plan)]


def _with_bundles(models: Any) -> Any:
    """The models, each with when its bundle and its base's were removed here."""
    base = bundle_removed_at(digest="base__artifact")
    return models.annotate(bundle_removed_at=bundle_removed_at(), base_removed_at=base)


def _is_ours(model: Any) -> bool:
    """What was tuned to be judged is told of by its judgement."""
    return bool(model.origin == "local" or (model.run and model.run.round))


def is_due(*, row: PublishedModel | None, plan: Plan) -> bool:
    """What was told without its bundle is told again once the bundle may leave.

    ``stays`` is written with what was told; ``asked`` already when the bundle is made.
    """
    if row is None or row.told_at is None:
        return True
    return bool(row.stays) and plan.way.asked is not None


def _of_models(models: Sequence[Any], asking: Sequence[ModelReady]) -> list[Plan]:
    newest = {_line(model): model.pk for model in models}
    known = set(models_of().filter(origin="aggregate").values_list("family", flat=True))
    found = []
    for model in models:
        offer = _round_for(model, asking)
        facts = Facts(
            kind=model.kind,
            is_newest=newest[_line(model)] == model.pk,
            fleet_tokenizer=_says_nothing(model),
            from_aggregate=_base(model) is not None,
            for_round=bool(model.run and model.run.round),
            family_known=model.family in known,
        )
        found.append(_of_model(model, _way(model, facts), offer))
    return found


def _way(model: Any, facts: Facts) -> Way:
    way = way_of(
        facts, share_models=settings.SHARE_MODELS, share_vocabulary=settings.SHARE_VOCABULARY
    )
    base_removed = model.base_removed_at if way.asked == "difference" else None
    if way.asked and (model.bundle_removed_at or base_removed):
        return Way(None, Stays.REMOVED)
    return way


def _line(model: Any) -> tuple[str, str]:
    """Models of one family and one beginning replace each other."""
    base = _base(model)
    return model.family, base.version if base else ""


def _base(model: Any) -> Any:
    """The fleet's aggregate that its training began from, if it did."""
    return model.base if model.base and model.base.origin == "aggregate" else None


def _says_nothing(model: Any) -> bool:
    """Whether its tokens are no words of this instance: everybody has them, or the fleet."""
    if model.kind == "encoder" and model.tokenizer == _public_tokenizer():
        return True
    return bool(model.tokenizer_model and model.tokenizer_model.origin == "aggregate")


@cache
def _public_tokenizer() -> str:
    """That of the embedding model which comes with the product."""
    return tokenizer_digest(default_directory())


def _round_for(model: Any, asking: Sequence[ModelReady]) -> ModelReady | None:
    """The offer of the round that a model was trained for, as long as it is open."""
    wanted = model.run.round if model.run else None
    return next((one for one in asking if one.round and one.round.id == wanted), None)


def _of_model(model: Any, way: Way, offer: ModelReady | None) -> Plan:
    base = _base(model) if way.asked == "difference" else None
    return Plan(
        run=model.run_id or uuid5(_RUNS, model.version),
        version=model.version,
        kind=model.kind,
        family=model.family,
        scope=model.scope,
        way=way,
        completed_at=model.created_at,
        architecture=model.architecture,
        tokenizer=model.tokenizer,
        base_digest=model.base_digest,
        examples=model.examples,
        metrics=model.metrics,
        base=base.version if base else "",
        bundle=model.artifact,
        base_bundle=base.artifact if base else "",
        tokens=model.tokenizer_model.artifact if model.tokenizer_model else "",
        size=model.size,
        round=model.run.round if base else None,
        codec=offer.round.codec if base and offer and offer.round else "fp32",
    )


def _answers(asking: Sequence[ModelReady]) -> list[Plan]:
    """An answer to each round that asks for the words that enough instances have."""
    if not settings.SHARE_VOCABULARY:
        return []
    found = []
    for offer in asking:
        own = models_of(kind="vocabulary", scope=offer.scope).filter(origin="local").first()
        if own and offer.round and offer.round.asks == "words":
            found.append(_answer(offer, offer.round, own))
    return found


def _answer(offer: ModelReady, one: RoundOffer, own: Any) -> Plan:
    """Its run is made of the round, so that each is answered once."""
    return Plan(
        run=uuid5(_RUNS, f"{one.id} {settings.INSTANCE_ID}"),
        version=f"{settings.INSTANCE_ID}_{offer.family}_words-{one.number}",
        kind=offer.kind,
        family=offer.family,
        scope=offer.scope,
        way=Way("words"),
        completed_at=timezone.now(),
        examples=own.examples,
        bundle=own.artifact,
        size=own.size,
        round=one.id,
        offer=offer,
    )
