"""Whether a model may leave, and as what: decided from facts, without looking at anything."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Asked = Literal["weights", "difference", "word_hashes", "words"]


class Stays(StrEnum):
    """Why a model is told of without its bundle."""

    MODELS = "SHARE_MODELS is off"
    VOCABULARY = "SHARE_VOCABULARY is off"
    OWN_TOKENIZER = "its vocabulary is this instance's own: train it on the fleet's"
    OLDER = "a newer one of its family leaves instead"
    NO_BASE = "the fleet has an aggregate of its family: only what was trained from it is taken"
    REMOVED = "its bundle was removed, as nothing needed it any more"
    NO_ROUND = "it was not trained for a round: manage.py adopt --join trains for those open"


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides about one model.

    Args:
        kind: "vocabulary", "t5" or "encoder".
        is_newest: whether no newer one of its family waits to be told.
        fleet_tokenizer: whether its tokens say nothing of this instance: a vocabulary of the
            fleet, or one that everybody can download.
        from_aggregate: whether its training began from an aggregate of the fleet.
        for_round: whether its training was for a round of the fleet; one that closed meanwhile
            passes it on to the next.
        family_known: whether this instance knows an aggregate of its family.
    """

    kind: str
    is_newest: bool = True
    fleet_tokenizer: bool = False
    from_aggregate: bool = False
    for_round: bool = False
    family_known: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """As what a model leaves; ``stays`` says why its bundle does not."""

    asked: Asked | None
    stays: Stays | None = None


def way_of(facts: Facts, *, share_models: bool, share_vocabulary: bool) -> Way:
    """As what a model may leave under these settings."""
    if facts.kind == "vocabulary":
        if not share_vocabulary:
            return Way(None, Stays.VOCABULARY)
        return Way("word_hashes") if facts.is_newest else Way(None, Stays.OLDER)
    if not share_models:
        return Way(None, Stays.MODELS)
    if not facts.fleet_tokenizer:
        return Way(None, Stays.OWN_TOKENIZER)
    if not facts.is_newest:
        return Way(None, Stays.OLDER)
    return _weights_or_difference(facts)


def _weights_or_difference(facts: Facts) -> Way:
    if facts.from_aggregate:
        return Way("difference") if facts.for_round else Way(None, Stays.NO_ROUND)
    return Way(None, Stays.NO_BASE) if facts.family_known else Way("weights")
