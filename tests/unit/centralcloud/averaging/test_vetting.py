"""Bad submissions are named and left out, good ones never are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from apps.centralcloud.averaging.engine.gram import gram_of
from apps.centralcloud.averaging.engine.vetting import Vetted, submissions_vet
from tests.common.weights import Arrays, drawn, opened

BAD = {
    "scaled noise": "times the median of the round",
    "noise": "nothing in common",
    "not finite": "not finite",
    "infinite": "not finite",
    "too large": "not finite",
    "sign-flipped": "points against the others",
    "boosted": "times the median of the round",
    "zeros": "nothing but zeros|no different from its base",
}


def honest(seed: int) -> dict[str, NDArray[Any]]:
    """A difference: what all have in common, and more that is its own."""
    common, own = drawn(1000), drawn(seed)
    return {name: 0.01 * (0.6 * common[name] + own[name]) for name in own}


def trained(seed: int) -> dict[str, NDArray[Any]]:
    """Whole weights: the draw of seed 0, and what training changed in it."""
    start, change = drawn(0), honest(seed)
    return {name: start[name] + 30 * change[name] for name in start}


def spoilt(how: str, good: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    noise = drawn(77)
    size = float(np.sqrt(sum((a**2).sum() for a in good.values())))
    length = float(np.sqrt(sum((a**2).sum() for a in noise.values())))
    first = next(iter(good))
    ways: dict[str, dict[str, NDArray[Any]]] = {
        "scaled noise": {n: 30 * size / length * a for n, a in noise.items()},
        "noise": {n: size / length * a for n, a in noise.items()},
        "not finite": good | {first: np.full_like(good[first], np.nan)},
        "infinite": good | {first: np.where(good[first] > 0, np.inf, good[first])},
        "too large": {n: a * np.float32(1e30) for n, a in good.items()},
        "sign-flipped": {n: -a for n, a in good.items()},
        "boosted": {n: 10 * a for n, a in good.items()},
        "zeros": {n: np.zeros_like(a) for n, a in good.items()},
    }
    return ways[how]


def vetted(folder: Path, models: Sequence[Arrays], *, whole: bool = False) -> Vetted:
    return submissions_vet(*gram_of(opened(folder, models)), whole=whole)


@pytest.mark.parametrize("whole", [False, True], ids=["differences", "whole weights"])
@pytest.mark.parametrize("count", [3, 5])
@pytest.mark.parametrize("how", BAD)
def test_the_bad_one_is_named_and_no_other(
    tmp_path: Path, how: str, count: int, *, whole: bool
) -> None:
    make = trained if whole else honest
    models = [make(seed) for seed in range(1, count + 1)]
    place = count // 2
    models[place] = spoilt(how, models[place])
    verdicts = vetted(tmp_path, models, whole=whole).verdicts
    assert [n for n, one in enumerate(verdicts) if one.reason] == [place]
    assert re.search(BAD[how], verdicts[place].reason)


@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_good_ones_all_stay(tmp_path: Path, count: int) -> None:
    for whole, make in ((False, honest), (True, trained)):
        found = vetted(tmp_path, [make(seed) for seed in range(1, count + 1)], whole=whole)
        assert found.accepted() == list(range(count))
        assert found.undecided == ""


def test_those_with_little_in_common_stay(tmp_path: Path) -> None:
    assert vetted(tmp_path, [drawn(seed) for seed in range(1, 5)]).accepted() == [0, 1, 2, 3]


def test_training_for_longer_is_no_fault(tmp_path: Path) -> None:
    long = {name: 3 * array for name, array in honest(1).items()}
    assert vetted(tmp_path, [long, honest(2), honest(3)]).accepted() == [0, 1, 2]


def test_two_bad_of_five_are_both_named(tmp_path: Path) -> None:
    models = [honest(seed) for seed in range(1, 6)]
    models[0], models[3] = spoilt("sign-flipped", models[0]), spoilt("scaled noise", models[3])
    assert vetted(tmp_path, models).accepted() == [1, 2, 4]


@pytest.mark.parametrize(
    ("how", "said"), [("sign-flipped", "against each other"), ("scaled noise", "factor of 30")]
)
def test_two_that_contradict_each_other_are_undecided(tmp_path: Path, how: str, said: str) -> None:
    found = vetted(tmp_path, [honest(1), spoilt(how, honest(2))])
    assert found.accepted() == [0, 1]
    assert said in found.undecided


def test_measures_are_norm_and_cosine_to_the_accepted_others(tmp_path: Path) -> None:
    models = [honest(seed) for seed in (1, 2, 3)]
    verdicts = vetted(tmp_path, models).verdicts
    rows = np.stack([np.concatenate([a.ravel() for a in m.values()]) for m in models])
    norms = np.linalg.norm(rows, axis=1)
    others = rows[1] / norms[1] + rows[2] / norms[2]
    cosine = rows[0] @ others / norms[0] / np.linalg.norm(others)
    assert verdicts[0].norm == pytest.approx(norms[0], rel=1e-5)
    assert verdicts[0].cosine == pytest.approx(cosine, rel=1e-4)


def test_a_clipped_one_may_be_long(tmp_path: Path) -> None:
    long = {name: 50 * array for name, array in honest(1).items()}
    gram, size = gram_of(opened(tmp_path, [long, honest(2), honest(3)]))
    assert submissions_vet(gram, size, whole=False, clipped=[0]).accepted() == [0, 1, 2]
    assert submissions_vet(gram, size, whole=False).accepted() == [1, 2]
