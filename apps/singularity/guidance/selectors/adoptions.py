"""What became of offers here, and which are due for a look."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from apps.singularity.guidance.models import Adoption, ModelOffer
from apps.singularity.guidance.selectors.offers import offers_newest
from apps.singularity.ingestion.selectors.published import languages_ranked
from apps.singularity.ingestion.selectors.totals import codebases_position
from apps.singularity.training.services.starting import languages_of

AGAIN_AFTER = timedelta(days=7)
"""Code changes every day; a model is judged on the new code once a week."""


def adoptions_all() -> QuerySet[Adoption]:
    """All that were looked at, the last judged first."""
    rows = Adoption.objects.filter(offer__instance=settings.INSTANCE_ID)
    return rows.select_related("offer")


def code_position() -> str:
    """Names what the code bases hold now; another one says that code may have changed."""
    position = codebases_position(instance=settings.INSTANCE_ID)
    return hashlib.sha256(repr(position).encode()).hexdigest()


def offers_due() -> list[ModelOffer]:
    """The newest offer of each family that could be used here and is due for a look."""
    languages, position = set(languages_ranked(instance=settings.INSTANCE_ID)), code_position()
    return [
        offer
        for offer in offers_newest()
        if languages.issuperset(languages_of(offer.scope)) and _is_due(offer, position)
    ]


def _is_due(offer: ModelOffer, position: str) -> bool:
    adoption, now = getattr(offer, "adoption", None), timezone.now()
    if adoption is None:
        return True
    if adoption.due_at is not None:
        return bool(adoption.due_at <= now)
    if adoption.artifact != offer.artifact:
        return True
    if adoption.judged_at is None:
        return True
    is_long_ago = adoption.judged_at < now - AGAIN_AFTER
    return bool(is_long_ago and adoption.position != position and not adoption.put_away_at)
