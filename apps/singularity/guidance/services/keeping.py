"""Which bundles adoption needs on the disk."""

from __future__ import annotations

from collections.abc import Iterator

from apps.singularity.guidance.models import ModelOffer
from apps.singularity.guidance.selectors.offers import offers_newest, rounds_open
from apps.singularity.guidance.services.judging import local_best, personalised_of


def bundles_needed() -> set[str]:
    """Digests of what is judged or trained from, and of the local models that it is judged beside.

    That is each family's newest offer, and offers whose round is open.
    """
    asking = rounds_open(asks=("weights", "difference", "word_hashes", "words"))
    offers = [*offers_newest(), *(offer for offer, _ in asking)]
    return {digest for offer in offers for digest in _of(offer)} - {""}


def _of(offer: ModelOffer) -> Iterator[str]:
    yield offer.artifact
    if tuned := personalised_of(offer=offer).first():
        yield tuned.artifact
    if best := local_best(kind=offer.kind, scope=offer.scope):
        yield best.artifact
