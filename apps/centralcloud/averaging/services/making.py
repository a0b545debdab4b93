"""Make the aggregate's bundle from what a round accepted."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from django.conf import settings

from apps.centralcloud.averaging.engine.aggregating import Part, tensors_aggregate
from apps.centralcloud.averaging.engine.aggregators import TRIMMED, aggregator_of
from apps.centralcloud.averaging.engine.card import Card, card_text
from apps.centralcloud.averaging.engine.companions import files_chosen
from apps.centralcloud.averaging.engine.outer import LEARNING_RATE, MOMENTUM, Nesterov
from apps.centralcloud.averaging.engine.tensors import FLOATS, Tensors
from apps.centralcloud.averaging.engine.vetting import Verdict
from apps.centralcloud.averaging.engine.weighing import (
    Weighed,
    clip_factors,
    shares_bounded,
    shares_of,
)
from apps.centralcloud.averaging.models import Round
from apps.centralcloud.averaging.selectors.ready import version_of
from apps.centralcloud.averaging.services.gathering import WEIGHTS, Gathered
from apps.shared.artifacts.engine.manifest import MANIFEST, manifest_decode
from apps.shared.artifacts.engine.weights import WeightsWriter, weights_open

CARD = "README.md"
MOMENTA_KEPT = 3


@dataclass(frozen=True, slots=True)
class Accepted:
    """A submission that goes into the aggregate: its share, and what its norm is scaled by."""

    gathered: Gathered
    verdict: Verdict
    share: float
    factor: float


def submissions_weigh(
    *, found: Sequence[Gathered], verdicts: Sequence[Verdict], clip: float | None
) -> list[Accepted]:
    """How much each accepted submission counts.

    Args:
        clip: how many times the median norm a difference may have; none for no bound. Late whole
            weights moved farther than a round does: they always count by the median norm.
    """
    pairs = zip(found, verdicts, strict=True)
    kept = [(one, verdict) for one, verdict in pairs if not verdict.reason]
    weighed = [Weighed(one.submission.examples, one.submission.staleness) for one, _ in kept]
    shares = shares_bounded(shares_of(weighed))
    norms = [verdict.norm or 0.0 for _, verdict in kept]
    in_time = [norm for norm, (one, _) in zip(norms, kept, strict=True) if not one.late]
    usual = median(in_time or norms)
    limits = [usual if one.late else usual * clip if clip else float("inf") for one, _ in kept]
    factors = [clip_factors([norm], limit)[0] for norm, limit in zip(norms, limits, strict=True)]
    return [
        Accepted(one, verdict, share, factor)
        for (one, verdict), share, factor in zip(kept, shares, factors, strict=True)
    ]


def aggregate_make(
    *, round_: Round, accepted: Sequence[Accepted], base: Path | None, folder: Path
) -> dict[str, Any]:
    """Write the bundle of a round's aggregate into an empty folder; the same input, the same bytes.

    Args:
        base: the folder of the base's bundle.

    Returns:
        The shapes of its tensors: names to [dtype, shape].
    """
    with ExitStack() as opened:
        before = opened.enter_context(weights_open(base / WEIGHTS)) if base else None
        like: Tensors = before or accepted[0].gathered.tensors
        shapes = {name: [like.dtype(name), [*like.shape(name)]] for name in like.names()}
        writer = opened.enter_context(_writer(folder / WEIGHTS, shapes))
        outer = _outer(round_, opened, shapes) if before is not None else None
        parts = [Part(one.gathered.tensors, one.share, one.factor) for one in accepted]
        trimmed = round_.options.get("trimmed", TRIMMED)
        aggregator = aggregator_of(round_.aggregator, trimmed=trimmed)
        for name, numbers in tensors_aggregate(
            parts, base=before, aggregator=aggregator, outer=outer
        ):
            writer.write(name, numbers)
    _companions(folder, [base] if base else [one.gathered.folder for one in accepted])
    (folder / CARD).write_text(card_text(_card(round_, accepted)), encoding="utf-8")
    return shapes


def _writer(file: Path, shapes: dict[str, Any]) -> WeightsWriter:
    return WeightsWriter(
        file,
        {name: shape for name, (_, shape) in shapes.items()},
        dtypes={name: dtype for name, (dtype, _) in shapes.items()},
    )


def _outer(round_: Round, opened: ExitStack, shapes: dict[str, Any]) -> Nesterov | None:
    """The outer optimizer with its momentum, which is kept as a file for each aggregate."""
    if round_.aggregator != "nesterov":
        return None
    folder = settings.STATE_DIR / "averaging" / "momentum" / round_.family_id
    folder.mkdir(parents=True, exist_ok=True)
    former = _momentum(folder, round_.base.number) if round_.base else None
    before = opened.enter_context(weights_open(former)) if former and former.exists() else None
    floats = {name: ["F32", shape] for name, (dtype, shape) in shapes.items() if dtype in FLOATS}
    keep = opened.enter_context(_writer(_momentum(folder, round_.number), floats))
    for old in sorted(folder.glob("*.safetensors"))[:-MOMENTA_KEPT]:
        old.unlink()
    return Nesterov(
        before,
        keep.write,
        rate=round_.options.get("rate", LEARNING_RATE),
        momentum=round_.options.get("momentum", MOMENTUM),
    )


def _momentum(folder: Path, number: int) -> Path:
    return folder / f"{number:08}.safetensors"


def _companions(folder: Path, bundles: Sequence[Path]) -> None:
    """Configuration and tokenizer: the base's, or what most submissions have alike."""
    said = []
    for bundle in bundles:
        files = manifest_decode((bundle / MANIFEST).read_bytes()).files
        said.append({file.path: file.sha256 for file in files})
    for path, place in files_chosen(said, without={WEIGHTS, CARD}).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(bundles[place] / path, target)


def _card(round_: Round, accepted: Sequence[Accepted]) -> Card:
    rows = [one.gathered.submission for one in accepted]
    told = [(row.metrics, one.share) for row, one in zip(rows, accepted, strict=True)]
    return Card(
        version=version_of(round_),
        kind=round_.family.kind,
        scope=round_.family.scope,
        family=round_.family_id,
        base=round_.base.version if round_.base else "",
        round=round_.number,
        aggregator=round_.aggregator,
        contributors=len(rows),
        examples=sum(row.examples for row in rows),
        metrics=metrics_mean(told),
    )


def metrics_mean(told: Sequence[tuple[dict[str, float], float]]) -> dict[str, float]:
    """Means of the numbers that all tell, by their shares."""
    names = set.intersection(*(set(metrics) for metrics, _ in told)) if told else set()
    return {name: sum(metrics[name] * share for metrics, share in told) for name in sorted(names)}
