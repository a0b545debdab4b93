"""Whether int8 is faster than fp32 on this machine and finds the same neighbours."""

import inspect
import json
import statistics
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Literal

import numpy as np

from apps.singularity.ingestion.engine.embedding.model_directory import ModelDirectory
from apps.singularity.ingestion.engine.embedding.onnx_runner import OnnxRunner
from apps.singularity.ingestion.engine.embedding.protocol import Vectors

Precision = Literal["fp32", "int8"]

PROBE_TOKENS = 128
MIN_SPEED_RATIO = 1.15
MIN_COSINE = 0.98
MIN_NEIGHBOURS = 0.9

_MODULES: tuple[ModuleType, ...] = (inspect, json, statistics, textwrap)
_NEIGHBOURS = 5
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class PrecisionChoice:
    """The chosen precision and why.

    ``speed_ratio`` is fp32's time over int8's, ``cosine`` the mean cosine of a text's two vectors,
    ``neighbours`` the mean share of the 5 nearest texts that both agree on.
    """

    precision: Precision
    speed_ratio: float
    cosine: float
    neighbours: float


def compare_precisions(model: ModelDirectory, *, fp32: Path, int8: Path) -> PrecisionChoice:
    """Return the choice of int8 where it is faster at equal quality, of fp32 elsewhere."""
    texts = _texts()
    exact, exact_time = _timed(model, fp32, texts)
    quantised, quantised_time = _timed(model, int8, texts)
    ratio = exact_time / quantised_time
    cosine = float((exact * quantised).sum(axis=1).mean())
    neighbours = _agreement(exact, quantised)
    good = ratio >= MIN_SPEED_RATIO and cosine >= MIN_COSINE and neighbours >= MIN_NEIGHBOURS
    return PrecisionChoice(
        precision="int8" if good else "fp32",
        speed_ratio=round(ratio, 3),
        cosine=round(cosine, 4),
        neighbours=round(neighbours, 4),
    )


def _texts() -> list[str]:
    """Return the functions of a few standard modules: code that every machine has."""
    return [
        inspect.getsource(function)
        for module in _MODULES
        for _, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
    ][:64]


def _timed(model: ModelDirectory, file: Path, texts: list[str]) -> tuple[Vectors, float]:
    """Return the vectors and the least processor seconds of three rounds on one thread.

    Processor time, since other processes share the machine.
    """
    runner = OnnxRunner(
        file,
        model.path / "tokenizer.json",
        pooling=model.pooling,
        max_tokens=min(PROBE_TOKENS, model.max_tokens),
        threads=1,
    )
    times = []
    for _ in range(_ROUNDS):
        start = time.process_time()
        vectors = runner.embed(texts)
        times.append(time.process_time() - start)
    return vectors, min(times)


def _agreement(left: Vectors, right: Vectors) -> float:
    """Return the mean share of a text's nearest neighbours that both vector sets agree on."""
    pairs = zip(_nearest(left), _nearest(right), strict=True)
    return statistics.fmean(len(set(a) & set(b)) / _NEIGHBOURS for a, b in pairs)


def _nearest(vectors: Vectors) -> list[list[int]]:
    """Return the indices of each row's nearest other rows."""
    similarity = vectors @ vectors.T
    np.fill_diagonal(similarity, -np.inf)
    nearest: list[list[int]] = np.argsort(-similarity, axis=1)[:, :_NEIGHBOURS].tolist()
    return nearest
