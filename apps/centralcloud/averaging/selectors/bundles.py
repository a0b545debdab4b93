"""Which bundles averaging needs, on the disk and in the stores."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Q, QuerySet

from apps.centralcloud.averaging.models import (
    AggregateModel,
    Kind,
    ModelFamily,
    Round,
    Submission,
)
from apps.shared.artifacts.services import Needs
from apps.shared.contracts.subjects import MODELS_STORE, instance_store

_OPEN = (Round.State.OPEN, Round.State.CLOSING)


def bundles_needed() -> set[str]:
    """Digests of all that is needed on the disk."""
    return {digest for needs in stores_needed().values() for digest in needs.keep}


def stores_needed() -> dict[str, Needs]:
    """What is needed of the common store and of each instance's, and what was once.

    A submission goes when its round is closed. It was trained from an instance's code alone, as a
    difference it says what that code changed, and once it is averaged nobody has to have it.
    """
    made = frozenset(
        AggregateModel.objects.values_list("artifact", flat=True).union(
            Round.objects.exclude(artifact="").values_list("artifact", flat=True)
        )
    )
    keep = frozenset(_common())
    return {MODELS_STORE: Needs(keep, made - keep), **_submitted()}


def submissions_needed() -> QuerySet[Submission]:
    """Those of rounds that are not over, and those that wait for one."""
    waits = Q(round=None, state=Submission.State.ANNOUNCED)
    return Submission.objects.filter(Q(round__state__in=_OPEN) | waits).exclude(artifact="")


def _submitted() -> dict[str, Needs]:
    sent: defaultdict[str, set[str]] = defaultdict(set)
    for instance, digest in Submission.objects.exclude(artifact="").values_list(
        "instance", "artifact"
    ):
        sent[instance].add(digest)
    keep: defaultdict[str, set[str]] = defaultdict(set)
    for instance, digest in submissions_needed().values_list("instance", "artifact"):
        keep[instance].add(digest)
    return {
        instance_store(name): Needs(frozenset(keep[name]), frozenset(sent[name] - keep[name]))
        for name in sent
    }


def _common() -> Iterator[str]:
    """Of each family what it goes on from, and what it would go back to."""
    for family in ModelFamily.objects.all():
        kept = family.aggregates.exclude(state=AggregateModel.State.REJECTED)
        if current := kept.select_related("base").order_by("-number").first():
            yield current.artifact
            if current.base:
                yield current.base.artifact
    judged = AggregateModel.objects.filter(state=AggregateModel.State.CANDIDATE, successors=None)
    yield from judged.values_list("artifact", flat=True)
    for round_ in Round.objects.filter(state__in=_OPEN).select_related("base"):
        yield from (one for one in (round_.artifact, round_.base and round_.base.artifact) if one)
    yield from _vocabularies()


def _vocabularies() -> Iterator[str]:
    """Those that a family of T5s stands on, however old: without it no instance can join."""
    tokens = ModelFamily.objects.filter(kind=Kind.T5).values("tokenizer")
    stood_on = AggregateModel.objects.filter(family__kind=Kind.VOCABULARY, tokenizer__in=tokens)
    yield from stood_on.values_list("artifact", flat=True)
