"""Keep what Centralcloud says of its models: of each version the newest revision."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.shared.contracts.payloads.insights import ModelReady
from apps.shared.contracts.payloads.queries import ModelsAnswer, ModelsQuery
from apps.shared.nats_bridge.selectors import queueing
from apps.shared.nats_bridge.services.asking import NoAnswer, ask
from apps.singularity.guidance.models import ModelOffer

TIMEOUT_SECONDS = 20.0
LIMIT = 200
_OPTIONAL = ("architecture", "tokenizer", "artifact", "base")


@transaction.atomic
def offer_apply(*, payload: ModelReady) -> bool:
    """Keep an offer, if it is newer than what is kept of its version; whether it was."""
    told = _told(payload)
    row, created = ModelOffer.objects.get_or_create(
        instance=settings.INSTANCE_ID, version=payload.version, defaults=told
    )
    if created:
        return True
    older = ModelOffer.objects.filter(pk=row.pk, revision__lt=payload.revision)
    return bool(older.update(**told))


def offers_request() -> dict[str, int | str]:
    """Ask which models there are; an answer that is no news changes nothing.

    Raises:
        NoAnswer: Centralcloud was not reached, or answered something else.
    """
    if not queueing():
        return {"asked": 0, "reason": "isolated or not enrolled"}
    answer = ask(ModelsQuery(limit=LIMIT), timeout=TIMEOUT_SECONDS)
    if not isinstance(answer, ModelsAnswer):
        raise NoAnswer(f"Centralcloud answered {type(answer).__name__} to ModelsQuery.")
    news = sum(offer_apply(payload=one) for one in answer.models)
    return {"asked": 1, "news": news, "models": len(answer.models)}


def _told(payload: ModelReady) -> dict[str, Any]:
    """The row's fields, but those that name it."""
    said = payload.model_dump(exclude={"version", "round"})
    return said | {
        **{name: said[name] or "" for name in _OPTIONAL},
        "round": payload.round.model_dump(mode="json") if payload.round else {},
        "received_at": timezone.now(),
    }
