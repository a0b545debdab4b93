"""Aggregates are what Flower and PyTorch make of the same numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from apps.centralcloud.averaging.engine.aggregating import Part, tensors_aggregate
from apps.centralcloud.averaging.engine.aggregators import aggregator_of
from apps.centralcloud.averaging.engine.ordering import columns_sort
from apps.centralcloud.averaging.engine.outer import Nesterov
from apps.centralcloud.averaging.engine.tensors import Tensors
from apps.centralcloud.averaging.engine.weighing import (
    Weighed,
    clip_factors,
    shares_bounded,
    shares_of,
)
from apps.centralcloud.averaging.engine.windows import Windowed
from apps.shared.artifacts.engine.weights import weights_open
from tests.common.peers import flower_aggregate
from tests.common.weights import SHAPES, Arrays, drawn, file_of, opened

EXAMPLES = (120, 7, 300, 45, 1)
LARGE = {"shared": (1100, 130), "bias": (3,)}
"""One tensor is longer than two blocks, and no multiple of one."""


def whole(parts: Iterable[tuple[str, NDArray[Any]]], like: Arrays) -> dict[str, NDArray[Any]]:
    """The parts of each tensor put together."""
    found: dict[str, list[NDArray[Any]]] = {}
    for name, part in parts:
        found.setdefault(name, []).append(part.reshape(-1))
    return {name: np.concatenate(runs).reshape(like[name].shape) for name, runs in found.items()}


def close(ours: Arrays, theirs: Iterable[NDArray[Any]], names: Iterable[str]) -> None:
    for name, array in zip(names, theirs, strict=True):
        np.testing.assert_allclose(ours[name], array, rtol=2e-6, atol=2e-6)


@pytest.mark.parametrize(
    ("name", "flower"),
    [
        ("weighted_mean", lambda f, given: f.aggregate(given)),
        ("coordinate_median", lambda f, given: f.aggregate_median(given)),
        ("trimmed_mean", lambda f, given: f.aggregate_trimmed_avg(given, 0.2)),
    ],
)
@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_same_numbers_as_flower(tmp_path: Path, name: str, flower: Any, count: int) -> None:
    models = [drawn(seed, LARGE) for seed in range(count)]
    shares = shares_of([Weighed(examples) for examples in EXAMPLES[:count]])
    given = [([*model.values()], n) for model, n in zip(models, EXAMPLES, strict=False)]
    files = opened(tmp_path, models)
    parts = [Part(one, share) for one, share in zip(files, shares, strict=True)]
    ours = whole(tensors_aggregate(parts, aggregator=aggregator_of(name)), models[0])
    close(ours, flower(flower_aggregate(), given), LARGE)


def test_differences_are_added_to_the_base(tmp_path: Path) -> None:
    base, *changes = (drawn(seed) for seed in range(4))
    files = opened(tmp_path, [base, *changes])
    parts = [Part(one, 1 / 3) for one in files[1:]]
    ours = whole(tensors_aggregate(parts, base=files[0]), base)
    mean = (base[n] + sum(one[n] for one in changes) / 3 for n in SHAPES)
    close(ours, mean, SHAPES)


def test_positions_are_taken_as_they_are(tmp_path: Path) -> None:
    first = drawn(1) | {"position_ids": np.arange(9)}
    second = drawn(2) | {"position_ids": np.arange(9)}
    parts = [Part(one, 0.5) for one in opened(tmp_path, [first, second])]
    ours = whole(tensors_aggregate(parts), first)
    assert ours["position_ids"].tolist() == list(range(9))
    np.testing.assert_allclose(ours["wi"], (first["wi"] + second["wi"]) / 2, rtol=1e-6)


def test_a_clipped_difference_counts_by_its_bounded_norm(tmp_path: Path) -> None:
    base, small, large = drawn(0), drawn(1), {n: 50 * a for n, a in drawn(2).items()}
    files = opened(tmp_path, [base, small, large])
    norms = [norm_of(small), norm_of(large)]
    factors = clip_factors(norms, norms[0])
    parts = [Part(one, 0.5, by) for one, by in zip(files[1:], factors, strict=True)]
    ours = whole(tensors_aggregate(parts, base=files[0]), base)
    step = {name: ours[name] - base[name] for name in base}
    assert factors[0] == 1
    assert norm_of(step) <= norms[0] * 1.0001


def test_nesterov_steps_as_pytorch_does(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    base = drawn(0)
    theirs = torch.nn.Parameter(torch.from_numpy(base["wi"].copy()))
    optimizer = torch.optim.SGD([theirs], lr=0.7, momentum=0.9, nesterov=True)
    momentum: Tensors | None = None
    for turn in range(1, 4):
        change = drawn(turn)
        files = opened(tmp_path, [base, change])
        kept: list[tuple[str, NDArray[Any]]] = []
        outer = Nesterov(momentum, partial(_keep, kept))
        base = whole(tensors_aggregate([Part(files[1], 1.0)], base=files[0], outer=outer), base)
        momentum = weights_open(file_of(tmp_path, f"momentum-{turn}", whole(kept, base)))
        theirs.grad = torch.from_numpy(-change["wi"])
        optimizer.step()
        np.testing.assert_allclose(base["wi"], theirs.detach().numpy(), rtol=1e-5, atol=1e-5)


def test_nesterov_without_momentum_is_the_mean(tmp_path: Path) -> None:
    base, change = drawn(0), drawn(1)
    files = opened(tmp_path, [base, change])
    outer = Nesterov(None, lambda _name, _part: None, rate=1.0, momentum=0.0)
    ours = whole(tensors_aggregate([Part(files[1], 1.0)], base=files[0], outer=outer), base)
    close(ours, (base[n] + change[n] for n in SHAPES), SHAPES)


def test_files_that_are_forgotten_on_the_way_hold_the_same(tmp_path: Path) -> None:
    models = [drawn(seed, {"wi": (9000, 1000)}) for seed in range(3)]
    files = [file_of(tmp_path, str(place), one) for place, one in enumerate(models)]
    resident: list[int] = []

    def watched(parts: Iterable[tuple[str, NDArray[Any]]]) -> Iterator[tuple[str, NDArray[Any]]]:
        for part in parts:
            maps = psutil.Process().memory_maps(grouped=False)
            resident.append(sum(one.rss for one in maps if one.path in map(str, files)))
            yield part

    parts = [Part(Windowed(weights_open(file), 0), 1 / 3) for file in files]
    ours = whole(watched(tensors_aggregate(parts)), models[0])
    close(ours, [np.mean([one["wi"] for one in models], axis=0)], ["wi"])
    assert 0 < max(resident) < sum(file.stat().st_size for file in files) / 6


@given(st.lists(st.lists(st.floats(-5, 5, width=32), min_size=4, max_size=4), min_size=1))
def test_columns_come_in_order(rows: list[list[float]]) -> None:
    given_rows = np.array(rows, dtype=np.float32)
    ordered = columns_sort([row.copy() for row in given_rows])
    assert (np.stack(ordered) == np.sort(given_rows, axis=0)).all()


def test_late_ones_count_less_and_shares_add_up() -> None:
    on_time, late, silent = shares_of([Weighed(100), Weighed(100, staleness=3), Weighed(0)])
    assert on_time == pytest.approx(2 * late)
    assert on_time + late + silent == pytest.approx(1)
    assert silent == pytest.approx(on_time / 100)


@given(st.lists(st.integers(0, 2**53 - 1), min_size=1, max_size=9))
def test_nobody_counts_for_more_than_all_others(examples: list[int]) -> None:
    given_shares = shares_of([Weighed(number) for number in examples])
    shares = shares_bounded(given_shares)
    assert sum(shares) == pytest.approx(1)
    assert len(shares) == 1 or max(shares) <= 0.5 + 1e-9
    if max(given_shares) <= 0.5:
        assert shares == given_shares


@pytest.mark.parametrize(("name", "trimmed"), [("krum", 0.2), ("trimmed_mean", 0.5)])
def test_unknown_aggregators_are_named(name: str, trimmed: float) -> None:
    with pytest.raises(ValueError, match=r"krum|half"):
        aggregator_of(name, trimmed=trimmed)


def _keep(kept: list[tuple[str, NDArray[Any]]], name: str, part: NDArray[Any]) -> None:
    kept.append((name, part))


def norm_of(arrays: Arrays) -> float:
    return float(np.sqrt(sum((a.astype(np.float64) ** 2).sum() for a in arrays.values())))
