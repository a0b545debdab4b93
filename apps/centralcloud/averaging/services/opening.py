"""Open rounds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.centralcloud.averaging.engine.aggregators import aggregator_of
from apps.centralcloud.averaging.models import AggregateModel, Kind, ModelFamily, Round
from apps.centralcloud.averaging.services.errors import AveragingError
from apps.centralcloud.averaging.services.families import family_held
from apps.centralcloud.averaging.services.placing import waiting_place
from apps.centralcloud.averaging.services.telling import aggregate_tell, round_tell

CODEC = "int8"
"""How differences are written unless a round says otherwise: a quarter of the bytes."""
_MOST_QUORUM = 10_000
_BOUNDS = {"clip": (1e-6, 1e6), "rate": (1e-6, 10.0), "momentum": (0.0, 0.999)}
"""Of an aggregator's options: what lies outside makes no model."""


def first_round_open(*, family: ModelFamily, asks: str) -> Round:
    """Open a family's first round; the family is held."""
    opened = _opened(family, timezone.now(), asks=asks, codec="fp32", quorum=settings.ROUND_QUORUM)
    round_tell(round_=opened)
    return opened


def next_round_open(*, last: Round, base: AggregateModel, now: datetime) -> Round:
    """Open the round that goes on from an aggregate, as the last one was; the family is held.

    Whoever opens it tells of the aggregate.
    """
    opened = _opened(
        last.family,
        now,
        asks="difference",
        base=base,
        codec=CODEC if last.asks == "weights" else last.codec,
        quorum=last.quorum,
        aggregator=last.aggregator,
        options=last.options,
    )
    waiting_place(family=last.family)
    return opened


def words_round_open(*, last: Round, artifact: str, size: int, now: datetime) -> Round:
    """Open the round that takes the words behind common hashes; the family is held.

    Args:
        artifact: digest of the bundle that lists the hashes, ``size`` its bytes.
    """
    opened = _opened(
        last.family, now, asks="words", quorum=last.quorum, artifact=artifact, size=size
    )
    round_tell(round_=opened)
    return opened


@transaction.atomic
def round_open(*, family: str, **how: Any) -> Round:
    """Open a family's next round by hand.

    Args:
        family: its key.
        how: ``quorum``, ``codec``, ``aggregator`` and ``options``, as fields of the round; as in
            the last round where they are not given.

    Raises:
        AveragingError: there is no such family, its round is still open, or ``how`` makes no sense.
    """
    held = family_held(family)
    if held is None:
        raise AveragingError(f"there is no family {family[:80]!r}: `manage.py rounds` lists them.")
    last = held.rounds.order_by("-number").first()
    if last is None or last.state in {Round.State.OPEN, Round.State.CLOSING}:
        raise AveragingError(f"{last or family} is open: `manage.py rounds --close` closes it.")
    how = {name: value for name, value in how.items() if value is not None}
    _aggregator_check(how.get("aggregator", last.aggregator), how.get("options", last.options))
    _quorum_check(how.get("quorum", last.quorum))
    base = None if held.kind == Kind.VOCABULARY else base_of(held)
    opened = _opened(
        held,
        timezone.now(),
        asks="difference" if base else _first_asks(held),
        base=base,
        **{
            "codec": last.codec if base else "fp32",
            "quorum": last.quorum,
            "aggregator": last.aggregator,
            "options": last.options,
        }
        | how,
    )
    waiting_place(family=held)
    aggregate_tell(aggregate=base) if base else round_tell(round_=opened)
    return opened


def _aggregator_check(name: str, options: dict[str, float]) -> None:
    """Raises AveragingError for an aggregator or options that there are not, or mean nothing."""
    wrong = options.keys() - {"trimmed", *_BOUNDS}
    if wrong:
        raise AveragingError(f"there is no option {', '.join(sorted(wrong))}.")
    for option, (least, most) in _BOUNDS.items():
        if option in options and not least <= options[option] <= most:
            raise AveragingError(f"{option} is a number from {least:g} to {most:g}.")
    try:
        aggregator_of(name, **({"trimmed": options["trimmed"]} if "trimmed" in options else {}))
    except ValueError as error:
        raise AveragingError(f"{error}.") from None


def _quorum_check(quorum: int) -> None:
    if not 1 <= quorum <= _MOST_QUORUM:
        raise AveragingError(f"a quorum is a number from 1 to {_MOST_QUORUM:,}.")


def base_of(family: ModelFamily) -> AggregateModel | None:
    """The newest aggregate that was not rejected."""
    kept = family.aggregates.exclude(state=AggregateModel.State.REJECTED)
    return kept.order_by("-number").first()


def _first_asks(family: ModelFamily) -> str:
    return "word_hashes" if family.kind == Kind.VOCABULARY else "weights"


def _opened(family: ModelFamily, now: datetime, **fields: Any) -> Round:
    last = family.rounds.order_by("-number").values_list("number", flat=True).first()
    return Round.objects.create(
        family=family,
        number=(last or 0) + 1,
        opened_at=now,
        closes_at=now + timedelta(hours=settings.ROUND_HOURS),
        **fields,
    )
