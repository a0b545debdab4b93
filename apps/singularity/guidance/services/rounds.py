"""Train from the fleet's model for a round that asks for it."""

from __future__ import annotations

import structlog
from django.conf import settings
from django.db import transaction

from apps.shared.artifacts.services import ArtifactError
from apps.shared.contracts.payloads.training import RoundOffer
from apps.shared.core.models import Job
from apps.singularity.guidance.engine.errors import NotUsable
from apps.singularity.guidance.models import ModelOffer
from apps.singularity.guidance.selectors.offers import offers_newest, round_of
from apps.singularity.guidance.services.bundles import model_at_hand
from apps.singularity.guidance.services.telling import may_tell
from apps.singularity.ingestion.selectors.published import languages_ranked
from apps.singularity.training.engine.events import TrainingFailed
from apps.singularity.training.selectors.runs import runs_of
from apps.singularity.training.services.runs import run_enqueue
from apps.singularity.training.services.starting import languages_of, run_start

ROUND_STEPS = {"t5": 200, "encoder": 24}
"""Optimizer steps that one instance gives to one round."""
log = structlog.get_logger(__name__)


def rounds_due(*, by_hand: bool = False) -> list[tuple[ModelOffer, RoundOffer]]:
    """The open rounds that this instance has not trained for, and may.

    Args:
        by_hand: also where JOIN_ROUNDS is off.
    """
    if not ((settings.JOIN_ROUNDS or by_hand) and settings.SHARE_MODELS and may_tell()):
        return []
    rounds = [(offer, round_of(offer)) for offer in offers_newest()]
    return [(offer, one) for offer, one in rounds if one and _is_for_us(offer, one)]


def rounds_join(*, by_hand: bool = False) -> list[Job]:
    """Queue a run for each round that is due; the caller tells the worker.

    A round gets one run of an instance, whatever becomes of it.
    """
    jobs = [_join(offer, one) for offer, one in rounds_due(by_hand=by_hand)]
    return [job for job in jobs if job is not None]


def _is_for_us(offer: ModelOffer, one: RoundOffer) -> bool:
    languages = set(languages_ranked(instance=settings.INSTANCE_ID))
    return (
        one.asks == "difference"
        and one.base == offer.version
        and bool(languages)
        and languages.issuperset(languages_of(offer.scope))
        and not runs_of(kind=offer.kind).filter(round=one.id).exists()
    )


def _join(offer: ModelOffer, one: RoundOffer) -> Job | None:
    try:
        base = model_at_hand(offer=offer)
        with transaction.atomic():  # no run without its job: another of the kind may wait
            run = run_start(
                kind=offer.kind,
                languages=languages_of(offer.scope),
                base=base.version,
                round=one.id,
                round_number=one.number,
                steps=ROUND_STEPS[offer.kind],
            )
            return run_enqueue(run=run)
    except (ArtifactError, NotUsable, TrainingFailed) as error:
        log.warning("round.left", version=offer.version, round=one.number, reason=str(error))
        return None
