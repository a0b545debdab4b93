"""Tell Centralcloud how its models did here, where that may leave."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import F

from apps.shared.contracts.payloads import ModelEvaluated
from apps.shared.nats_bridge.selectors import queueing
from apps.shared.nats_bridge.services import outbox_replace
from apps.singularity.guidance.models import Adoption
from apps.singularity.guidance.selectors.adoptions import adoptions_all

STATE_KEY = "evaluated:"
_SAID = (
    "metric", "aggregate", "local", "personalised", "former", "examples", "served", "adopted",
    "reason", "revision",
)  # fmt: skip


def may_tell() -> bool:
    """Whether numbers of this instance leave now: as its statistics do."""
    return settings.PUBLISH == "all" and settings.INSTANCE_MODE != "read-only" and queueing()


def evaluation_tell(*, adoption: Adoption) -> bool:
    """Queue a judgement inside the caller's transaction, who saves the row; whether it was.

    It replaces an older one of the same offer that was not sent yet.
    """
    if not may_tell():
        return False
    key = f"{STATE_KEY}{adoption.offer_id}"
    outbox_replace(payload=_payload(adoption), state_key=key)
    adoption.told_revision = adoption.revision
    return True


def evaluations_tell_due() -> int:
    """Tell the judgements that could not be told when they were made; how many."""
    if not may_tell():
        return 0
    told = 0
    for adoption in adoptions_all().filter(revision__gt=F("told_revision")):
        with transaction.atomic():
            held = Adoption.objects.select_for_update().select_related("offer").get(pk=adoption.pk)
            if held.revision > held.told_revision:
                told += evaluation_tell(adoption=held)
                held.save(update_fields=["told_revision"])
    return told


def _payload(adoption: Adoption) -> ModelEvaluated:
    offer = adoption.offer
    said = {name: getattr(adoption, name) for name in _SAID}
    said |= {"kind": offer.kind, "version": offer.version, "family": offer.family}
    return ModelEvaluated.model_validate(said | {"evaluated_at": adoption.judged_at})
