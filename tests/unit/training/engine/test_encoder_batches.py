"""Batches hold no two functions that one sentence may mean, and depend on content and seed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.singularity.training.engine.corpus import Pair
from apps.singularity.training.engine.encoder.batches import batches
from apps.singularity.training.engine.events import TrainingFailed
from tests.common.encoders import documented_pair

PAIRS = [documented_pair(place) for place in range(64)]  # two of each file


@given(st.lists(st.integers(0, 9), min_size=20, max_size=60), st.integers(2, 8))
@settings(max_examples=50, deadline=None)
def test_no_batch_has_two_of_one_file_sentence_or_code(files: list[int], size: int) -> None:
    pairs = [replace(documented_pair(n % 40), digest=str(file)) for n, file in enumerate(files)]
    if len(set(files)) < 2:
        return
    for batch in islice(batches(pairs, size, seed=1), 10):
        assert 2 <= len(batch) <= size
        for part in ("digest", "query", "code"):
            assert max(Counter(getattr(pair, part) for pair in batch).values()) == 1


def test_a_pass_meets_every_pair_once_where_files_are_small() -> None:
    one_pass = list(islice(batches(PAIRS, 16, seed=0), 4))
    met = Counter(pair.name for batch in one_pass for pair in batch)
    assert set(met.values()) == {1}
    assert len(met) >= 48  # what cannot fill a last batch waits for the next pass


def test_the_order_follows_content_and_seed_alone() -> None:
    def first(pairs: list[Pair], seed: int) -> list[list[Pair]]:
        return list(islice(batches(pairs, 8, seed), 12))

    assert first(PAIRS, 0) == first(PAIRS[::-1], 0)
    assert first(PAIRS, 0) != first(PAIRS, 1)
    assert first(PAIRS, 0)[0] != first(PAIRS, 0)[8]  # the second pass has an order of its own


def test_with_fewer_files_than_asked_a_batch_has_one_of_each() -> None:
    pairs = [replace(pair, digest=str(n % 3)) for n, pair in enumerate(PAIRS)]
    assert [len(batch) for batch in islice(batches(pairs, 16, seed=0), 3)] == [3, 3, 3]


def test_one_file_gives_no_contrast() -> None:
    pairs = [replace(pair, digest="same") for pair in PAIRS]
    with pytest.raises(TrainingFailed, match="one file"):
        next(batches(pairs, 8, seed=0))
