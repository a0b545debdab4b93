"""What the fleet offers, what of it is due for a look here, and which rounds are open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.shared.contracts.payloads.insights import ModelReady
from apps.shared.contracts.payloads.training import RoundOffer
from apps.singularity.guidance.engine.errors import UnknownOffer
from apps.singularity.guidance.engine.newest import newest
from apps.singularity.guidance.models import ModelOffer
from apps.singularity.guidance.selectors.insights import own


def offers_all() -> QuerySet[ModelOffer]:
    """All offers, newest first, with what became of them here."""
    return own(ModelOffer).select_related("adoption")


def offer_named(*, version: str) -> ModelOffer:
    """The offer of this version. Raises UnknownOffer."""
    if (offer := offers_all().filter(version=version).exclude(artifact="").first()) is None:
        raise UnknownOffer(
            f"The fleet offers no {version}: `manage.py adopt` alone looks at all it offers."
        )
    return offer


def offers_newest(*, kind: str = "") -> list[ModelOffer]:
    """Of each family the one to judge, vocabularies first: others stand on them."""
    rows = offers_all().exclude(artifact="")
    found = newest(rows.filter(kind=kind) if kind else rows)
    return sorted(found, key=lambda offer: (offer.kind != "vocabulary", offer.kind, offer.family))


def round_of(offer: Any) -> RoundOffer | None:
    """The round that goes on from an offer, if it still takes submissions."""
    if not offer.round:
        return None
    found = RoundOffer.model_validate(offer.round)
    return found if found.closes_at > timezone.now() else None


def rounds_open(*, asks: Sequence[str]) -> list[tuple[ModelOffer, RoundOffer]]:
    """The rounds that ask for something of these, each with the offer that told of it."""
    rows = offers_all().filter(Q(round__asks__in=list(asks))).exclude(state="rejected")
    found = [(offer, round_of(offer)) for offer in rows]
    return [(offer, one) for offer, one in found if one is not None]


def offers_asking() -> list[ModelReady]:
    """What the fleet asks for now: the offers whose round takes submissions, as they were told."""
    found = rounds_open(asks=("weights", "difference", "word_hashes", "words"))
    return [_told(offer, one) for offer, one in found]


def _told(offer: ModelOffer, one: RoundOffer) -> ModelReady:
    plain = ("kind", "version", "family", "scope", "state", "size", "contributors", "metrics")
    optional = ("architecture", "tokenizer", "artifact", "base")
    said = {name: getattr(offer, name) for name in (*plain, "revision", "ready_at")}
    said |= {name: getattr(offer, name) or None for name in optional}
    return ModelReady.model_validate(said | {"round": one})
