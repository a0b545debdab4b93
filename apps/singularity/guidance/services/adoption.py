"""Judge what the fleet offers, take the best into use, and report how it did.

An adoption is done whole or not at all: what is used, the row that says why, and the message to
Centralcloud are written in one transaction. Whatever came before it (a bundle fetched, a model
tuned) is found again by the next attempt.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.shared.artifacts.services import ArtifactError
from apps.shared.contracts.revisions import next_revision
from apps.shared.core.jobs import JobAlreadyRunning
from apps.singularity.guidance.engine.choice import Choice
from apps.singularity.guidance.engine.errors import NotUsable
from apps.singularity.guidance.models import Adoption, ModelOffer
from apps.singularity.guidance.selectors.adoptions import (
    adoptions_all,
    code_position,
    offers_due,
)
from apps.singularity.guidance.services.bundles import model_at_hand
from apps.singularity.guidance.services.judging import Judgement, held_out_code, offer_judge
from apps.singularity.guidance.services.telling import evaluation_tell
from apps.singularity.training.engine.events import TrainingFailed
from apps.singularity.training.selectors.models import model_in_use
from apps.singularity.training.services.adding import model_measured
from apps.singularity.training.services.corpus import CorpusError
from apps.singularity.training.services.using import model_use

FAILURES = (ArtifactError, NotUsable, CorpusError, TrainingFailed, JobAlreadyRunning)
"""Errors with one line for people: they stand in the row, and the step is tried again."""
SCORES = ("local", "aggregate", "personalised", "former")
SOON, LATEST = timedelta(minutes=5), timedelta(days=1)
"""After how long a failed attempt is made again: doubled each time, up to a day."""
log = structlog.get_logger(__name__)


def nothing(**_numbers: Any) -> None:
    """Report nothing."""


def adopt_due(*, report: Any = nothing) -> dict[str, int]:
    """Look at every offer that is due, vocabularies first."""
    put_away_note()
    done = [offer_adopt(offer=offer, report=report) for offer in offers_due()]
    return {
        "looked at": len(done),
        "adopted": sum(one.adopted for one in done),
        "failed": sum(bool(one.error) for one in done),
    }


def offer_adopt(
    *, offer: ModelOffer, tune: bool = True, again: bool = False, report: Any = nothing
) -> Adoption:
    """Judge one offer and act on it; what failed is said in the row and tried again later.

    Args:
        tune: whether to train the offered model some steps on the code here, as a rival.
        again: judge it also on code that it was judged on before.
    """
    adoption, _ = Adoption.objects.get_or_create(offer=offer)
    adoption.offer = offer
    try:
        _judge_and_take(adoption, tune=tune, again=again, report=report)
    except FAILURES as error:
        _failed(adoption, str(error))
    return adoption


def put_away_note() -> int:
    """Note which adoption somebody rolled back since, so that it is not made again; how many.

    Of each kind and scope the last adoption counts. An older model in its place was put there by
    hand; a newer one was trained here since and beat it.
    """
    noted, seen = 0, set()
    for adoption in adoptions_all().filter(adopted=True).order_by("-judged_at"):
        place = adoption.offer.kind, adoption.offer.scope
        if place in seen:
            continue
        seen.add(place)
        used = model_in_use(kind=place[0], scope=place[1])
        judged = adoption.judged_at
        is_older = used is None or judged is None or used.created_at < judged
        if (used.version if used else "") != adoption.version and is_older:
            rows = Adoption.objects.filter(pk=adoption.pk, put_away_at=None)
            noted += rows.update(put_away_at=timezone.now())
    return noted


def offer_try(*, offer: ModelOffer, report: Any = nothing) -> tuple[Judgement, Choice]:
    """What would be taken into use now and why; nothing is tuned, written or told.

    Raises:
        one of ``FAILURES``.
    """
    with held_out_code(offer=offer) as code:
        judgement = offer_judge(offer=offer, code=code, tune=False, report=report)
    return judgement, judgement.choice(offer.kind)


def _judge_and_take(adoption: Adoption, *, tune: bool, again: bool, report: Any) -> None:
    offer, position = adoption.offer, code_position()
    with held_out_code(offer=offer) as code:
        if not again and (adoption.artifact, adoption.code) == (offer.artifact, code.digest):
            _keep(adoption, position)
            return
        judgement = offer_judge(offer=offer, code=code, tune=tune, report=report)
    choice = judgement.choice(offer.kind)
    if choice.served == "aggregate":
        judgement.models["aggregate"] = model_at_hand(offer=offer)
    _take(adoption, judgement, position)


def _keep(adoption: Adoption, position: str) -> None:
    """The code changed, but not that of these languages: the judgement still holds."""
    Adoption.objects.filter(pk=adoption.pk).update(
        position=position, error="", attempts=0, due_at=None
    )


@transaction.atomic
def _take(adoption: Adoption, judgement: Judgement, position: str) -> None:
    """Use the best, note all numbers, and tell them.

    Raises:
        NotUsable: another model was taken into use meanwhile: it was not compared.
    """
    offer, choice = adoption.offer, judgement.choice(adoption.offer.kind)
    Adoption.objects.select_for_update().get(pk=adoption.pk)
    used = model_in_use(kind=offer.kind, scope=offer.scope)
    if (used.version if used else "") != judgement.version:
        raise NotUsable(f"{offer.version} waits: what is in use changed while it was judged.")
    served = judgement.models.get(choice.served)
    if served is not None and served.version != judgement.version:
        model_use(model=served, reason=choice.reason[:500])
        model_measured(model=served, metrics={judgement.metric: judgement.scores[choice.served]})
    _note(adoption, judgement, choice)
    adoption.position, adoption.version = position, served.version if served else judgement.version
    evaluation_tell(adoption=adoption)
    adoption.save()


def _note(adoption: Adoption, judgement: Judgement, choice: Choice) -> None:
    """All numbers; what was wrong before is forgotten."""
    now = timezone.now()
    said: dict[str, Any] = {name: judgement.scores.get(name) for name in SCORES}
    if (former := judgement.models.get("former")) and former.origin != "aggregate":
        said["former"] = None  # one tuned here says nothing of the fleet's: see ModelEvaluated
    said |= {"artifact": adoption.offer.artifact, "code": judgement.code}
    said |= {"metric": judgement.metric, "examples": judgement.examples}
    said |= {"served": choice.served, "adopted": choice.adopted, "reason": choice.reason[:500]}
    said |= {"revision": next_revision(now=now, last=adoption.revision), "judged_at": now}
    said |= {"put_away_at": None, "error": "", "attempts": 0, "due_at": None}
    for name, value in said.items():
        setattr(adoption, name, value)


def _failed(adoption: Adoption, error: str) -> None:
    """One line, and when to try again; a judgement from before stays."""
    adoption.refresh_from_db()
    adoption.attempts += 1
    adoption.error = " ".join(error.split())[:500]
    adoption.due_at = timezone.now() + min(SOON * 2 ** min(adoption.attempts - 1, 20), LATEST)
    adoption.save(update_fields=["attempts", "error", "due_at"])
    log.warning("offer.waits", instance=settings.INSTANCE_ID, version=adoption.offer.version,
                reason=adoption.error)  # fmt: skip
