"""Differences lose what their codec says they may, and nothing over the rounds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from apps.shared.artifacts.engine.codecs import BLOCK, CODECS, steps_of
from apps.shared.artifacts.engine.deltas import (
    PART,
    DifferenceReport,
    difference_open,
    difference_write,
)
from apps.shared.artifacts.engine.errors import ArtifactError
from apps.shared.artifacts.engine.numbers import bf16_float32
from apps.shared.artifacts.engine.weights import WeightsWriter, weights_open

Array = np.ndarray[Any, Any]
Tensors = Mapping[str, Array]
TINY = float(np.finfo(np.float32).tiny)
VALUES = hnp.arrays(
    np.float32,
    st.integers(0, 3 * BLOCK + 1),
    elements=st.floats(-(2.0**120), 2.0**120, width=32),
)


def written(file: Path, tensors: Tensors, **options: Any) -> Path:
    with WeightsWriter(file, {name: one.shape for name, one in tensors.items()}, **options) as out:
        for name, one in tensors.items():
            out.write(name, one)
    return file


def read(file: Path) -> dict[str, Array]:
    with difference_open(file) as difference:
        return {name: difference.array(name) for name in difference.names()}


def step_bound(codec: str, values: Array) -> Array:
    """Half of each number's step, and what float32 itself rounds."""
    most = {"int8": 127, "int4": 7}[codec]
    padded = np.zeros(steps_of(len(values)) * BLOCK)
    padded[: len(values)] = np.abs(values)
    steps = padded.reshape(-1, BLOCK).max(axis=1) / most * (1 + 2.0**-7)
    return (np.repeat(steps, BLOCK)[: len(values)] * (0.5 + 1e-4)) + TINY


@pytest.mark.parametrize("codec", ["int8", "int4"])
@given(values=VALUES)
def test_no_number_is_farther_off_than_half_a_step_of_its_block(codec: str, values: Array) -> None:
    stored, steps = CODECS[codec].encode(values)
    back = CODECS[codec].decode(stored, steps, len(values))
    assert len(stored) == CODECS[codec].count(len(values))
    assert len(steps) == steps_of(len(values))
    assert (np.abs(back - values.astype(np.float64)) <= step_bound(codec, values)).all()
    assert np.isfinite(bf16_float32(steps)).all()


@given(values=VALUES)
def test_bfloat16_is_the_nearest_that_there_is(values: Array) -> None:
    stored, steps = CODECS["bf16"].encode(values)
    back = CODECS["bf16"].decode(stored, steps, len(values)).astype(np.float64)
    assert (np.abs(back - values) <= np.abs(values) * 2.0**-8 + TINY).all()
    for way in (-1, 1):
        other = bf16_float32((stored.astype(np.int32) + way).astype(np.uint16))
        with np.errstate(invalid="ignore"):
            assert not (np.abs(other - values.astype(np.float64)) < np.abs(back - values)).any()


@pytest.mark.parametrize("codec", CODECS)
@settings(max_examples=20)
@given(
    shapes=st.lists(hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=9), max_size=4),
    seed=st.integers(0, 99),
)
def test_any_shapes_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, codec: str, shapes: list[tuple[int, ...]], seed: int
) -> None:
    folder, random = tmp_path_factory.mktemp("shapes"), np.random.default_rng(seed)
    before = {f"t{n}": random.standard_normal(s, np.float32) for n, s in enumerate(shapes)}
    after = {name: one + np.float32(0.25) for name, one in before.items()}
    report = difference_write(
        base=written(folder / "base", before),
        trained=written(folder / "trained", after),
        out=folder / "out",
        codec=codec,
    )
    back = read(folder / "out")
    assert {name: one.shape for name, one in back.items()} == {
        name: one.shape for name, one in before.items()
    }
    for name, one in back.items():
        np.testing.assert_allclose(one, after[name] - before[name], atol=0.04)
    assert report.bytes == (folder / "out").stat().st_size


@pytest.mark.parametrize("codec", CODECS)
def test_parts_are_the_same_numbers_as_the_whole(tmp_path: Path, codec: str) -> None:
    random = np.random.default_rng(0)
    count = 2 * PART + 77
    base = written(tmp_path / "base", {"w": np.zeros(count, np.float32)})
    trained = written(tmp_path / "trained", {"w": random.standard_normal(count, np.float32)})
    difference_write(base=base, trained=trained, out=tmp_path / "out", codec=codec)
    with difference_open(tmp_path / "out") as difference:
        whole = difference.array("w")
        for start, stop in [
            (0, 1),
            (BLOCK - 1, BLOCK + 1),
            (1, 2),
            (PART - 1, PART + 1),
            (PART + 5, count),
        ]:
            np.testing.assert_array_equal(difference.part("w", start, stop), whole[start:stop])


@pytest.mark.parametrize("codec", ["bf16", "int8", "int4"])
def test_with_error_feedback_what_was_sent_sums_to_the_truth(tmp_path: Path, codec: str) -> None:
    random = np.random.default_rng(1)
    residual = tmp_path / "residual"
    base = written(tmp_path / "base", {"w": np.zeros(1000, np.float32)})
    truth, sent, errors = np.zeros(1000), np.zeros(1000), []
    for number in range(20):
        step = (random.standard_normal(1000) * 10.0 ** -(number % 3)).astype(np.float32)
        report = difference_write(
            base=base,
            trained=written(tmp_path / "trained", {"w": step}),
            out=tmp_path / "out",
            codec=codec,
            residual_in=residual if number else None,
            residual_out=residual,
        )
        truth += step
        sent += read(tmp_path / "out")["w"]
        with weights_open(residual) as kept:
            np.testing.assert_allclose(sent + kept.array("w"), truth, atol=1e-4)
        errors.append(report.error)
    bounds = {"bf16": (1e-3, 4e-3), "int8": (2e-3, 2e-2), "int4": (0.05, 0.2)}[codec]
    assert bounds[0] < np.mean(errors) < bounds[1]


def test_the_report_says_the_bytes_and_the_loss(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    base = written(tmp_path / "base", {"w": np.zeros((500, 321), np.float32)})
    values = random.standard_normal((500, 321), np.float32)
    trained = written(tmp_path / "trained", {"w": values})
    for codec, bits in (("fp32", 32), ("bf16", 16), ("int8", 8.125), ("int4", 4.125)):
        said = difference_write(base=base, trained=trained, out=tmp_path / "out", codec=codec)
        lost = read(tmp_path / "out")["w"] - values
        error = np.linalg.norm(lost) / np.linalg.norm(values)
        assert said.bytes == pytest.approx(values.size * bits / 8, rel=0.01)
        assert said.error == pytest.approx(error, rel=1e-3, abs=1e-9)
    said = difference_write(base=base, trained=base, out=tmp_path / "out", codec="int4")
    assert said == DifferenceReport(said.bytes, 0.0)


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 3.4e38])
def test_what_is_no_number_is_refused_by_the_tensors_name(
    tmp_path: Path, codec: str, value: float
) -> None:
    good, bad = np.zeros(99, np.float32), np.zeros(99, np.float32)
    bad[50] = value
    low = np.full(99, -3.4e38 if value == 3.4e38 else 0, np.float32)
    base = written(tmp_path / "base", {"a.good": good, "b.bad": low})
    trained = written(tmp_path / "trained", {"a.good": good, "b.bad": bad})
    residual = tmp_path / "residual"
    with pytest.raises(ArtifactError, match=r"b\.bad has NaN or infinity"):
        difference_write(
            base=base, trained=trained, out=tmp_path / "out", codec=codec, residual_out=residual
        )
    assert sorted(one.name for one in tmp_path.iterdir()) == ["base", "trained"]


def test_models_of_different_architectures_have_no_difference(tmp_path: Path) -> None:
    base = written(tmp_path / "base", {"w": np.zeros(4, np.float32)})
    for other in ({"v": np.zeros(4, np.float32)}, {"w": np.zeros(5, np.float32)}):
        trained = written(tmp_path / "trained", other)
        with pytest.raises(ArtifactError, match="architecture"):
            difference_write(base=base, trained=trained, out=tmp_path / "out", codec="fp32")
    with pytest.raises(ArtifactError, match="no codec 'int2'"):
        difference_write(base=base, trained=base, out=tmp_path / "out", codec="int2")
    with pytest.raises(ArtifactError, match="another model"):
        difference_write(
            base=base, trained=base, out=tmp_path / "out", codec="fp32", residual_in=trained
        )


def test_whole_numbers_have_no_difference_and_must_be_equal(tmp_path: Path) -> None:
    dtypes = {"places": "I64"}
    places = np.arange(4)
    base = written(
        tmp_path / "base", {"w": np.ones(2, np.float32), "places": places}, dtypes=dtypes
    )
    difference_write(base=base, trained=base, out=tmp_path / "out", codec="int8")
    assert list(read(tmp_path / "out")) == ["w"]
    moved: dict[str, Array] = {"w": np.ones(2, np.float32), "places": places + 1}
    trained = written(tmp_path / "trained", moved, dtypes=dtypes)
    with pytest.raises(ArtifactError, match="places has other whole numbers"):
        difference_write(base=base, trained=trained, out=tmp_path / "out", codec="int8")


SHAPES = json.dumps({"w": [200]})
INT4: dict[str, str] = {"codec": "int4", "block": str(BLOCK)}


@pytest.mark.parametrize(
    ("metadata", "lengths"),
    [
        ({}, (100, 2)),
        (INT4, (100, 2)),
        (INT4 | {"codec": "pickle", "shapes": SHAPES}, (100, 2)),
        (INT4 | {"block": "1", "shapes": SHAPES}, (100, 2)),
        (INT4 | {"shapes": SHAPES}, (99, 2)),
        (INT4 | {"shapes": SHAPES}, (100, 1)),
        (INT4 | {"shapes": json.dumps({"w": [2**62, 2**62]})}, (100, 2)),
        (INT4 | {"shapes": json.dumps({"w": [-200]})}, (100, 2)),
        (INT4 | {"shapes": json.dumps({"w": [True] * 2})}, (100, 2)),
        (INT4 | {"shapes": json.dumps({"v": [200]})}, (100, 2)),
        (INT4 | {"shapes": json.dumps({"w": [1] * 30 + [200]})}, (100, 2)),
        (INT4 | {"shapes": json.dumps([1])}, (100, 2)),
        (INT4 | {"shapes": "[" * 100_000}, (100, 2)),
    ],
)
def test_a_difference_whose_tensors_do_not_fit_is_refused(
    tmp_path: Path, metadata: dict[str, str], lengths: tuple[int, int]
) -> None:
    tensors: dict[str, Array] = {
        "w": np.zeros(lengths[0], np.uint8),
        "w#steps": np.zeros(lengths[1], np.uint16),
    }
    dtypes = {"w": "U8", "w#steps": "BF16"}
    file = written(tmp_path / "difference", tensors, dtypes=dtypes, metadata=metadata)
    with pytest.raises(ArtifactError, match="no difference that can be read"):
        difference_open(file)


def test_a_difference_whose_tensors_fit_is_read(tmp_path: Path) -> None:
    tensors: dict[str, Array] = {"w": np.zeros(100, np.uint8), "w#steps": np.zeros(2, np.uint16)}
    metadata = INT4 | {"shapes": SHAPES}
    dtypes = {"w": "U8", "w#steps": "BF16"}
    file = written(tmp_path / "difference", tensors, dtypes=dtypes, metadata=metadata)
    assert read(file)["w"].shape == (200,)
