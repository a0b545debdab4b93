"""Search quality: documentation sentence -> function, by words, by vectors and by their fusion.

The packages are not those that weights, text form and stop words were chosen on (celery, networkx,
sympy, scikit-learn, scipy). MRR@10 is the mean of 1 / place of the right function, 0 below the
tenth; recall@10 is the share of questions whose function is among the first ten.
"""

import argparse
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from apps.singularity.ingestion.engine.embedding import Embedder, load_embedder
from apps.singularity.ingestion.engine.fusion import Candidate, fuse
from apps.singularity.ingestion.engine.lexical import (
    LexicalDocument,
    LexicalIndex,
    weighted_terms,
)
from apps.singularity.ingestion.engine.text_form import text_form
from benchmarks.documentation_sets import Question, questions
from benchmarks.report import show

PACKAGES = {"django": 2000, "sqlalchemy": 1500, "transformers": 1500}
DEPTH = 100
"""Chunks that each leg hands to the fusion."""

Ranker = Callable[[int], list[int]]


class Corpus:
    """One package's functions in both legs; a function's id is its place."""

    def __init__(self, asked: Sequence[Question], embedder: Embedder, folder: Path) -> None:
        """Index and embed the functions of ``asked``, and embed their sentences."""
        self._asked = asked
        self._index = LexicalIndex(folder)
        self._index.apply(
            codebase_id=1,
            revision=1,
            removed_files=[],
            documents=[_document(place, question) for place, question in enumerate(asked)],
        )
        functions = embedder.embed([_embedded(question) for question in asked])
        sentences = embedder.embed([question.sentence for question in asked])
        self._cosines: NDArray[np.float32] = sentences @ functions.T

    def by_words(self, place: int) -> list[int]:
        """The functions found by BM25 for the question at ``place``."""
        query = self._asked[place].sentence
        return [h.chunk_id for h in self._index.search(query, codebase_ids=[1], limit=DEPTH)]

    def by_vectors(self, place: int) -> list[int]:
        """The functions nearest to the question at ``place``."""
        nearest: list[int] = np.argsort(-self._cosines[place])[:DEPTH].tolist()
        return nearest

    def by_both(self, place: int) -> list[int]:
        """The fusion of both legs: each scores what the other found."""
        union = sorted({*self.by_words(place), *self.by_vectors(place)})
        scores = self._index.score(self._asked[place].sentence, union)
        candidates = [Candidate(i, scores[i], float(self._cosines[place, i])) for i in union]
        return [hit.chunk_id for hit in fuse(candidates)]


def measure(package: str, count: int, embedder: Embedder, folder: Path) -> dict[str, float | int]:
    """MRR@10 and recall@10 of each way to search a package."""
    asked = questions(package, count)
    corpus = Corpus(asked, embedder, folder)
    figures: dict[str, float | int] = {f"{package} functions": len(asked)}
    for name in ("by_words", "by_vectors", "by_both"):
        mrr, recall = _quality(getattr(corpus, name), len(asked))
        figures[f"{package} {name} MRR@10"] = round(mrr, 4)
        figures[f"{package} {name} recall@10"] = round(recall, 4)
    return figures


def _quality(rank: Ranker, count: int) -> tuple[float, float]:
    """MRR@10 and recall@10 over questions whose answer is the function at their own place."""
    places = []
    for place in range(count):
        first = rank(place)[:10]
        places.append(first.index(place) + 1 if place in first else 0)
    return sum(1 / p for p in places if p) / count, sum(map(bool, places)) / count


def _document(place: int, question: Question) -> LexicalDocument:
    """The function as the lexical leg stores it, without documentation."""
    return LexicalDocument(
        chunk_id=place,
        file_id=place,
        path=question.path,
        language="python",
        kind=question.kind,
        terms=weighted_terms(
            symbol=question.symbol,
            path=question.path,
            signature=question.signature,
            documentation="",
            content=question.content,
        ),
    )


def _embedded(question: Question) -> str:
    """The function as it is embedded, without documentation."""
    return text_form(
        path=question.path,
        language="python",
        kind=question.kind,
        symbol=question.symbol,
        signature=question.signature,
        documentation="",
        content=question.content,
    )


def main() -> None:
    """Print the figures of each package and their mean."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--packages", nargs="*", default=list(PACKAGES))
    parser.add_argument("--count", type=int, help="functions of each package")
    parser.add_argument("--embedder", default="", help="as the EMBEDDER setting")
    parser.add_argument("--models", type=Path, default=Path(".singularity/models"))
    options = parser.parse_args()
    embedder = load_embedder(options.embedder, cache=options.models)
    rows: dict[str, float | int] = {}
    for package in options.packages:
        with tempfile.TemporaryDirectory() as folder:
            count = options.count or PACKAGES.get(package, 1500)
            rows |= measure(package, count, embedder, Path(folder))
    for name in ("by_words", "by_vectors", "by_both"):
        for figure in ("MRR@10", "recall@10"):
            values = [rows[f"{package} {name} {figure}"] for package in options.packages]
            rows[f"mean {name} {figure}"] = round(sum(values) / len(values), 4)
    show("search quality", rows)


if __name__ == "__main__":
    main()
